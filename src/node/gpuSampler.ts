import { formatNs } from "../base/format.ts";
import { GPU_FIELDS, GPU_PROCESS_FIELDS } from "../engine/session/gpuParse.ts";
import { GpuReadings } from "../engine/session/gpuReadings.ts";
import type { GpuSample } from "../engine/trace/records.ts";
import type { TraceProblem } from "../engine/trace/trace.ts";
import { findOnPath } from "./program.ts";
import { type ToolEnd, WatchedTool } from "./watchedTool.ts";

export interface GpuSamplerOptions {
  /** Of the other metrics; GPUs are looked at no more often than `LEAST_INTERVAL_MS`. */
  readonly intervalMs: number;
  /** Nanoseconds from the recording's origin. */
  now(): number;
  /** Whether a process is one of those recorded, now. */
  isRecorded(pid: number): boolean;
  onSamples(samples: readonly GpuSample[]): void;
  /** There is an `nvidia-smi`, and it does not do what it should. Called once at most. */
  onProblem(problem: TraceProblem): void;
}

/** A look takes the driver some ten milliseconds for each GPU, and utilisation is a mean over up to a second. */
const LEAST_INTERVAL_MS = 500;
/** Programs that are over sooner are not worth a look, and none has to share its start with `nvidia-smi`'s. */
const HEAD_START_MS = 100;
/** A line is about a hundred bytes; so many lines a second are not asked for. */
const BYTES_PER_SECOND = 1 << 16;
/** Lines that mean nothing before nothing more is expected. */
const MOST_BAD_LINES = 100;
/** nvidia-smi(1), "RETURN VALUE": 6, a query to find an object was unsuccessful; said with "No devices were found". */
export const NO_DEVICES = 6;

/** The arguments that make `nvidia-smi` print figures of every GPU; without an interval, once. */
export function gpuQuery(intervalMs?: number): string[] {
  return query("gpu", GPU_FIELDS, intervalMs);
}

function query(what: string, fields: string, intervalMs: number | undefined): string[] {
  const loop = intervalMs === undefined ? [] : ["-lms", String(intervalMs)];
  return [`--query-${what}=${fields}`, "--format=csv,noheader,nounits", ...loop];
}

/**
 * Samples GPUs with one `nvidia-smi` that runs as long as the recording, and, where there is a GPU, a second one that tells which
 * processes use it: one query is all that a call of it takes.
 */
export class GpuSampler {
  private readonly intervalMs: number;
  private readonly readings: GpuReadings;
  private readonly tools: WatchedTool[] = [];
  private timer: NodeJS.Timeout | undefined;
  private program = "";
  private samples = 0;
  private badLines = 0;
  private stopped = false;
  private firstNs = 0;

  constructor(private readonly options: GpuSamplerOptions) {
    this.intervalMs = Math.max(LEAST_INTERVAL_MS, Math.round(options.intervalMs));
    this.readings = new GpuReadings(this.intervalMs, options.isRecorded);
  }

  /** Begins a moment later, so that the program is not held up. Without an `nvidia-smi` on PATH nothing happens. */
  start(): void {
    if (process.platform !== "linux") return;
    this.timer = setTimeout(() => this.begin(), HEAD_START_MS);
    this.timer.unref();
  }

  /** Ends what was started. No sample comes any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const tool of this.tools) tool.stop();
  }

  private begin(): void {
    const program = findOnPath("nvidia-smi");
    if (program === undefined) return;
    this.program = program;
    this.firstNs = this.options.now();
    const figures = new WatchedTool({
      program,
      args: gpuQuery(this.intervalMs),
      bytesPerSecond: BYTES_PER_SECOND,
      onLine: (line) => {
        if (!this.takeFigures(line)) figures.takeWords(line);
      },
      onEnd: (end) => this.giveUp(end),
    });
    this.tools.push(figures);
  }

  /** Returns whether the line was one about a GPU. */
  private takeFigures(line: string): boolean {
    const before = this.readings.gpus;
    const sample = this.readings.takeGpu(line, this.options.now());
    if (sample === null) return true;
    if (sample === undefined) {
      if (this.readings.gpus > 0 || ++this.badLines <= MOST_BAD_LINES) return false;
      this.giveUp({ how: "printed nothing that was understood", code: null });
      return true;
    }
    this.samples++;
    if (before === 0) this.watchProcesses();
    this.options.onSamples([sample]);
    return true;
  }

  private watchProcesses(): void {
    const processes = new WatchedTool({
      program: this.program,
      args: query("compute-apps", GPU_PROCESS_FIELDS, this.intervalMs),
      bytesPerSecond: BYTES_PER_SECOND,
      onLine: (line) => this.readings.takeProcess(line, this.options.now()),
      onEnd: () => {
        // Which memory is the program's is then not known, and nothing says that it is.
      },
    });
    this.tools.push(processes);
  }

  private giveUp({ how, code }: ToolEnd): void {
    if (this.stopped) return;
    this.stop();
    // A machine without a GPU may well have the tool.
    if (this.samples === 0 && code === NO_DEVICES) return;
    const since =
      this.samples === 0 ? "were not recorded" : `end ${formatNs(this.options.now() - this.firstNs)} after they began`;
    this.options.onProblem({
      kind: "metrics-missing",
      message: `GPU figures ${since}: nvidia-smi ${how.replace(/[.\s]+$/, "")}.`,
      losesData: false,
    });
  }
}
