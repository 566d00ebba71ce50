import { spawn } from "node:child_process";
import type * as vscode from "vscode";
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

/**
 * Runs the bundled command line in a process of its own, so that heavy reading never blocks the extension host.
 * @throws ExpectedError with the command's own message when it exits with a failure that `accept` does not list
 */
export function runCli(
  cliPath: string,
  args: readonly string[],
  options: { cwd?: string; token?: vscode.CancellationToken; accept?: readonly number[] } = {},
): Promise<CliResult> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1", NO_COLOR: "1" };
  const child = spawn(process.execPath, [cliPath, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      if (output[stream].length < MAX_OUTPUT) output[stream] += text;
    });
  }
  const cancel = options.token?.onCancellationRequested(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      cancel?.dispose();
      if (options.token?.isCancellationRequested === true) {
        reject(new ExpectedError("Cancelled."));
      } else if (code !== null && (code === 0 || options.accept?.includes(code) === true)) {
        resolve({ code, ...output });
      } else {
        const message = output.stderr.trim() || `goldentrace ${args[0]} ended with ${signal ?? `code ${code}`}`;
        reject(new ExpectedError(message));
      }
    });
  });
}
