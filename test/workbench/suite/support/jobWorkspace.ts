// A program whose behaviour a file and its arguments choose, with a golden; compiled once.
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";

const SOURCE = `#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void load(const char *path) {
  int fd = open(path, O_RDONLY);
  char text[64];
  if (read(fd, text, sizeof text) < 0) _exit(1);
  close(fd);
}

int main(int argc, char **argv) {
  char mode = 'n';
  int fd = open("mode", O_RDONLY);
  if (fd < 0 || read(fd, &mode, 1) != 1) return 2;
  close(fd);
  load("plain.conf");
  if (mode == 'a' || (argc > 1 && strcmp(argv[1], "--again") == 0))
    load("plain.conf"); /* again */
  if (mode == 'w') pause();
  return 0;
}
`;

/** The line that makes the calls of mode `again` is the one in `load`, 1-based. */
export const LOAD_LINE = SOURCE.split("\n").findIndex((line) => line.includes("open(path")) + 1;

const CONFIG = `[golden]
performance = "off"
samples = 2

[targets.job]
program = "./job"
stacks = true
`;

export interface JobWorkspace {
  readonly folder: string;
  readonly source: vscode.Uri;
  readonly config: vscode.Uri;
  /** `normal`, `again` opens a file once more, `wait` never ends. */
  mode(mode: "normal" | "again" | "wait"): void;
  cli(...args: string[]): string;
  /** Writes goldentrace.toml: targets, and what is given beside them. */
  configure(more?: string): void;
  /** Arguments of the processes that run in the folder, but for the editor's own. */
  processes(): string[];
  remove(): Promise<void>;
}

/** What is not under test takes no time. */
const QUIET: readonly (readonly [section: string, key: string, value: unknown])[] = [
  ["goldentrace", "live.showOnStart", false],
  ["debug", "internalConsoleOptions", "neverOpen"],
  ["testing", "automaticallyOpenTestResults", "neverOpen"],
];

async function setQuiet(isQuiet: boolean): Promise<void> {
  for (const [section, key, value] of QUIET) {
    const settings = vscode.workspace.getConfiguration(section);
    await settings.update(key, isQuiet ? value : undefined, vscode.ConfigurationTarget.Workspace);
  }
}

export async function makeJobWorkspace(): Promise<JobWorkspace> {
  const extension = vscode.extensions.getExtension("goldentrace.goldentrace");
  assert.ok(extension);
  await extension.activate();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(folder);
  const cli = path.join(extension.extensionPath, "dist", "cli.mjs");
  const at = (file: string) => path.join(folder, file);
  mkdirSync(at("jobs"), { recursive: true });
  writeFileSync(at("jobs/job.c"), SOURCE);
  writeFileSync(at("plain.conf"), "x = 1\n");
  execFileSync("cc", ["-g", "-O0", "-o", at("job"), at("jobs/job.c")]);
  const workspace: JobWorkspace = {
    folder,
    source: vscode.Uri.file(at("jobs/job.c")),
    config: vscode.Uri.file(at("goldentrace.toml")),
    mode: (mode) => writeFileSync(at("mode"), mode),
    cli: (...args) =>
      execFileSync(process.execPath, [cli, ...args], {
        cwd: folder,
        env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      }),
    configure: (more = "") => writeFileSync(at("goldentrace.toml"), `${CONFIG}${more}`),
    processes: () => processesOf(folder),
    async remove() {
      await setQuiet(false);
      await vscode.commands.executeCommand("goldentrace.clearMarks");
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      for (const name of ["goldentrace.toml", "golden_traces", "jobs", "job", "mode"]) {
        rmSync(at(name), { recursive: true, force: true });
      }
    },
  };
  await setQuiet(true);
  workspace.mode("normal");
  workspace.configure();
  workspace.cli("accept", "job", "--update", "--quiet");
  return workspace;
}

function processesOf(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      const inside = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      // The editor's own servers of languages begin there, too.
      if (inside && !args.some((arg) => arg.includes("/lib/vscode/"))) found.push(args.join(" ").trim());
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

const PATIENCE_MS = 20_000;

/** Resolves when the next turns of the loop make the condition true. @param found what there is instead, for the message */
export async function until(condition: () => boolean, found?: () => string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`This did not come true: ${condition}. ${found?.() ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
