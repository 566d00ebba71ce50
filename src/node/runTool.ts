import { execFile } from "node:child_process";

export interface ToolResult {
  /** Exit code; null when it was killed or took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It printed more than is kept, and was killed for it. */
  readonly truncated: boolean;
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a helper program to its end with no standard input and bounded time and output.
 * Resolves to undefined when the program does not exist or may not be executed; an exit code other than 0 is a result.
 */
export function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        cwd: options.cwd,
        env: options.env ?? process.env,
        timeout: options.timeoutMs ?? 5000,
        killSignal: "SIGKILL",
        maxBuffer: 1 << 20,
        encoding: "utf8",
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ code: 0, stdout, stderr, truncated: false });
        if (typeof error.code === "number") return resolve({ code: error.code, stdout, stderr, truncated: false });
        if (child.pid === undefined) return resolve(undefined);
        // `code` is a string for errors of Node's own.
        const truncated = String(error.code) === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
        resolve({ code: null, stdout, stderr, truncated });
      },
    );
    child.stdin?.on("error", () => {
      // The program ended before it read: it has no input anyway.
    });
    child.stdin?.end();
  });
}
