import type { TraceBatch } from "../../src/engine/session/recording.ts";
import type {
  GpuColumns,
  LogColumns,
  MetricColumns,
  SyscallColumns,
  ThreadInfo,
} from "../../src/engine/trace/trace.ts";

/** Batches made of plain rows, for tests and benches of what consumes them. */

export interface CallRow {
  readonly start: number;
  /** Absent: the call did not return. */
  readonly duration?: number;
  readonly name: string;
  readonly errno?: string;
}

export interface LineRow {
  readonly time: number;
  readonly text: string;
  readonly message?: string;
  readonly level?: number;
  readonly logger?: string;
  readonly stream?: 0 | 1;
  readonly offset?: number;
  readonly site?: number;
}

export interface MetricRow {
  readonly time: number;
  readonly pid?: number;
  readonly cpuPercent?: number;
  readonly rssBytes?: number;
  readonly readBytes?: number;
  readonly writtenBytes?: number;
  readonly threads?: number;
}

export interface GpuRow {
  readonly time: number;
  readonly gpu?: number;
  readonly name?: string;
  readonly utilizationPercent?: number;
  readonly memoryBytes?: number;
  readonly memoryTotalBytes?: number;
  readonly programMemoryBytes?: number;
  readonly powerWatts?: number;
}

export function syscallColumns(rows: readonly CallRow[]): SyscallColumns {
  const names = [...new Set(rows.map((row) => row.name))];
  const errnos = ["", ...new Set(rows.flatMap((row) => (row.errno ? [row.errno] : [])))];
  return {
    length: rows.length,
    start: Float64Array.from(rows, (row) => row.start),
    duration: Float64Array.from(rows, (row) => row.duration ?? Number.NaN),
    thread: new Int32Array(rows.length),
    name: Uint16Array.from(rows, (row) => names.indexOf(row.name)),
    state: Uint8Array.from(rows, (row) => (row.duration === undefined ? 1 : 0)),
    errno: Uint16Array.from(rows, (row) => errnos.indexOf(row.errno ?? "")),
    result: new Float64Array(rows.length),
    resultText: new Int32Array(rows.length).fill(-1),
    stack: new Int32Array(rows.length).fill(-1),
    argStart: new Float64Array(rows.length),
    argEnd: new Float64Array(rows.length),
    argBytes: new Uint8Array(0),
    names,
    errnos,
    resultTexts: [],
  };
}

export function logColumns(rows: readonly LineRow[]): LogColumns {
  let end = 0;
  return {
    length: rows.length,
    time: Float64Array.from(rows, (row) => row.time),
    stream: Uint8Array.from(rows, (row) => row.stream ?? 0),
    level: Uint8Array.from(rows, (row) => row.level ?? 0),
    offset: Float64Array.from(rows, (row) => {
      const offset = row.offset ?? end;
      end = offset + Buffer.byteLength(row.text) + 1;
      return offset;
    }),
    byteLength: Float64Array.from(rows, (row) => Buffer.byteLength(row.text)),
    text: rows.map((row) => row.text),
    message: rows.map((row) => row.message ?? row.text),
    logger: rows.map((row) => row.logger ?? ""),
    threadName: rows.map(() => ""),
    site: Int32Array.from(rows, (row) => row.site ?? -1),
  };
}

export function metricColumns(rows: readonly MetricRow[]): MetricColumns {
  const column = (pick: (row: MetricRow) => number | undefined): Float64Array =>
    Float64Array.from(rows, (row) => pick(row) ?? 0);
  const zeros = new Float64Array(rows.length);
  return {
    length: rows.length,
    time: column((row) => row.time),
    pid: Int32Array.from(rows, (row) => row.pid ?? 0),
    cpuPercent: column((row) => row.cpuPercent),
    cpuNs: zeros,
    rssBytes: column((row) => row.rssBytes),
    peakRssBytes: column((row) => row.rssBytes),
    readBytes: column((row) => row.readBytes),
    writtenBytes: column((row) => row.writtenBytes),
    threads: Int32Array.from(rows, (row) => row.threads ?? 1),
    processes: new Int32Array(rows.length).fill(1),
    voluntarySwitches: zeros,
    involuntarySwitches: zeros,
    minorFaults: zeros,
    majorFaults: zeros,
  };
}

/** What a row leaves out is not known. */
export function gpuColumns(rows: readonly GpuRow[]): GpuColumns {
  const column = (pick: (row: GpuRow) => number | undefined): Float64Array =>
    Float64Array.from(rows, (row) => pick(row) ?? Number.NaN);
  return {
    length: rows.length,
    time: column((row) => row.time),
    gpu: Int32Array.from(rows, (row) => row.gpu ?? 0),
    name: rows.map((row) => row.name ?? "NVIDIA H100 80GB HBM3"),
    utilizationPercent: column((row) => row.utilizationPercent),
    memoryBytes: column((row) => row.memoryBytes),
    memoryTotalBytes: column((row) => row.memoryTotalBytes),
    programMemoryBytes: column((row) => row.programMemoryBytes),
    powerWatts: column((row) => row.powerWatts),
  };
}

export function threadInfo(partial: Partial<ThreadInfo> = {}): ThreadInfo {
  return {
    pid: 100,
    tid: 100,
    parent: -1,
    role: "main",
    name: "program",
    execs: [],
    start: 0,
    end: Number.NaN,
    exit: undefined,
    ...partial,
  };
}

export function traceBatch(
  rows: {
    calls?: readonly CallRow[];
    lines?: readonly LineRow[];
    metrics?: readonly MetricRow[];
    gpus?: readonly GpuRow[];
  } & Partial<Omit<TraceBatch, "syscalls" | "logs" | "metrics" | "gpus">>,
): TraceBatch {
  const { calls, lines, metrics, gpus, ...rest } = rows;
  return {
    signals: [],
    marks: [],
    threads: [],
    sites: [],
    stacks: { length: 0, parent: new Int32Array(0), frame: new Int32Array(0), site: new Int32Array(0), frames: [] },
    time: 0,
    ...rest,
    syscalls: syscallColumns(calls ?? []),
    logs: logColumns(lines ?? []),
    metrics: metricColumns(metrics ?? []),
    gpus: gpuColumns(gpus ?? []),
  };
}
