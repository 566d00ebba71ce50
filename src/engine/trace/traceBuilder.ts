import { StringTable } from "../../base/stringTable.ts";
import type { TraceBatch } from "../session/recording.ts";
import { float64Column, int32Column, uint8Column } from "./growable.ts";
import type { GpuSample, LogRecord, MetricSample, SyscallRecord } from "./records.ts";
import { StackBuilder } from "./stackBuilder.ts";
import { SyscallRows } from "./syscallRows.ts";
import { ThreadTable } from "./threadTable.ts";
import type {
  GpuColumns,
  LogColumns,
  Mark,
  MetricColumns,
  SignalEvent,
  Site,
  Trace,
  TraceClock,
  TraceProblem,
} from "./trace.ts";
import { MAX_LOG_TEXT } from "./trace.ts";

export interface TraceCounts {
  readonly syscalls: number;
  readonly logs: number;
  readonly metrics: number;
  readonly gpus: number;
  readonly signals: number;
  readonly marks: number;
  readonly threads: number;
}

/**
 * Collects what the sources of a recording deliver. A recording hands its rows on with `takeBatch`, which also frees
 * their memory, so a recording without end stays bounded; an import keeps them and ends with `build`.
 *
 * Threads, stacks, names and sites are kept for the whole recording: their indexes never change.
 */
export class TraceBuilder {
  readonly threads = new ThreadTable();
  readonly stacks = new StackBuilder();
  /** The fast way for parsers; everybody else uses `addSyscall`. */
  readonly syscalls = new SyscallRows();
  private readonly logs = new LogRows();
  private readonly metrics = new MetricRows();
  private readonly gpus = new GpuRows();
  private signals: SignalEvent[] = [];
  private marks: Mark[] = [];
  private readonly problemList: TraceProblem[] = [];
  private readonly siteIds = new StringTable();
  private readonly sites: Site[] = [];
  private taken = { syscalls: 0, logs: 0, metrics: 0, gpus: 0, signals: 0, marks: 0 };

  constructor(readonly clock: TraceClock) {}

  /** Rows added so far, those already taken included. */
  get counts(): TraceCounts {
    return {
      syscalls: this.taken.syscalls + this.syscalls.length,
      logs: this.taken.logs + this.logs.length,
      metrics: this.taken.metrics + this.metrics.length,
      gpus: this.taken.gpus + this.gpus.length,
      signals: this.taken.signals + this.signals.length,
      marks: this.taken.marks + this.marks.length,
      threads: this.threads.length,
    };
  }

  get problems(): readonly TraceProblem[] {
    return this.problemList;
  }

  /** Adds a system call that has ended, or is known not to end. Its arguments are `args[start, end)`. */
  addSyscall(record: SyscallRecord, args: Uint8Array, start: number, end: number): void {
    const rows = this.syscalls;
    rows.appendArgs(args, start, end);
    rows.push(
      record.start,
      record.duration,
      record.thread,
      rows.nameId(record.name),
      record.state,
      rows.errnoId(record.errno),
      record.result,
      record.resultText === "" ? -1 : rows.resultTextId(record.resultText),
      record.stack,
    );
  }

  addLog(record: LogRecord): void {
    this.logs.push(record, record.site === undefined ? -1 : this.siteId(record.site.file, record.site.line));
  }

  addMetric(sample: MetricSample): void {
    this.metrics.push(sample);
  }

  addGpu(sample: GpuSample): void {
    this.gpus.push(sample);
  }

  addSignal(signal: SignalEvent): void {
    this.signals.push(signal);
  }

  addMark(mark: Mark): void {
    this.marks.push(mark);
  }

  addProblem(problem: TraceProblem): void {
    this.problemList.push(problem);
  }

  /** Interns a call stack of `stacks.internFrame` ids, innermost first; -1 for an empty one. */
  internStack(frames: readonly number[]): number {
    return this.stacks.intern(frames);
  }

  /** Everything added since the last call. The rows belong to the caller; the builder forgets them. */
  takeBatch(timeNs: number): TraceBatch {
    const { counts } = this;
    const batch: TraceBatch = {
      syscalls: this.syscalls.take(),
      logs: this.logs.take(),
      metrics: this.metrics.take(),
      gpus: this.gpus.take(),
      signals: this.signals,
      marks: this.marks,
      threads: this.threads.snapshot(),
      stacks: this.stacks.snapshot(),
      sites: this.sites.slice(),
      time: timeNs,
    };
    this.taken = counts;
    this.signals = [];
    this.marks = [];
    return batch;
  }

  /** The trace of what was not taken yet. For imports, which never take batches; the builder is empty afterwards. */
  build(): Trace {
    const { time: _, sites: __, ...rows } = this.takeBatch(Number.NaN);
    return { ...rows, clock: this.clock, sites: this.sites.slice(), problems: this.problemList.slice() };
  }

  private siteId(file: string, line: number): number {
    const id = this.siteIds.intern(`${line}:${file}`);
    if (id === this.sites.length) this.sites.push({ file, line, column: 0, function: "" });
    return id;
  }
}

class LogRows {
  private readonly time = float64Column();
  private readonly stream = uint8Column();
  private readonly level = uint8Column();
  private readonly offset = float64Column();
  private readonly byteLength = float64Column();
  private readonly site = int32Column();
  private text: string[] = [];
  private message: string[] = [];
  private logger: string[] = [];
  private threadName: string[] = [];

  get length(): number {
    return this.text.length;
  }

  push(record: LogRecord, site: number): void {
    this.time.push(record.time);
    this.stream.push(record.stream === "stdout" ? 0 : 1);
    this.level.push(record.level);
    this.offset.push(record.offset);
    this.byteLength.push(record.byteLength);
    this.site.push(site);
    this.text.push(record.text.slice(0, MAX_LOG_TEXT));
    this.message.push(record.message.slice(0, MAX_LOG_TEXT));
    this.logger.push(record.logger);
    this.threadName.push(record.threadName);
  }

  take(): LogColumns {
    const columns: LogColumns = {
      length: this.length,
      time: this.time.take(),
      stream: this.stream.take(),
      level: this.level.take(),
      offset: this.offset.take(),
      byteLength: this.byteLength.take(),
      text: this.text,
      message: this.message,
      logger: this.logger,
      threadName: this.threadName,
      site: this.site.take(),
    };
    this.text = [];
    this.message = [];
    this.logger = [];
    this.threadName = [];
    return columns;
  }
}

class MetricRows {
  private readonly time = float64Column();
  private readonly pid = int32Column();
  private readonly cpuPercent = float64Column();
  private readonly cpuNs = float64Column();
  private readonly rssBytes = float64Column();
  private readonly peakRssBytes = float64Column();
  private readonly readBytes = float64Column();
  private readonly writtenBytes = float64Column();
  private readonly threads = int32Column();
  private readonly processes = int32Column();
  private readonly voluntarySwitches = float64Column();
  private readonly involuntarySwitches = float64Column();
  private readonly minorFaults = float64Column();
  private readonly majorFaults = float64Column();

  get length(): number {
    return this.time.length;
  }

  push(sample: MetricSample): void {
    this.time.push(sample.time);
    this.pid.push(sample.pid);
    this.cpuPercent.push(sample.cpuPercent);
    this.cpuNs.push(sample.cpuNs);
    this.rssBytes.push(sample.rssBytes);
    this.peakRssBytes.push(sample.peakRssBytes);
    this.readBytes.push(sample.readBytes);
    this.writtenBytes.push(sample.writtenBytes);
    this.threads.push(sample.threads);
    this.processes.push(sample.processes);
    this.voluntarySwitches.push(sample.voluntarySwitches);
    this.involuntarySwitches.push(sample.involuntarySwitches);
    this.minorFaults.push(sample.minorFaults);
    this.majorFaults.push(sample.majorFaults);
  }

  take(): MetricColumns {
    return {
      length: this.length,
      time: this.time.take(),
      pid: this.pid.take(),
      cpuPercent: this.cpuPercent.take(),
      cpuNs: this.cpuNs.take(),
      rssBytes: this.rssBytes.take(),
      peakRssBytes: this.peakRssBytes.take(),
      readBytes: this.readBytes.take(),
      writtenBytes: this.writtenBytes.take(),
      threads: this.threads.take(),
      processes: this.processes.take(),
      voluntarySwitches: this.voluntarySwitches.take(),
      involuntarySwitches: this.involuntarySwitches.take(),
      minorFaults: this.minorFaults.take(),
      majorFaults: this.majorFaults.take(),
    };
  }
}

class GpuRows {
  private readonly time = float64Column();
  private readonly gpu = int32Column();
  private readonly utilizationPercent = float64Column();
  private readonly memoryBytes = float64Column();
  private readonly memoryTotalBytes = float64Column();
  private readonly programMemoryBytes = float64Column();
  private readonly powerWatts = float64Column();
  private name: string[] = [];

  get length(): number {
    return this.name.length;
  }

  push(sample: GpuSample): void {
    this.time.push(sample.time);
    this.gpu.push(sample.gpu);
    this.name.push(sample.name);
    this.utilizationPercent.push(sample.utilizationPercent);
    this.memoryBytes.push(sample.memoryBytes);
    this.memoryTotalBytes.push(sample.memoryTotalBytes);
    this.programMemoryBytes.push(sample.programMemoryBytes);
    this.powerWatts.push(sample.powerWatts);
  }

  take(): GpuColumns {
    const columns: GpuColumns = {
      length: this.length,
      time: this.time.take(),
      gpu: this.gpu.take(),
      name: this.name,
      utilizationPercent: this.utilizationPercent.take(),
      memoryBytes: this.memoryBytes.take(),
      memoryTotalBytes: this.memoryTotalBytes.take(),
      programMemoryBytes: this.programMemoryBytes.take(),
      powerWatts: this.powerWatts.take(),
    };
    this.name = [];
    return columns;
  }
}
