import type { TraceBatch } from "../../src/engine/session/recording.ts";
import type { LogColumns, MetricColumns, SyscallColumns, ThreadInfo } from "../../src/engine/trace/trace.ts";

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
  } & Partial<Omit<TraceBatch, "syscalls" | "logs" | "metrics">>,
): TraceBatch {
  const { calls, lines, metrics, ...rest } = rows;
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
  };
}
