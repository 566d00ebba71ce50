import { StringTable } from "../../base/stringTable.ts";
import {
  type ColumnsOf,
  EXIT_KINDS,
  MARK_KINDS,
  ROLE_NAMES,
  STATE_NAMES,
  STREAM_NAMES,
  TABLE_NAMES,
  type TableName,
} from "./arrowSchema.ts";
import { ArrowTable } from "./arrowTable.ts";
import { ByteInterner } from "./byteInterner.ts";
import { ERRNO_NAMES } from "./errnoNames.ts";
import { SYSCALL_NAMES } from "./syscallNames.ts";
import { sortByStart } from "./syscallRows.ts";
import type {
  Frame,
  LogColumns,
  Mark,
  MetricColumns,
  SignalEvent,
  Site,
  StackTable,
  SyscallColumns,
  ThreadExit,
  ThreadInfo,
  Trace,
  TraceProblem,
} from "./trace.ts";

/** Everything of a trace that its tables hold; the clock and what was lost while recording are in the manifest. */
export type TraceTables = Omit<Trace, "clock" | "problems">;

/** The bytes of the `.arrow` files by table; undefined for files that do not exist. */
export type TableFiles = { readonly [T in TableName]?: Uint8Array | undefined };

/**
 * Reads the tables of a run folder. Files may be cut at any byte, missing, or not ours at all: what is whole is kept, what
 * is not becomes a problem, and every index in the result is valid.
 */
export function readTables(files: TableFiles): { tables: TraceTables; problems: TraceProblem[] } {
  const problems: TraceProblem[] = [];
  const read = <T extends TableName>(table: T): ArrowTable<T> => ArrowTable.read(table, files[table]);
  const found = {
    syscalls: read("syscalls"),
    logs: read("logs"),
    metrics: read("metrics"),
    threads: read("threads"),
    signals: read("signals"),
    marks: read("marks"),
    stacks: read("stacks"),
    frames: read("frames"),
  };
  reportEnds(
    TABLE_NAMES.map((table) => found[table]),
    problems,
  );

  const sites = new SiteTable();
  const repairs = new Repairs();
  const threads = new ThreadRows(readThreads(found.threads, repairs));
  const frames = readFrames(found.frames, sites, repairs);
  const stacks = readStacks(found.stacks, frames, sites, repairs);
  const syscalls = readSyscalls(found.syscalls, threads, stacks.length, repairs);
  const signals = readSignals(found.signals, threads, repairs);
  const marks = readMarks(found.marks, threads);
  const logs = readLogs(found.logs, sites);
  const metrics = readMetrics(found.metrics);
  repairs.report(problems);
  return {
    tables: { threads: threads.rows, syscalls, logs, metrics, signals, marks, stacks, sites: sites.all },
    problems,
  };
}

function reportEnds(tables: readonly ArrowTable<TableName>[], problems: TraceProblem[]): void {
  const named = (end: string): string[] =>
    tables.filter((table) => table.end === end).map((table) => `${table.table}.arrow`);
  const missing = named("missing");
  const damaged = named("damaged");
  const cut = named("cut");
  if (missing.length > 0) {
    problems.push({ kind: "cut-off", message: `Missing in the run folder: ${missing.join(", ")}.`, losesData: true });
  }
  if (damaged.length > 0) {
    problems.push({
      kind: "cut-off",
      message: `Damaged: ${damaged.join(", ")}; rows before the damage are shown.`,
      losesData: true,
    });
  }
  if (cut.length > 0) {
    problems.push({
      kind: "cut-off",
      message: `Cut off: ${cut.join(", ")} without an end mark; everything up to the last whole batch is shown.`,
      losesData: true,
    });
  }
}

/** Counts values that could not be true and were replaced, so that none is replaced in silence. */
class Repairs {
  private count = 0;

  add(): void {
    this.count++;
  }

  report(problems: TraceProblem[]): void {
    if (this.count === 0) return;
    problems.push({
      kind: "cut-off",
      message: `${this.count} values in the run's tables refer to rows that are missing or cannot be true; they were replaced.`,
      count: this.count,
      losesData: true,
    });
  }
}

class SiteTable {
  readonly all: Site[] = [];
  private readonly ids = new Map<string, number>();

  id(file: string | undefined, line: number, column: number, name: string): number {
    if (file === undefined) return -1;
    const key = `${line} ${column} ${name.length} ${name}${file}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.all.length;
      this.ids.set(key, id);
      this.all.push({ file, line: Math.max(0, line), column: Math.max(0, column), function: name });
    }
    return id;
  }
}

/** Thread rows, and stand-ins for threads that are only referred to. */
class ThreadRows {
  private readonly known: number;
  private readonly standIns = new Map<number, number>();

  constructor(readonly rows: ThreadInfo[]) {
    this.known = rows.length;
  }

  /** A valid index for the one found in a row; a thread whose row is lost gets a stand-in. */
  index(thread: number, pid: number, tid: number, repairs: Repairs): number {
    if (thread >= 0 && thread < this.known) return thread;
    let index = this.standIns.get(thread);
    if (index === undefined) {
      index = this.rows.length;
      this.standIns.set(thread, index);
      const start = Number.NaN;
      this.rows.push({
        pid,
        tid,
        parent: -1,
        role: "process",
        name: "",
        execs: [],
        start,
        end: start,
        exit: undefined,
      });
      repairs.add();
    }
    return index;
  }
}

function readThreads(table: ArrowTable<"threads">, repairs: Repairs): ThreadInfo[] {
  const thread = table.int32("thread");
  const pid = table.int32("pid");
  const tid = table.int32("tid");
  const parent = table.int32("parent");
  const ids = (column: ColumnsOf<"threads">, names: readonly string[]): Int32Array =>
    table.dictionary(column, (text) => names.indexOf(text), -1, new Int32Array(table.length));
  const role = ids("role", ROLE_NAMES);
  const name = table.texts("name");
  const execs = table.texts("execs");
  const start = table.float64("start_ns");
  const end = table.float64("end_ns");
  const exit = ids("exit", EXIT_KINDS);
  const code = table.int32("exit_code");
  const signal = table.texts("exit_signal");
  const coreDumped = table.uint8("core_dumped");

  const rows: ThreadInfo[] = [];
  for (let row = 0; row < table.length; row++) {
    const index = thread[row] as number;
    // Rows of new threads come in order; anything else repeats an earlier one.
    if (index < 0 || index > rows.length) {
      repairs.add();
      continue;
    }
    rows[index] = {
      pid: pid[row] as number,
      tid: tid[row] as number,
      parent: parent[row] as number,
      role: ROLE_NAMES[role[row] as number] ?? "process",
      name: name[row] ?? "",
      execs: stringList(execs[row], repairs),
      start: start[row] as number,
      end: end[row] as number,
      exit: threadExit(EXIT_KINDS[exit[row] as number], code[row] as number, signal[row], coreDumped[row] === 1),
    };
  }
  return breakRings(rows, repairs);
}

function threadExit(
  kind: (typeof EXIT_KINDS)[number] | undefined,
  code: number,
  signal: string | undefined,
  coreDumped: boolean,
): ThreadExit | undefined {
  switch (kind) {
    case undefined:
      return undefined;
    case "exited":
      return { kind, code };
    case "killed":
      return { kind, signal: signal ?? "", coreDumped };
    default:
      return { kind };
  }
}

function stringList(json: string | undefined, repairs: Repairs): string[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  } catch {
    // Counted below like any other text that is no list.
  }
  repairs.add();
  return [];
}

/** Makes sure that walking from child to parent ends. */
function breakRings(rows: ThreadInfo[], repairs: Repairs): ThreadInfo[] {
  const walked = new Int32Array(rows.length).fill(-1);
  for (let first = 0; first < rows.length; first++) {
    let child = -1;
    let row = first;
    while (row !== -1 && walked[row] === -1) {
      walked[row] = first;
      child = row;
      row = rows[row]?.parent ?? -1;
      const impossible = row < -1 || row >= rows.length || walked[row] === first;
      if (row !== -1 && impossible) {
        rows[child] = { ...(rows[child] as ThreadInfo), parent: -1 };
        repairs.add();
        row = -1;
      }
    }
  }
  return rows;
}

const UNKNOWN_FRAME: Frame = { module: "", address: 0, symbol: "", sites: [] };

function readFrames(table: ArrowTable<"frames">, sites: SiteTable, repairs: Repairs): Frame[] {
  const frame = table.int32("frame");
  const module = table.texts("module");
  const address = table.float64("address");
  const symbol = table.texts("symbol");
  const site = readSites(table, sites);
  const frames: { module: string; address: number; symbol: string; sites: number[] }[] = [];
  for (let row = 0; row < table.length; row++) {
    const index = frame[row] as number;
    if (index === frames.length) {
      frames.push({
        module: module[row] ?? "",
        address: address[row] as number,
        symbol: symbol[row] ?? "",
        sites: [],
      });
    } else if (index !== frames.length - 1) {
      repairs.add();
      continue;
    }
    if ((site[row] as number) >= 0) frames[index]?.sites.push(site[row] as number);
  }
  return frames;
}

function readStacks(table: ArrowTable<"stacks">, frames: Frame[], sites: SiteTable, repairs: Repairs): StackTable {
  const stack = table.int32("stack");
  const parent = table.int32("caller").slice();
  const frame = table.int32("frame").slice();
  const site = readSites(table, sites);
  let length = 0;
  // Callers come before what they call: that also excludes rings.
  while (length < table.length && stack[length] === length && (parent[length] as number) < length) {
    if ((parent[length] as number) < -1) parent[length] = -1;
    length++;
  }
  if (length < table.length) repairs.add();
  let unknown = -1;
  for (let i = 0; i < length; i++) {
    const index = frame[i] as number;
    if (index >= 0 && index < frames.length && index !== unknown) continue;
    if (unknown === -1) unknown = frames.push(UNKNOWN_FRAME) - 1;
    frame[i] = unknown;
    repairs.add();
  }
  return {
    length,
    parent: parent.subarray(0, length),
    frame: frame.subarray(0, length),
    site: site.subarray(0, length),
    frames,
  };
}

function readSites(table: ArrowTable<"stacks"> | ArrowTable<"frames">, sites: SiteTable): Int32Array {
  const source = table as ArrowTable<"stacks">;
  const file = source.texts("file");
  const line = source.int32("line");
  const column = source.int32("column");
  const name = source.texts("function");
  return Int32Array.from(file, (text, row) =>
    sites.id(text, line[row] as number, column[row] as number, name[row] ?? ""),
  );
}

function readSyscalls(
  table: ArrowTable<"syscalls">,
  threads: ThreadRows,
  stackCount: number,
  repairs: Repairs,
): SyscallColumns {
  const { length } = table;
  const names = new StringTable(SYSCALL_NAMES);
  const errnos = new StringTable(ERRNO_NAMES);

  // Columns may be views of the file: they are copied before the first repair.
  let start = table.float64("time_ns");
  if (start.some((time) => !Number.isFinite(time))) {
    let latest = 0;
    start = start.map((time) => {
      if (!Number.isFinite(time)) repairs.add();
      else latest = time;
      return latest;
    });
  }

  let thread = table.int32("thread");
  const known = threads.rows.length;
  if (thread.some((index) => index < 0 || index >= known)) {
    const pid = table.int32("pid");
    const tid = table.int32("tid");
    thread = thread.map((index, row) => threads.index(index, pid[row] as number, tid[row] as number, repairs));
  }

  let stack = table.int32("stack");
  const impossible = (node: number): boolean => node < -1 || node >= stackCount;
  if (stack.some(impossible)) {
    stack = stack.map((node) => {
      if (!impossible(node)) return node;
      repairs.add();
      return -1;
    });
  }
  const stateOf = (text: string): number => STATE_NAMES.indexOf(text as (typeof STATE_NAMES)[number]);

  const { resultText, resultTexts } = readResultTexts(table);
  const { bytes, offsets } = table.bytes("args");
  return sortByStart({
    length,
    start,
    duration: table.float64("duration_ns"),
    thread,
    name: namedColumn(table, "syscall", "syscall_other", names, names.intern("(unknown)"), repairs),
    state: table.dictionary("state", stateOf, 0, new Uint8Array(length)),
    errno: namedColumn(table, "errno", "errno_other", errnos, 0, undefined),
    result: table.int64("result"),
    resultText,
    stack,
    argStart: offsets.subarray(0, length),
    argEnd: offsets.subarray(1, length + 1),
    argBytes: bytes,
    names: names.all,
    errnos: errnos.all,
    resultTexts,
  });
}

/** A dictionary column together with the plain column of the names that are not in its dictionary. */
function namedColumn(
  table: ArrowTable<"syscalls">,
  column: ColumnsOf<"syscalls">,
  others: ColumnsOf<"syscalls">,
  names: StringTable,
  absent: number,
  repairs: Repairs | undefined,
): Uint16Array {
  const ids = table.dictionary(column, (text) => internSome(names, text), UNNAMED, new Uint16Array(table.length));
  table.eachText(others, (row, bytes, start, end) => {
    if (ids[row] === UNNAMED) ids[row] = internSome(names, decoder.decode(bytes.subarray(start, end)));
  });
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] !== UNNAMED) continue;
    ids[row] = absent;
    repairs?.add();
  }
  return ids;
}

/** Marks rows without a name while names are collected. */
const UNNAMED = 0xffff;

/** 16 bits number the names; a file with more distinct ones is none of ours. */
function internSome(names: StringTable, text: string): number {
  return names.size < UNNAMED ? names.intern(text) : (names.find(text) ?? UNNAMED);
}

const decoder = new TextDecoder();

function readResultTexts(table: ArrowTable<"syscalls">): { resultText: Int32Array; resultTexts: string[] } {
  const resultTexts: string[] = [];
  const resultText = new Int32Array(table.length).fill(-1);
  const ids = new ByteInterner((bytes, start, end) => resultTexts.push(decoder.decode(bytes.subarray(start, end))) - 1);
  table.eachText("result_text", (row, bytes, start, end) => {
    resultText[row] = ids.id(bytes, start, end);
  });
  return { resultText, resultTexts };
}

function readLogs(table: ArrowTable<"logs">, sites: SiteTable): LogColumns {
  const isStream = (text: string): number => STREAM_NAMES.indexOf(text as (typeof STREAM_NAMES)[number]);
  const file = table.texts("file");
  const line = table.int32("line");
  const plain = (column: ColumnsOf<"logs">): string[] => table.texts(column).map((text) => text ?? "");
  return {
    length: table.length,
    time: table.float64("time_ns"),
    stream: table.dictionary("stream", isStream, 0, new Uint8Array(table.length)),
    level: table.uint8("level_number"),
    offset: table.float64("byte_offset"),
    byteLength: table.float64("byte_length"),
    text: plain("text"),
    message: plain("message"),
    logger: plain("logger"),
    threadName: plain("thread"),
    site: Int32Array.from(file, (text, row) => sites.id(text, line[row] as number, 0, "")),
  };
}

function readMetrics(table: ArrowTable<"metrics">): MetricColumns {
  return {
    length: table.length,
    time: table.float64("time_ns"),
    pid: table.int32("pid"),
    cpuPercent: table.float64("cpu_percent"),
    cpuNs: table.float64("cpu_ns"),
    rssBytes: table.float64("rss_bytes"),
    peakRssBytes: table.float64("peak_rss_bytes"),
    readBytes: table.float64("read_bytes"),
    writtenBytes: table.float64("written_bytes"),
    threads: table.int32("threads"),
    processes: table.int32("processes"),
    voluntarySwitches: table.float64("voluntary_switches"),
    involuntarySwitches: table.float64("involuntary_switches"),
    minorFaults: table.float64("minor_faults"),
    majorFaults: table.float64("major_faults"),
  };
}

function readSignals(table: ArrowTable<"signals">, threads: ThreadRows, repairs: Repairs): SignalEvent[] {
  const time = table.float64("time_ns");
  const thread = table.int32("thread");
  const signal = table.texts("signal");
  const details = table.texts("details");
  return signal.map((text, row) => ({
    time: time[row] as number,
    thread: threads.index(thread[row] as number, 0, 0, repairs),
    signal: text ?? "",
    details: details[row] ?? "",
  }));
}

function readMarks(table: ArrowTable<"marks">, threads: ThreadRows): Mark[] {
  const time = table.float64("time_ns");
  const thread = table.int32("thread");
  const kind = table.dictionary(
    "kind",
    (text) => MARK_KINDS.indexOf(text as Mark["kind"]),
    -1,
    new Int32Array(table.length),
  );
  const name = table.texts("name");
  const value = table.texts("value");
  return name.map((text, row) => ({
    time: time[row] as number,
    thread: (thread[row] as number) < threads.rows.length ? Math.max(-1, thread[row] as number) : -1,
    kind: MARK_KINDS[kind[row] as number] ?? "mark",
    name: text ?? "",
    value: value[row] ?? "",
  }));
}
