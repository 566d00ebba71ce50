import { type ChildProcess, spawn } from "node:child_process";
import * as vscode from "vscode";
import { programEnvironment } from "../adapter/environment.ts";
import { ExpectedError } from "../base/errors.ts";

/** What a run of the command line printed. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `accept` writes no golden where CI is set, unless it is asked to; a person who presses a button asks. */
export const ASKED = ["--update", "--quiet"] as const;

/** Answers longer than this are cut: they are shown in an editor, not parsed. */
const MAX_OUTPUT = 32 * 1024 * 1024;

const running = new Set<ChildProcess>();

/** Ends the commands that still run when the window goes: what they record would go on without anybody to see it. */
export const runningCommands: vscode.Disposable = {
  dispose() {
    for (const child of running) child.kill("SIGTERM");
  },
};

/** Variables that make the host's executable, which on the desktop is Electron, run scripts. */
export const AS_NODE: Readonly<Record<string, string>> =
  process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: "1" };

/**
 * Runs the bundled command line in a process of its own, so that heavy reading never blocks the extension host.
 * What it records has the environment that it would have in a terminal.
 * @throws ExpectedError with the command's own message when it exits with a failure that `accept` does not list
 * @throws CancellationError when `token` was cancelled and the command has ended
 */
export function runCli(
  cliPath: string,
  args: readonly string[],
  options: { cwd?: string; token?: vscode.CancellationToken; accept?: readonly number[] } = {},
): Promise<CliResult> {
  if (options.token?.isCancellationRequested === true) return Promise.reject(new vscode.CancellationError());
  const env = { ...programEnvironment(process.env), ...AS_NODE };
  const child = spawn(process.execPath, [cliPath, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      if (output[stream].length < MAX_OUTPUT) output[stream] += text;
    });
  }
  const cancel = options.token?.onCancellationRequested(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      running.delete(child);
      reject(error);
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      cancel?.dispose();
      if (options.token?.isCancellationRequested === true) {
        reject(new vscode.CancellationError());
      } else if (code !== null && (code === 0 || options.accept?.includes(code) === true)) {
        resolve({ code, ...output });
      } else {
        reject(
          saidError(output.stderr) ??
            new ExpectedError(`goldentrace ${args[0]} ended with ${signal ?? `code ${code}`}`),
        );
      }
    });
  });
}

/** What the command line told: a line, and the way out below it. */
function saidError(stderr: string): ExpectedError | undefined {
  const [message = "", ...more] = stderr.trim().split("\n");
  if (message === "") return undefined;
  const wayOut = more.map((line) => line.trim()).join("\n");
  return new ExpectedError(message.replace(/^goldentrace: /, ""), wayOut === "" ? {} : { wayOut });
}
