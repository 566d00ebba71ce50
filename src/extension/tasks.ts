import * as vscode from "vscode";
import { TASK_COMMANDS, TASK_TYPE } from "../protocol/contributions.ts";
import { AS_NODE } from "./cli.ts";
import { runsDirectory } from "./config.ts";

/** A task as `tasks.json` defines it. */
interface GoldentraceTask extends vscode.TaskDefinition {
  readonly command: (typeof TASK_COMMANDS)[number];
  readonly target?: string;
  readonly args?: readonly string[];
}

const NAMES: Readonly<Record<GoldentraceTask["command"], string>> = {
  run: "record a program",
  show: "show newest run",
  clean: "delete old runs",
  doctor: "check this machine",
  check: "check against the goldens",
  accept: "accept a golden",
  diff: "compare two runs",
};

/** These tell of differences: in a form that the Problems view is filled from, beside the one for people. */
const MATCHED: readonly GoldentraceTask["command"][] = ["check", "accept", "diff"];
const REPORTERS = ["--reporter", "text", "--reporter", "lines"];

/** Offers the command line's sub-commands as tasks; each runs the same `dist/cli.mjs` that a shell runs. */
export class TaskProvider implements vscode.TaskProvider {
  constructor(private readonly cliPath: string) {}

  provideTasks(): vscode.Task[] {
    // The others need a target, a run or a command line, which only tasks.json can say.
    const commands = TASK_COMMANDS.filter((command) => !["run", "accept", "diff"].includes(command));
    return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
      commands.map((command) => this.task({ type: TASK_TYPE, command }, folder, NAMES[command])),
    );
  }

  /** Tasks written in tasks.json. A definition that is not ours, or names no command of ours, stays unresolved. */
  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const { definition, scope } = task;
    if (definition.type !== TASK_TYPE || !(TASK_COMMANDS as readonly unknown[]).includes(definition.command))
      return undefined;
    const folder = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
    return folder === undefined ? undefined : this.task(definition as GoldentraceTask, folder, task.name);
  }

  private task(definition: GoldentraceTask, folder: vscode.WorkspaceFolder, name: string): vscode.Task {
    const task = new vscode.Task(
      definition,
      folder,
      name,
      "goldentrace",
      new vscode.ProcessExecution(process.execPath, [this.cliPath, ...taskArguments(definition, folder)], {
        cwd: folder.uri.fsPath,
        env: { ...AS_NODE },
      }),
      // None, said explicitly: otherwise VS Code asks which one to use before every run.
      MATCHED.includes(definition.command) ? ["$goldentrace"] : [],
    );
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
    return task;
  }
}

/** The command line of a task. Runs are looked for, and kept, where the editor keeps them. */
function taskArguments({ command, target, args = [] }: GoldentraceTask, folder: vscode.WorkspaceFolder): string[] {
  const out = ["--out", runsDirectory(folder)];
  switch (command) {
    case "run":
      return ["run", ...out, ...(target === undefined ? ["--", ...args] : [target, ...args])];
    case "show":
      return ["show", ...out, target ?? "latest", ...args];
    case "clean": {
      const keep = vscode.workspace.getConfiguration("goldentrace", folder.uri).get<number>("runs.keep", 50);
      return ["clean", ...out, "--keep", String(keep), ...args];
    }
    case "doctor":
      return ["doctor", ...args];
    case "check":
      return ["check", ...out, ...REPORTERS, ...(target === undefined ? [] : [target]), ...args];
    case "accept":
      return ["accept", ...out, ...(target === undefined ? [] : [target]), ...args];
    case "diff":
      return ["diff", ...out, ...REPORTERS, target ?? "latest", ...args];
  }
}
