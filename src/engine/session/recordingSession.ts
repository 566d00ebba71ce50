import { Emitter } from "../../base/emitter.ts";
import { plural } from "../../base/format.ts";
import { ReplayEmitter } from "../../base/replayEmitter.ts";
import type { RecordingInfo, RecordingState } from "../../protocol/live.ts";
import type { RunStop } from "../../protocol/runFolder.ts";
import { programStart } from "../query/programStart.ts";
import { LogReader } from "../read/logs/logReader.ts";
import type { GpuSample, MetricSample } from "../trace/records.ts";
import type { Mark, OutputStream, ThreadInfo, TraceProblem } from "../trace/trace.ts";
import type { TraceBuilder } from "../trace/traceBuilder.ts";
import type { RunStore, SessionEnd, TargetControl, Timer } from "./ports.ts";
import type { OutputChunk, Recording, RecordingResult, TraceBatch } from "./recording.ts";

/** How long rows wait before they are a batch. */
export const BATCH_MS = 40;

/** A log record that may go on in the next line is handed out when none came for this long. */
const LOG_PATIENCE_NS = 150e6;

/** Turns what a tracer prints into rows of the builder. */
export interface TraceReader {
  push(bytes: Uint8Array): void;
  end(): unknown;
}

export interface SessionParts {
  /** Everything about the recording but what `started` tells. */
  readonly info: Omit<RecordingInfo, "pid" | "startedNs">;
  /** The program ran before, and runs on when it is let go. */
  readonly attached?: boolean;
  readonly builder: TraceBuilder;
  readonly store: RunStore;
  readonly control: TargetControl;
  /** Undefined when no tracer records system calls. */
  readonly traceReader: TraceReader | undefined;
  /** Lines of each stream that are indexed at most. */
  readonly maxLogRecords?: number;
  /** Nanoseconds since the origin. */
  now(): number;
  readonly timer: Timer;
}

/**
 * One recording: takes in what its sources deliver, keeps it in order, cuts it into batches for the disk and for
 * listeners, and passes commands on to the target.
 *
 * States: starting -> running <-> paused -> stopping -> finishing -> finished, or starting -> failed. `stopping` is left
 * out when the program ends by itself.
 */
export class RecordingSession implements Recording {
  private readonly states = new Emitter<RecordingState>();
  // These begin while the program is being started, when nobody has the recording yet.
  private readonly outputs = new ReplayEmitter<OutputChunk>();
  private readonly batches = new ReplayEmitter<TraceBatch>();
  private readonly notices = new ReplayEmitter<string>();
  readonly onState = this.states.event;
  readonly onOutput = this.outputs.event;
  readonly onBatch = this.batches.event;
  readonly onNotice = this.notices.event;
  readonly ended: Promise<RecordingResult>;

  private current: RecordingState = "starting";
  private pid = 0;
  private startedNs = 0;
  private stop: (Pick<RunStop, "by" | "how"> & { readonly atNs: number }) | undefined;
  private readonly found: TraceProblem[] = [];
  private readonly logs: Readonly<Record<OutputStream, LogReader>>;
  private traceEnded = false;
  private letGo = false;
  private logsWaiting = false;
  private lastOutput = 0;
  private lastThreads: readonly ThreadInfo[] | undefined;
  private pending: { dispose(): void } | undefined;
  private settle: (result: RecordingResult) => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(private readonly parts: SessionParts) {
    this.ended = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    const reader = (stream: OutputStream): LogReader =>
      new LogReader(parts.builder, stream, {
        ...(parts.maxLogRecords === undefined ? {} : { maxRecords: parts.maxLogRecords }),
        onOverflow: () =>
          this.notices.fire(`${stream} has very many lines: later ones are kept in ${stream}.log and not listed.`),
      });
    this.logs = { stdout: reader("stdout"), stderr: reader("stderr") };
  }

  get info(): RecordingInfo {
    return { ...this.parts.info, pid: this.pid, startedNs: this.startedNs };
  }

  get state(): RecordingState {
    return this.current;
  }

  /** The recording was ended while the program ran on. */
  get isDetached(): boolean {
    return this.letGo;
  }

  get problems(): readonly TraceProblem[] {
    return this.found;
  }

  threads(): readonly ThreadInfo[] {
    return this.parts.builder.threads.snapshot();
  }

  now(): number {
    return this.parts.now();
  }

  // --- what the sources deliver

  /** The program runs, as process `pid`, since `startedNs` (nanoseconds from the origin). */
  started(pid: number, startedNs = this.parts.now()): void {
    this.pid = pid;
    this.startedNs = startedNs;
    this.enter("running");
    // Whoever started the recording gets it within this turn.
    this.parts.timer(() => {
      for (const early of [this.outputs, this.batches, this.notices]) early.forget();
    }, 0);
  }

  /** Bytes of the tracer. */
  takeTrace(bytes: Uint8Array): void {
    this.parts.traceReader?.push(bytes);
    this.changed();
  }

  /** Bytes that the program printed, as they arrived; `bytes` must stay as they are. */
  takeOutput(stream: OutputStream, bytes: Uint8Array): void {
    this.keepOutput(stream, bytes, this.parts.now());
    this.outputs.fire({ stream, bytes });
  }

  /** Bytes that the tracer saw the program write to a terminal or file of its own. */
  keepOutput(stream: OutputStream, bytes: Uint8Array, time: number): void {
    this.parts.store.output(stream, bytes);
    this.logs[stream].push(bytes, time);
    this.logsWaiting = true;
    this.lastOutput = this.parts.now();
    this.changed();
  }

  takeSamples(samples: readonly MetricSample[]): void {
    for (const sample of samples) this.parts.builder.addMetric(sample);
    this.changed();
  }

  takeGpus(samples: readonly GpuSample[]): void {
    for (const sample of samples) this.parts.builder.addGpu(sample);
    this.changed();
  }

  mark(kind: Mark["kind"], value = ""): void {
    this.parts.builder.addMark({ time: this.parts.now(), thread: -1, kind, name: kind, value });
    this.changed();
  }

  /** Tells the user something at once. */
  notice(message: string): void {
    this.notices.fire(message);
  }

  /** Keeps a problem for the run's manifest, once, and tells the user. */
  problem(problem: TraceProblem): void {
    if (this.found.some((known) => known.kind === problem.kind && known.message === problem.message)) return;
    this.found.push(problem);
    this.notices.fire(problem.message);
  }

  /** The tracer delivers no more: the thread table is final from now on. */
  endTrace(): void {
    if (this.traceEnded) return;
    this.traceEnded = true;
    this.parts.traceReader?.end();
  }

  /** Something of ours broke; `ended` rejects. */
  abort(error: unknown): void {
    this.pending?.dispose();
    this.fail(error);
  }

  /** Cuts a batch now. */
  flush(): void {
    this.pending?.dispose();
    this.pending = undefined;
    if (this.logsWaiting) {
      if (this.parts.now() - this.lastOutput >= LOG_PATIENCE_NS) {
        this.logsWaiting = false;
        this.logs.stdout.flush();
        this.logs.stderr.flush();
      } else {
        this.changed();
      }
    }
    const batch = this.parts.builder.takeBatch(this.parts.now());
    if (batch.threads === this.lastThreads && isEmpty(batch)) return;
    this.lastThreads = batch.threads;
    const { store } = this.parts;
    store.append(batch);
    this.batches.fire(store.lost > 0 ? { ...batch, lost: store.lost } : batch);
  }

  /**
   * All sources have ended: completes the run folder and settles `ended`.
   * @param exit how the target's first process ended, null when that is not known
   * @param failed the program could not be started at all
   * @param processorWait undefined where it is not known
   */
  async finish(
    exit: SessionEnd["exit"],
    wallNs: number | null,
    failed = false,
    processorWait: SessionEnd["processorWait"] = undefined,
  ): Promise<void> {
    try {
      this.enter("finishing");
      this.endTrace();
      this.endLogs();
      this.flush();
      const startedNs = programStart(this.threads(), this.startedNs);
      const stopped = this.stop && {
        by: this.stop.by,
        how: this.stop.how,
        afterNs: Math.max(0, this.stop.atNs - startedNs),
      };
      const manifest = await this.parts.store.finish({
        exit,
        stopped,
        startedNs,
        wallNs,
        ...(processorWait === undefined ? {} : { processorWait }),
        failed,
        problems: [...this.found, ...this.parts.builder.problems.filter((problem) => !this.isOurCut(problem))],
        threads: this.parts.builder.threads.snapshot(),
      });
      this.enter(failed ? "failed" : "finished");
      this.settle({
        manifest,
        end: {
          runId: this.parts.info.runId,
          runFolder: this.parts.info.runFolder,
          exitCode: manifest.exit?.code ?? null,
          signal: manifest.exit?.signal ?? null,
          ...(stopped === undefined ? {} : { stopped }),
          complete: manifest.complete,
          problems: manifest.problems.map((problem) => problem.message),
          syscalls: manifest.counts.syscalls,
          wallNs: manifest.wallNs ?? this.parts.now(),
        },
      });
    } catch (error) {
      this.fail(error);
    }
  }

  /** A tracer that was told to let go stops in the middle of a line; the call is kept as unfinished. */
  private isOurCut(problem: TraceProblem): boolean {
    const toldTo = this.letGo || this.found.some(({ kind }) => kind === "left-running");
    return problem.kind === "cut-off" && toldTo;
  }

  private endLogs(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      this.logs[stream].end();
      const count = this.logs[stream].notIndexed;
      if (count === 0) continue;
      this.problem({
        kind: "logs-not-indexed",
        message: `${plural(count, "line")} of ${stream} ${count === 1 ? "is" : "are"} kept in ${stream}.log but not listed: there are too many.`,
        count,
        losesData: false,
      });
    }
    this.logsWaiting = false;
  }

  private changed(): void {
    this.pending ??= this.parts.timer(() => this.flush(), BATCH_MS);
  }

  private enter(state: RecordingState): void {
    if (this.current === state) return;
    this.current = state;
    this.states.fire(state);
  }

  // --- commands

  async pause(): Promise<void> {
    if (this.current !== "running") return;
    this.enter("paused");
    this.mark("pause");
    await this.parts.control.pause();
  }

  async continue(): Promise<void> {
    if (this.current !== "paused") return;
    await this.parts.control.continue();
    this.mark("continue");
    this.enter("running");
  }

  async terminate(by: RunStop["by"] = "user"): Promise<void> {
    if (!this.isLive()) return;
    this.noteStop(by, "terminate");
    const wasPaused = this.current === "paused";
    this.enter("stopping");
    await this.parts.control.terminate();
    // A stopped process acts on the signal only when it goes on.
    if (wasPaused) await this.parts.control.continue();
  }

  async kill(by: RunStop["by"] = "user"): Promise<void> {
    if (!this.isLive()) return;
    this.noteStop(by, "kill");
    this.enter("stopping");
    await this.parts.control.kill();
  }

  async detach(by: RunStop["by"] = "user"): Promise<void> {
    if (!this.isLive()) return;
    this.noteStop(by, this.parts.attached === true ? "detach" : "terminate");
    const wasPaused = this.current === "paused";
    this.enter("stopping");
    if (wasPaused) await this.parts.control.continue();
    this.letGo = true;
    this.mark("detach");
    await this.parts.control.detach();
  }

  signal(signal: string): void {
    if (this.isLive()) this.parts.control.signal(signal);
  }

  writeStdin(bytes: Uint8Array): void {
    if (this.isLive()) this.parts.control.writeStdin(bytes);
  }

  endStdin(): void {
    if (this.isLive()) this.parts.control.endStdin();
  }

  /** The first to end a recording is the one that did. */
  private noteStop(by: RunStop["by"], how: RunStop["how"]): void {
    this.stop ??= { by, how, atNs: this.parts.now() };
  }

  private isLive(): boolean {
    return this.current === "running" || this.current === "paused" || this.current === "stopping";
  }
}

function isEmpty(batch: TraceBatch): boolean {
  const { syscalls, logs, metrics, gpus, signals, marks } = batch;
  return syscalls.length + logs.length + metrics.length + gpus.length + signals.length + marks.length === 0;
}
