import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";
import { PipePump, withPipes } from "../../src/node/pipes.ts";
import { identify, type ProcessIdentity, readStat } from "../../src/node/processes.ts";
import { listNumbers } from "../../src/node/procFiles.ts";
import type { RecordingInfo } from "../../src/protocol/live.ts";
import type { RecorderJob, RecorderOutcome } from "./recorderJob.ts";

export interface Ended {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A temporary folder with a recorder and compiled programs in it. */
export class Bench {
  readonly folder: string;
  readonly runs: string;
  private readonly recorder: string;
  private jobs = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.runs = join(folder, "runs");
    this.recorder = join(folder, "recorder.cjs");
  }

  static async make(): Promise<Bench> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "goldentrace-recording-")));
    const bench = new Bench(folder);
    await build({
      entryPoints: [resolve(import.meta.dirname, "recorderProgram.ts")],
      outfile: bench.recorder,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      logLevel: "error",
      define: { "import.meta.url": "__filename" },
    });
    return bench;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Compiles a program of the fixtures; returns its path. */
  compile(source: string, ...options: string[]): string {
    const from = resolve(import.meta.dirname, "../fixtures/programs", source);
    const program = join(this.folder, basename(source, ".c"));
    if (existsSync(program)) return program;
    const made = spawnSync("cc", ["-O1", "-g", "-pthread", ...options, "-o", program, from], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`${source} does not compile: ${made.stderr}`);
    return program;
  }

  directory(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A job for the recorder; `prefix` is put before its command line (`prlimit`, `setpriv`, …). */
  job(command: readonly string[], rest: Partial<RecorderJob> = {}): RecorderJob {
    return {
      command,
      runs: this.runs,
      workspace: this.folder,
      outcome: join(this.folder, `outcome-${this.jobs++}.json`),
      ...rest,
    };
  }

  spawnRecorder(job: RecorderJob, options: SpawnOptions = {}, prefix: readonly string[] = []): ChildProcess {
    const words = [...prefix, process.execPath, this.recorder, JSON.stringify(job)];
    return spawn(words[0] as string, words.slice(1), { cwd: this.folder, ...options });
  }

  /** Runs the recorder to its end with pipes for all streams. */
  async record(
    command: readonly string[],
    rest: Partial<RecorderJob> & { readonly input?: string; readonly prefix?: readonly string[] } = {},
  ): Promise<Ended & { readonly outcome: RecorderOutcome }> {
    const { input, prefix, ...jobRest } = rest;
    const job = this.job(command, jobRest);
    const cwd = job.cwd ?? this.folder;
    const ended = await finish(this.spawnRecorder(job, { cwd: existsSync(cwd) ? cwd : this.folder }, prefix), input);
    return { ...ended, outcome: readOutcome(job) };
  }
}

export function readOutcome(job: RecorderJob): RecorderOutcome {
  return JSON.parse(readFileSync(job.outcome, "utf8")) as RecorderOutcome;
}

/** Runs a program alone with pipes of the kernel for its output, as a shell would. */
export async function runBare(
  command: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  return withPipes(async ([out, err]) => {
    const ends = [out.open("write", true), err.open("write", true)] as const;
    const collect = (pipe: typeof out, into: Buffer[]): PipePump =>
      new PipePump(pipe.open("read", false), (bytes) => {
        into.push(Buffer.from(bytes));
        return undefined;
      });
    const pumps = [collect(out, stdout), collect(err, stderr)];
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: options.cwd,
      stdio: ["pipe", ...ends],
    });
    for (const end of ends) closeSync(end);
    const ended = await finish(child, options.input);
    await Promise.all(pumps.map((pump) => pump.ended));
    return { ...ended, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  });
}

/** Collects what a process prints until it has ended. */
export function finish(child: ChildProcess, input?: string): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr?.on("data", (bytes: Buffer) => stderr.push(bytes));
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input ?? "");
  return new Promise((resolveEnd, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolveEnd({ stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), code, signal }),
    );
  });
}

/** Waits until a file exists. */
export async function fileAppears(path: string): Promise<void> {
  if (existsSync(path)) return;
  await new Promise<void>((done) => {
    const watcher = watch(resolve(path, ".."), () => {
      if (!existsSync(path)) return;
      watcher.close();
      done();
    });
    if (existsSync(path)) {
      watcher.close();
      done();
    }
  });
}

/** Waits until a recorder's program runs. */
export async function started(job: RecorderJob): Promise<RecordingInfo> {
  const path = `${job.outcome}.started`;
  await fileAppears(path);
  return JSON.parse(
    await until(
      () => readFileSync(path, "utf8"),
      (text) => text.endsWith("}"),
    ),
  ) as RecordingInfo;
}

/** Looks again and again until what is seen is as wanted. For states of the system that send no event. */
export async function until<T>(look: () => T, wanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = look();
    if (wanted(seen)) return seen;
    await new Promise((resolveTurn) => setTimeout(resolveTurn, 10));
  }
}

/** Every process whose command line contains a text, by pid. */
export function processesWith(text: string): ProcessIdentity[] {
  if (text === "") throw new RangeError("Every process has the empty text in its command line");
  return listNumbers("/proc").flatMap((pid) => {
    let words: string;
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return [];
    }
    const found = words.includes(text) ? identify(pid) : undefined;
    return found === undefined || pid === process.pid ? [] : [found];
  });
}

export function stateOf(pid: number): string | undefined {
  return readStat(pid)?.state;
}
