import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { shown } from "../../base/terminal/shown.ts";
import { CONFIG_FILE } from "../../node/config.ts";
import { discoverPrograms, type FoundProgram } from "../../node/discoverPrograms.ts";
import { errorCode } from "../../node/procFiles.ts";
import { writeFailure } from "../../node/writeFailure.ts";
import { atMost, parseCommandLine, usage } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { CI_WORKFLOW, CI_WORKFLOW_TEXT } from "../init/ciWorkflow.ts";
import { configTemplate } from "../init/configTemplate.ts";
import { gitignoreWithRuns } from "../init/gitignore.ts";
import { GITLAB_JOB, GITLAB_JOB_TEXT, GITLAB_PIPELINE, pipelineWithJob } from "../init/gitlabJob.ts";
import { type OfferedProgram, VSCODE_FILES } from "../init/vscodeFiles.ts";
import { styleFor } from "../terminal/style.ts";

/** A workspace may hold many programs; more than this are clutter in a menu. */
const MAX_OFFERED = 10;

interface PlannedFile {
  readonly path: string;
  /** Gives the new text for the text that is there; undefined when there is none. */
  readonly text: (existing: string | undefined) => string;
}

export const command: Command = async (argv, { cwd, stdout, stderr }) => {
  const line = parseCommandLine("init", argv);
  atMost(line, 1);
  const workspace = resolve(cwd, line.positionals[0] ?? ".");
  checkWorkspace(workspace);
  const dryRun = line.has("dry-run");
  const style = styleFor(stdout.colour);
  let failed = false;
  let changed = 0;
  for (const file of await plan(workspace, {
    vscode: !line.has("no-vscode"),
    ci: !line.has("no-ci"),
    gitlab: line.has("gitlab"),
  })) {
    try {
      const outcome = await apply(join(workspace, file.path), file, dryRun);
      if (outcome !== "kept") changed++;
      if (line.has("quiet")) continue;
      const word = { written: "write", extended: "add to", kept: "keep" }[outcome];
      const note = outcome === "kept" ? style.dim("  (nothing to add)") : "";
      await stdout.write(`${word.padEnd(7)} ${shown(file.path)}${note}\n`);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      failed = true;
      await stderr.write(`${style.bad("goldentrace:")} ${shown(error.message)}\n`);
      if (error.wayOut !== undefined) await stderr.write(`  ${shown(error.wayOut)}\n`);
    }
  }
  if (dryRun && !line.has("quiet")) await stdout.write("Nothing was written: --dry-run.\n");
  if (!dryRun && changed > 0 && !failed && !line.has("quiet")) await stdout.write(NEXT_STEPS);
  return failed ? 1 : 0;
};

function checkWorkspace(path: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    if (errorCode(error) === "") throw error;
    throw usage(`The workspace ${path} ${errorCode(error) === "ENOENT" ? "does not exist" : "cannot be entered"}`);
  }
  if (!isDirectory) throw usage(`The workspace ${path} is not a directory`);
}

const NEXT_STEPS = `
Next:
  goldentrace doctor             what this machine can record
  goldentrace run -- PROGRAM     record something
  goldentrace show               see what it did
`;

async function plan(
  workspace: string,
  parts: { vscode: boolean; ci: boolean; gitlab: boolean },
): Promise<PlannedFile[]> {
  const programs = (await discoverPrograms(workspace)).slice(0, MAX_OFFERED).map(offered);
  const found = programs.filter((program) => program !== undefined);
  const files: PlannedFile[] = [{ path: CONFIG_FILE, text: (existing) => existing ?? configTemplate(found) }];
  if (parts.vscode) {
    for (const [name, merge] of Object.entries(VSCODE_FILES)) {
      files.push({ path: `.vscode/${name}`, text: (existing) => merge(existing ?? "", found) });
    }
  }
  files.push({ path: ".gitignore", text: (existing) => gitignoreWithRuns(existing ?? "") });
  const hasGitlab = existsSync(join(workspace, GITLAB_PIPELINE));
  // A project on GitLab has no use for a workflow of GitHub's, unless it has some already.
  const hasGithub = existsSync(join(workspace, dirname(CI_WORKFLOW)));
  if (parts.ci && (hasGithub || !(hasGitlab || parts.gitlab))) {
    files.push({ path: CI_WORKFLOW, text: (existing) => existing ?? CI_WORKFLOW_TEXT });
  }
  if (parts.gitlab || (parts.ci && hasGitlab)) {
    files.push({ path: GITLAB_JOB, text: (existing) => existing ?? GITLAB_JOB_TEXT });
    files.push({ path: GITLAB_PIPELINE, text: (existing) => pipelineWithJob(existing ?? "") });
  }
  return files;
}

function offered({ kind, label, path, target }: FoundProgram): OfferedProgram | undefined {
  if (kind === "target") {
    return target === undefined
      ? undefined
      : { name: label, program: target.program, args: target.args ?? [], cwd: target.cwd };
  }
  if (kind === "python") return { name: label, program: "python3", args: [`./${path}`], cwd: undefined };
  return { name: label, program: `./${path}`, args: [], cwd: undefined };
}

async function apply(path: string, file: PlannedFile, dryRun: boolean): Promise<"written" | "extended" | "kept"> {
  try {
    const existing = await readIfThere(path);
    const text = file.text(existing);
    if (text === existing) return "kept";
    if (!dryRun) {
      await mkdir(dirname(path), { recursive: true });
      // "wx": a file that came to be since then is not overwritten.
      await writeFile(path, text, { flag: existing === undefined ? "wx" : "w" });
    }
    return existing === undefined ? "written" : "extended";
  } catch (error) {
    if (error instanceof ExpectedError || errorCode(error) === "") throw error;
    throw new ExpectedError(`${file.path} cannot be written: ${writeFailure(error) ?? errorCode(error)}`, {
      wayOut: "Check the permissions of the file and its folder.",
      cause: error,
    });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
