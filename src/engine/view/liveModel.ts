import {
  LIVE_TOP_SYSCALLS,
  type LiveSyscall,
  type LiveUpdate,
  type LogFilter,
  type LogPage,
  type RecordingState,
} from "../../protocol/live.ts";
import { programStart } from "../query/programStart.ts";
import type { TraceBatch } from "../session/recording.ts";
import type { SyscallColumns } from "../trace/trace.ts";
import { LiveRates } from "./liveRates.ts";
import { LogStore } from "./logStore.ts";
import { SampleSeries } from "./sampleSeries.ts";

/** Chart points kept for a view that opens late; about two for each pixel of a wide panel. */
const KEPT_SAMPLES = 2048;
/** Chart points waiting for an update; more means that nobody asked for a while. */
const PENDING_SAMPLES = 512;
/** Notices shown; the rest is counted. */
const MAX_NOTICES = 50;
/** Pauses told; a longer list means somebody automates them. */
const MAX_PAUSES = 100;

interface SyscallTotals {
  calls: number;
  errors: number;
  totalNs: number;
}

/**
 * What a Live view shows of a recording that is going on: batches in, small updates and pages of log lines out.
 * Its memory is bounded whatever the length of the run, and the cost of an update does not depend on it.
 */
export class LiveModel {
  private readonly store: LogStore;
  private readonly rates: LiveRates;
  private readonly kept = new SampleSeries(KEPT_SAMPLES);
  private readonly pending = new SampleSeries(PENDING_SAMPLES);
  private readonly totals = new Map<string, SyscallTotals>();
  private readonly noticeTexts: string[] = [];
  private readonly pauses: { readonly startNs: number; readonly endNs: number | null }[] = [];
  private hiddenNotices = 0;
  private state: RecordingState = "starting";
  private sequence = 0;
  private syscalls = 0;
  private signals = 0;
  private threads = 0;
  private processes = 0;
  private lost = 0;
  private newestNs = 0;
  /** The program's start, nanoseconds from the origin: what all times in updates and pages count from. */
  private zeroNs: number;
  private sawStart = false;

  /**
   * @param options.startedNs as in `RecordingInfo`
   * @param options.attached the program ran before the recording began
   * @param options.logBudgetBytes memory for log lines; the oldest are forgotten beyond it
   */
  constructor(options: { startedNs?: number; attached?: boolean; logBudgetBytes?: number } = {}) {
    this.zeroNs = options.startedNs ?? 0;
    this.store = new LogStore(options.logBudgetBytes);
    this.rates = new LiveRates(options.attached ?? false);
  }

  /** @param nowNs nanoseconds from the origin at which the state was reached */
  setState(state: RecordingState, nowNs: number): void {
    this.state = state;
    const last = this.pauses.at(-1);
    if (state === "paused" && last?.endNs !== null) {
      this.pauses.push({ startNs: nowNs, endNs: null });
      if (this.pauses.length > MAX_PAUSES) this.pauses.shift();
    } else if (state !== "paused" && last?.endNs === null) {
      this.pauses[this.pauses.length - 1] = { ...last, endNs: nowNs };
    }
  }

  /** Adds a sentence for the user; one that is there already is not repeated. */
  addNotice(text: string): void {
    if (this.noticeTexts.includes(text)) return;
    if (this.noticeTexts.length < MAX_NOTICES) this.noticeTexts.push(text);
    else this.hiddenNotices++;
  }

  addBatch(batch: TraceBatch): void {
    this.addSyscalls(batch.syscalls);
    this.signals += batch.signals.length;
    for (const signal of batch.signals) this.see(signal.time);
    this.threads = batch.threads.length;
    if (!this.sawStart && batch.threads.length > 0) {
      this.sawStart = true;
      this.zeroNs = programStart(batch.threads, this.zeroNs);
    }
    this.processes = batch.threads.reduce((count, thread) => count + (thread.role === "thread" ? 0 : 1), 0);
    this.lost = batch.lost ?? this.lost;
    for (const sample of this.rates.add(batch.metrics, batch.syscalls, batch.gpus)) {
      this.kept.push(sample);
      this.pending.push(sample);
      this.see(sample.timeNs);
    }
    if (batch.logs.length > 0) {
      const had = this.store.dropped;
      this.store.add(batch.logs, batch.sites);
      this.see(batch.logs.time[batch.logs.length - 1] ?? 0);
      if (had === 0 && this.store.dropped > 0) {
        this.addNotice("The oldest log lines are no longer in this view; the run folder has them all.");
      }
    }
  }

  /**
   * What changed since the previous call, ready to be sent. Consumes the chart points.
   * @param nowNs nanoseconds from the origin
   */
  update(nowNs: number): LiveUpdate {
    this.sequence++;
    const samples = this.pending.all;
    this.pending.clear();
    return this.describe(nowNs, samples);
  }

  /** Everything so far with all chart points kept, under the sequence number of the last update; consumes nothing. */
  snapshot(nowNs: number): LiveUpdate {
    return this.describe(nowNs, this.kept.all);
  }

  /** See `LogStore.page`. */
  logs(filter: LogFilter, from: number, count: number): LogPage {
    const page = this.store.page(filter, from, count);
    return { ...page, lines: page.lines.map((line) => ({ ...line, timeNs: this.sinceStart(line.timeNs) })) };
  }

  /** See `LogStore.prepare`. */
  prepareLogs(filter: LogFilter, maxLines: number): boolean {
    return this.store.prepare(filter, maxLines);
  }

  private describe(nowNs: number, samples: LiveUpdate["samples"]): LiveUpdate {
    return {
      sequence: this.sequence,
      state: this.state,
      elapsedNs: this.sinceStart(nowNs),
      syscalls: this.syscalls,
      signals: this.signals,
      threads: this.threads,
      processes: this.processes,
      lost: this.lost,
      newestNs: this.sinceStart(this.newestNs),
      pauses: this.pauses.map(({ startNs, endNs }) => ({
        startNs: this.sinceStart(startNs),
        endNs: endNs === null ? null : this.sinceStart(endNs),
      })),
      samples: samples.map((sample) => ({ ...sample, timeNs: this.sinceStart(sample.timeNs) })),
      topSyscalls: this.topSyscalls(),
      logCounts: this.store.counts,
      logLines: this.store.total,
      notices:
        this.hiddenNotices === 0
          ? [...this.noticeTexts]
          : [...this.noticeTexts, `… and ${this.hiddenNotices} more remarks; the report has them all.`],
    };
  }

  /** What came before the program is told as of its start. */
  private sinceStart(timeNs: number): number {
    return Math.max(0, timeNs - this.zeroNs);
  }

  private addSyscalls(columns: SyscallColumns): void {
    // Sums per name id first: two typed-array passes are much cheaper than a map look-up for each call.
    const { length, names } = columns;
    if (length === 0) return;
    this.syscalls += length;
    const calls = new Uint32Array(names.length);
    const errors = new Uint32Array(names.length);
    const times = new Float64Array(names.length);
    let newest = this.newestNs;
    for (let row = 0; row < length; row++) {
      const name = columns.name[row] ?? 0;
      calls[name] = (calls[name] ?? 0) + 1;
      if (columns.errno[row] !== 0) errors[name] = (errors[name] ?? 0) + 1;
      const start = columns.start[row] ?? 0;
      const duration = columns.duration[row] ?? Number.NaN;
      const end = duration > 0 ? start + duration : start;
      if (duration > 0) times[name] = (times[name] ?? 0) + duration;
      if (end > newest) newest = end;
    }
    this.newestNs = newest;
    for (const [id, name] of names.entries()) {
      if ((calls[id] ?? 0) === 0) continue;
      let total = this.totals.get(name);
      if (total === undefined) {
        total = { calls: 0, errors: 0, totalNs: 0 };
        this.totals.set(name, total);
      }
      total.calls += calls[id] ?? 0;
      total.errors += errors[id] ?? 0;
      total.totalNs += times[id] ?? 0;
    }
  }

  private topSyscalls(): LiveSyscall[] {
    return [...this.totals]
      .map(([name, total]) => ({ name, ...total }))
      .sort((a, b) => b.totalNs - a.totalNs || b.calls - a.calls || (a.name < b.name ? -1 : 1))
      .slice(0, LIVE_TOP_SYSCALLS);
  }

  private see(time: number): void {
    if (time > this.newestNs) this.newestNs = time;
  }
}
