// A sample with its golden, and the edit that makes it differ; for tests and pictures.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { repositoryRoot } from "../location.mjs";
import type { Workbench } from "../workbench.ts";

const patience = { timeout: 90_000 };
const cli = path.join(repositoryRoot, "dist", "cli.mjs");

const CONFIG = `# Times on a busy machine prove nothing.
[golden]
performance = "off"

[targets.files]
program = "build/files"
cwd = "c-files"
stacks = true
`;

/** The extra open, in front of the one that `read_file` of config.c makes. */
export const EXTRA = 'FILE *again = fopen(path, "r"); if (again != NULL) fclose(again);';
const CALL = 'FILE *file = fopen(path, "r");';

/** Under these, text that is typed arrives as it is. */
export const TYPING_SETTINGS = {
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.autoIndent": "none",
};

export interface GoldenWorkspace {
  readonly folder: string;
  /** The line of config.c that a text is on, 1-based. */
  lineOf(text: string): Promise<number>;
  remove(): Promise<void>;
}

/** The sample c-files in a repository of its own, with a launch configuration that builds it and a golden of what it does now. */
export async function makeGoldenWorkspace(): Promise<GoldenWorkspace> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "goldentrace goldens ")));
  await cp(path.join(repositoryRoot, "samples", "c-files"), path.join(folder, "c-files"), {
    recursive: true,
    filter: (source) => !source.includes(`${path.sep}build`),
  });
  await writeFile(path.join(folder, "goldentrace.toml"), CONFIG);
  await mkdir(path.join(folder, ".vscode"));
  const launch = {
    name: "files",
    type: "goldentrace",
    request: "launch",
    program: "${workspaceFolder}/c-files/build/files",
    cwd: "${workspaceFolder}/c-files",
    stacks: true,
    preLaunchTask: "build",
  };
  const build = { label: "build", type: "process", command: "make", args: ["-C", "c-files"], problemMatcher: [] };
  await writeFile(path.join(folder, ".vscode", "launch.json"), JSON.stringify({ configurations: [launch] }));
  await writeFile(path.join(folder, ".vscode", "tasks.json"), JSON.stringify({ version: "2.0.0", tasks: [build] }));
  await writeFile(path.join(folder, ".gitignore"), "build/\n.goldentrace/\n");
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message=Sample");
  execFileSync("make", ["-C", path.join(folder, "c-files")], { stdio: "ignore" });
  const accept = ["accept", "files", "--samples", "2", "--quiet", "--update"];
  execFileSync(process.execPath, [cli, ...accept], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return {
    folder,
    async lineOf(text) {
      const lines = (await readFile(path.join(folder, "c-files", "src", "config.c"), "utf8")).split("\n");
      return lines.findIndex((line) => line.includes(text)) + 1;
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 250 }),
  };
}

/** Types the extra open into the editor and saves. */
export async function addOpen(workbench: Workbench, workspace: GoldenWorkspace): Promise<void> {
  await workbench.openFile("config.c", await workspace.lineOf(CALL));
  // Keys go to the editor once the box that asked for the line is gone.
  await workbench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await workbench.page.locator(".editor-instance .monaco-editor.focused").waitFor();
  await workbench.press("Home");
  await workbench.page.keyboard.type(`${EXTRA}\n    `);
  await workbench.press("Control+S");
  await expect.poll(() => workspace.lineOf(EXTRA), patience).toBeGreaterThan(0);
}
