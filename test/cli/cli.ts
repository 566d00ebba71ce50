import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  /** As a shell reports it: 128 + signal number where one killed it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line in a folder of its own, and an empty workspace to use it in. */
export class BuiltCli {
  private readonly base = mkdtempSync(join(tmpdir(), "goldentrace cli "));
  readonly path = join(this.base, "dist", "cli.mjs");

  constructor() {
    const script = join(root, "esbuild.mjs");
    const dist = join(this.base, "dist");
    execFileSync(process.execPath, [script, "--only=cli.mjs", `--dist=${dist}`], { cwd: root, stdio: "inherit" });
  }

  /** A new empty folder; its name holds what paths may hold. */
  workspace(): string {
    return mkdtempSync(join(this.base, "w $'\"é "));
  }

  run(cwd: string, args: readonly string[], options: ProcessOptions = {}): Promise<Outcome> {
    return runProcess(process.execPath, [this.path, ...args], cwd, options);
  }

  /** `run`, and its standard output as JSON. */
  async json<T>(cwd: string, args: readonly string[]): Promise<T> {
    const { stdout, stderr, code } = await this.run(cwd, args);
    if (code !== 0) throw new Error(`goldentrace ${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(Buffer.from(stdout, "latin1").toString());
  }

  dispose(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

export interface ProcessOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process and its output so far, each time there is more. */
  readonly onOutput?: (output: string, pid: number) => void;
}

/** Runs a program to its end. Output is taken byte for byte (latin1). */
export function runProcess(
  program: string,
  args: readonly string[],
  cwd: string,
  { input, env, onOutput }: ProcessOptions = {},
): Promise<Outcome> {
  const options: SpawnOptions = { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] };
  const child = spawn(program, args, options);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("latin1").on("data", (text: string) => {
      output[name] += text;
      onOutput?.(output.stdout + output.stderr, child.pid ?? 0);
    });
  }
  // A program that ends without reading its input is no failure of the test.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
}
