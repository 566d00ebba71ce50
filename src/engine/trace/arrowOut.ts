import { type Data, Dictionary, type Schema, type Vector } from "apache-arrow";
import type { TraceBatch } from "../session/recording.ts";
import {
  dictionaryData,
  dictionaryValues,
  float64Data,
  int32Data,
  int64Data,
  noTexts,
  uint8Data,
  utf8Data,
  utf8SpanData,
} from "./arrowColumns.ts";
import {
  type ColumnsOf,
  EXIT_KINDS,
  MARK_KINDS,
  ROLE_NAMES,
  STATE_NAMES,
  STREAM_NAMES,
  TABLE_NAMES,
  type TableName,
  tableSchema,
} from "./arrowSchema.ts";
import { ArrowStream } from "./arrowStream.ts";
import { ERRNO_NAMES } from "./errnoNames.ts";
import { LOG_LEVEL_NAMES, logLevelName } from "./levels.ts";
import { SYSCALL_NAMES } from "./syscallNames.ts";
import type {
  LogColumns,
  Mark,
  MetricColumns,
  SignalEvent,
  Site,
  StackTable,
  SyscallColumns,
  ThreadInfo,
  Trace,
} from "./trace.ts";

/** Bytes to append to a table's file; `file` is a key of `RUN_FILES`. */
export interface TableChunk {
  readonly file: TableName;
  readonly bytes: Uint8Array;
}

/**
 * Rows of a record batch in a finished run. Columns of a table with a single batch are used where they lie when the run is
 * opened; with several they must be joined, which takes three times as long.
 */
const BATCH_ROWS = 1 << 20;
/** And at most this much text, far below the 2 GiB that 32-bit offsets reach. */
const BATCH_TEXT_BYTES = 1 << 28;

/**
 * The tables of a recording that goes on, batch by batch. Every file is a readable Arrow stream after each append, except
 * for its end-of-stream mark; all dictionaries are complete in the first bytes.
 *
 * Threads and stacks change or grow: changed thread rows are written again (the last row of a thread counts), new stacks
 * and frames are appended.
 */
export class ArrowTables {
  private readonly tables = openTables([]);
  private threads: readonly ThreadInfo[] = [];
  private stacks = 0;
  private frames = 0;
  private readonly pids = new ThreadIds();

  /** The beginning of every file: schema, dictionaries and an empty batch. */
  begin(): TableChunk[] {
    for (const table of TABLE_NAMES) this.tables[table].empty();
    return this.collect();
  }

  /** What a batch adds; tables without new rows have no chunk. */
  append(batch: TraceBatch): TableChunk[] {
    const changed: number[] = [];
    for (const [index, row] of batch.threads.entries()) if (row !== this.threads[index]) changed.push(index);
    this.threads = batch.threads;
    this.pids.update(batch.threads);

    const { tables } = this;
    writeThreads(tables.threads, batch.threads, changed);
    writeFrames(tables.frames, batch.stacks, batch.sites, this.frames);
    writeStacks(tables.stacks, batch.stacks, batch.sites, this.stacks);
    this.frames = batch.stacks.frames.length;
    this.stacks = batch.stacks.length;
    for (const [from, to] of batchRanges(batch.syscalls.length, batch.syscalls)) {
      writeSyscalls(tables.syscalls, batch.syscalls, this.pids, NO_SITES, from, to);
    }
    for (const [from, to] of batchRanges(batch.logs.length)) writeLogs(tables.logs, batch.logs, batch.sites, from, to);
    for (const [from, to] of batchRanges(batch.metrics.length)) writeMetrics(tables.metrics, batch.metrics, from, to);
    writeSignals(tables.signals, batch.signals);
    writeMarks(tables.marks, batch.marks);
    return this.collect();
  }

  /** The end-of-stream marks: they tell a reader that nothing is missing. */
  end(): TableChunk[] {
    for (const table of TABLE_NAMES) this.tables[table].end();
    return this.collect();
  }

  private collect(): TableChunk[] {
    const chunks: TableChunk[] = [];
    for (const file of TABLE_NAMES) {
      const bytes = this.tables[file].take();
      if (bytes.length > 0) chunks.push({ file, bytes });
    }
    return chunks;
  }
}

/** The whole tables of a finished trace in large batches, sites included; to be written to each file in order. */
export function* writeTables(trace: Trace): Generator<TableChunk> {
  const sites = siteDictionaries(trace);
  const tables = openTables(trace.sites);
  const pids = new ThreadIds();
  pids.update(trace.threads);
  const flush = function* (file: TableName): Generator<TableChunk> {
    const bytes = tables[file].take();
    if (bytes.length > 0) yield { file, bytes };
  };
  for (const table of TABLE_NAMES) tables[table].empty();
  for (const [from, to] of batchRanges(trace.syscalls.length, trace.syscalls)) {
    writeSyscalls(tables.syscalls, trace.syscalls, pids, sites, from, to);
    yield* flush("syscalls");
  }
  for (const [from, to] of batchRanges(trace.logs.length)) {
    writeLogs(tables.logs, trace.logs, trace.sites, from, to);
    yield* flush("logs");
  }
  for (const [from, to] of batchRanges(trace.metrics.length)) writeMetrics(tables.metrics, trace.metrics, from, to);
  writeThreads(tables.threads, trace.threads, [...trace.threads.keys()]);
  writeSignals(tables.signals, trace.signals);
  writeMarks(tables.marks, trace.marks);
  writeStacks(tables.stacks, trace.stacks, trace.sites, 0);
  writeFrames(tables.frames, trace.stacks, trace.sites, 0);
  for (const table of TABLE_NAMES) {
    tables[table].end();
    yield* flush(table);
  }
}

type Columns<T extends TableName> = Readonly<Record<ColumnsOf<T>, Data>>;

/** One table's stream with its dictionaries. */
class TableStream<T extends TableName> {
  private readonly schema: Schema;
  private readonly stream: ArrowStream;
  private readonly dictionaries = new Map<string, { type: Dictionary; values: Vector; ids: Map<string, number> }>();

  constructor(
    table: T,
    dictionaries: Readonly<Partial<Record<ColumnsOf<T>, readonly string[]>>>,
    private readonly rowless: (table: TableStream<T>) => void,
  ) {
    this.schema = tableSchema(table);
    this.stream = new ArrowStream(this.schema);
    for (const field of this.schema.fields) {
      if (!(field.type instanceof Dictionary)) continue;
      const names: readonly string[] = dictionaries[field.name as ColumnsOf<T>] ?? [];
      this.dictionaries.set(field.name, {
        type: field.type,
        values: dictionaryValues(names),
        ids: new Map(names.map((name, id) => [name, id])),
      });
    }
  }

  /** Index of a name in a column's dictionary, -1 when it is not there. */
  id(column: ColumnsOf<T>, name: string): number {
    return this.dictionary(column).ids.get(name) ?? -1;
  }

  indexed(column: ColumnsOf<T>, indexes: Int32Array): Data {
    const { type, values } = this.dictionary(column);
    return dictionaryData(type, values, indexes);
  }

  write(columns: Columns<T>, length: number): void {
    this.stream.write(
      this.schema.fields.map((field) => columns[field.name as ColumnsOf<T>]),
      length,
    );
  }

  empty(): void {
    this.rowless(this);
  }

  end(): void {
    this.stream.end();
  }

  take(): Uint8Array {
    return this.stream.take();
  }

  private dictionary(column: ColumnsOf<T>): { type: Dictionary; values: Vector; ids: Map<string, number> } {
    const found = this.dictionaries.get(column);
    if (found === undefined) throw new Error(`Column ${column} has no dictionary`);
    return found;
  }
}

type Tables = { readonly [T in TableName]: TableStream<T> };

function openTables(sites: readonly Site[]): Tables {
  const noStacks: StackTable = {
    length: 0,
    parent: new Int32Array(0),
    frame: new Int32Array(0),
    site: new Int32Array(0),
    frames: [],
  };
  const files = [...new Set(sites.map((site) => site.file))];
  const functions = [...new Set(sites.map((site) => site.function))];
  return {
    syscalls: new TableStream(
      "syscalls",
      { syscall: SYSCALL_NAMES, errno: ERRNO_NAMES.slice(1), state: STATE_NAMES, file: files, function: functions },
      (table) => writeSyscalls(table, NO_SYSCALLS, new ThreadIds(), NO_SITES, 0, 0),
    ),
    logs: new TableStream("logs", { stream: STREAM_NAMES, level: LOG_LEVEL_NAMES }, (table) =>
      writeLogs(table, NO_LOGS, [], 0, 0),
    ),
    metrics: new TableStream("metrics", {}, (table) => writeMetrics(table, NO_METRICS, 0, 0)),
    threads: new TableStream("threads", { role: ROLE_NAMES, exit: EXIT_KINDS }, (table) =>
      writeThreads(table, [], [], true),
    ),
    signals: new TableStream("signals", {}, (table) => writeSignals(table, [], true)),
    marks: new TableStream("marks", { kind: MARK_KINDS }, (table) => writeMarks(table, [], true)),
    stacks: new TableStream("stacks", {}, (table) => writeStacks(table, noStacks, [], 0, true)),
    frames: new TableStream("frames", {}, (table) => writeFrames(table, noStacks, [], 0, true)),
  };
}

/** Pid and tid by thread index, as columns for gathering. */
class ThreadIds {
  pid = new Int32Array(0);
  tid = new Int32Array(0);

  update(threads: readonly ThreadInfo[]): void {
    this.pid = Int32Array.from(threads, (thread) => thread.pid);
    this.tid = Int32Array.from(threads, (thread) => thread.tid);
  }
}

/** Site of each stack, and where its file and function are in the dictionaries. */
interface SiteIndexes {
  readonly siteOfStack: Int32Array;
  readonly file: Int32Array;
  readonly line: Int32Array;
  readonly function: Int32Array;
}

const NO_SITES: SiteIndexes = {
  siteOfStack: new Int32Array(0),
  file: new Int32Array(0),
  line: new Int32Array(0),
  function: new Int32Array(0),
};

function siteDictionaries(trace: Trace): SiteIndexes {
  const files = new Map<string, number>();
  const functions = new Map<string, number>();
  const idIn = (ids: Map<string, number>, text: string): number => {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  return {
    siteOfStack: trace.stacks.site,
    file: Int32Array.from(trace.sites, (site) => idIn(files, site.file)),
    line: Int32Array.from(trace.sites, (site) => site.line),
    function: Int32Array.from(trace.sites, (site) => idIn(functions, site.function)),
  };
}

/** Row ranges of batches: at most `BATCH_ROWS` rows and `BATCH_TEXT_BYTES` of arguments each. */
function* batchRanges(length: number, spans?: SyscallColumns): Generator<[number, number]> {
  let from = 0;
  while (from < length) {
    let to = Math.min(from + BATCH_ROWS, length);
    if (spans !== undefined) {
      let bytes = 0;
      for (let row = from; row < to; row++) {
        bytes += (spans.argEnd[row] as number) - (spans.argStart[row] as number);
        if (bytes > BATCH_TEXT_BYTES && row > from) to = row;
      }
    }
    yield [from, to];
    from = to;
  }
}

function writeSyscalls(
  table: TableStream<"syscalls">,
  calls: SyscallColumns,
  ids: ThreadIds,
  sites: SiteIndexes,
  from: number,
  to: number,
): void {
  const length = to - from;
  const known = calls.names.map((name) => table.id("syscall", name));
  const knownErrno = calls.errnos.map((name) => table.id("errno", name));
  const pid = new Int32Array(length);
  const tid = new Int32Array(length);
  const name = new Int32Array(length);
  const errno = new Int32Array(length);
  const state = new Int32Array(length);
  const file = new Int32Array(length).fill(-1);
  const line = new Int32Array(length).fill(-1);
  const functions = new Int32Array(length).fill(-1);
  let unknownNames = false;
  let unknownErrnos = false;
  for (let i = 0; i < length; i++) {
    const row = from + i;
    const thread = calls.thread[row] as number;
    pid[i] = ids.pid[thread] ?? -1;
    tid[i] = ids.tid[thread] ?? -1;
    const nameId = known[calls.name[row] as number] ?? -1;
    name[i] = nameId;
    if (nameId < 0) unknownNames = true;
    const errnoId = knownErrno[calls.errno[row] as number] ?? -1;
    errno[i] = errnoId;
    if (errnoId < 0 && calls.errno[row] !== 0) unknownErrnos = true;
    state[i] = calls.state[row] as number;
    const site = sites.siteOfStack[calls.stack[row] as number] ?? -1;
    if (site >= 0) {
      file[i] = sites.file[site] ?? -1;
      line[i] = sites.line[site] ?? -1;
      functions[i] = sites.function[site] ?? -1;
    }
  }
  const texts = calls.resultTexts;
  table.write(
    {
      time_ns: float64Data(calls.start, from, to, false),
      duration_ns: float64Data(calls.duration, from, to, true),
      pid: int32Data(pid, 0, length, false),
      tid: int32Data(tid, 0, length, false),
      thread: int32Data(calls.thread, from, to, false),
      syscall: table.indexed("syscall", name),
      syscall_other: unknownNames
        ? utf8Data(
            (i) => ((name[i] as number) < 0 ? calls.names[calls.name[from + i] as number] : undefined),
            0,
            length,
          )
        : noTexts(length),
      args: utf8SpanData(calls.argBytes, calls.argStart, calls.argEnd, from, to),
      result: int64Data(calls.result, from, to, (row) => exactInteger(texts[calls.resultText[row] as number])),
      result_text: utf8Data((row) => texts[calls.resultText[row] as number], from, to),
      errno: table.indexed("errno", errno),
      errno_other: unknownErrnos
        ? utf8Data(
            (i) => ((errno[i] as number) < 0 ? calls.errnos[calls.errno[from + i] as number] || undefined : undefined),
            0,
            length,
          )
        : noTexts(length),
      state: table.indexed("state", state),
      stack: int32Data(calls.stack, from, to, true),
      file: table.indexed("file", file),
      line: int32Data(line, 0, length, true),
      function: table.indexed("function", functions),
    },
    length,
  );
}

/** The integer at the start of a result's text, where it is one. */
function exactInteger(text: string | undefined): bigint | undefined {
  const digits = text === undefined ? null : /^-?(?:0x[0-9a-f]{1,16}|\d{1,20})/.exec(text);
  if (digits === null) return undefined;
  return digits[0].startsWith("-") ? -BigInt(digits[0].slice(1)) : BigInt(digits[0]);
}

function writeLogs(
  table: TableStream<"logs">,
  logs: LogColumns,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  to: number,
): void {
  const length = to - from;
  const site = (row: number) => sites[logs.site[row] as number];
  table.write(
    {
      time_ns: float64Data(logs.time, from, to, false),
      stream: table.indexed("stream", Int32Array.from(logs.stream.subarray(from, to))),
      level: table.indexed(
        "level",
        Int32Array.from(logs.level.subarray(from, to), (level) => table.id("level", logLevelName(level) ?? "")),
      ),
      level_number: uint8Data(logs.level, from, to),
      logger: utf8Data((row) => logs.logger[row] ?? "", from, to),
      thread: utf8Data((row) => logs.threadName[row] ?? "", from, to),
      message: utf8Data((row) => logs.message[row] ?? "", from, to),
      text: utf8Data((row) => logs.text[row] ?? "", from, to),
      file: utf8Data((row) => site(row)?.file, from, to),
      line: int32Data(
        Int32Array.from({ length }, (_, i) => site(from + i)?.line ?? -1),
        0,
        length,
        true,
      ),
      byte_offset: float64Data(logs.offset, from, to, false),
      byte_length: float64Data(logs.byteLength, from, to, false),
    },
    length,
  );
}

function writeMetrics(table: TableStream<"metrics">, metrics: MetricColumns, from: number, to: number): void {
  const amount = (values: Float64Array): Data => float64Data(values, from, to, true);
  table.write(
    {
      time_ns: float64Data(metrics.time, from, to, false),
      pid: int32Data(metrics.pid, from, to, false),
      cpu_percent: amount(metrics.cpuPercent),
      cpu_ns: amount(metrics.cpuNs),
      rss_bytes: amount(metrics.rssBytes),
      peak_rss_bytes: amount(metrics.peakRssBytes),
      read_bytes: amount(metrics.readBytes),
      written_bytes: amount(metrics.writtenBytes),
      threads: int32Data(metrics.threads, from, to, false),
      processes: int32Data(metrics.processes, from, to, false),
      voluntary_switches: amount(metrics.voluntarySwitches),
      involuntary_switches: amount(metrics.involuntarySwitches),
      minor_faults: amount(metrics.minorFaults),
      major_faults: amount(metrics.majorFaults),
    },
    to - from,
  );
}

function writeThreads(
  table: TableStream<"threads">,
  threads: readonly ThreadInfo[],
  rows: readonly number[],
  always = false,
): void {
  const length = rows.length;
  if (length === 0 && !always) return;
  const thread = (i: number): ThreadInfo => threads[rows[i] as number] as ThreadInfo;
  const int32 = (value: (thread: ThreadInfo) => number, nullable: boolean): Data =>
    int32Data(
      Int32Array.from({ length }, (_, i) => value(thread(i))),
      0,
      length,
      nullable,
    );
  const float64 = (value: (thread: ThreadInfo) => number): Data =>
    float64Data(
      Float64Array.from({ length }, (_, i) => value(thread(i))),
      0,
      length,
      true,
    );
  table.write(
    {
      thread: int32Data(Int32Array.from(rows), 0, length, false),
      pid: int32((row) => row.pid, false),
      tid: int32((row) => row.tid, false),
      parent: int32((row) => row.parent, true),
      role: table.indexed(
        "role",
        Int32Array.from({ length }, (_, i) => table.id("role", thread(i).role)),
      ),
      name: utf8Data((i) => thread(i).name, 0, length),
      execs: utf8Data((i) => JSON.stringify(thread(i).execs), 0, length),
      start_ns: float64((row) => row.start),
      end_ns: float64((row) => row.end),
      exit: table.indexed(
        "exit",
        Int32Array.from({ length }, (_, i) => table.id("exit", thread(i).exit?.kind ?? "")),
      ),
      exit_code: int32((row) => (row.exit?.kind === "exited" ? row.exit.code : -1), true),
      exit_signal: utf8Data(
        (i) => {
          const { exit } = thread(i);
          return exit?.kind === "killed" ? exit.signal : undefined;
        },
        0,
        length,
      ),
      core_dumped: uint8Data(
        Uint8Array.from({ length }, (_, i) => {
          const { exit } = thread(i);
          return exit?.kind === "killed" && exit.coreDumped ? 1 : 0;
        }),
        0,
        length,
      ),
    },
    length,
  );
}

function writeSignals(table: TableStream<"signals">, signals: readonly SignalEvent[], always = false): void {
  const length = signals.length;
  if (length === 0 && !always) return;
  table.write(
    {
      time_ns: float64Data(
        Float64Array.from(signals, (signal) => signal.time),
        0,
        length,
        false,
      ),
      thread: int32Data(
        Int32Array.from(signals, (signal) => signal.thread),
        0,
        length,
        false,
      ),
      signal: utf8Data((i) => signals[i]?.signal ?? "", 0, length),
      details: utf8Data((i) => signals[i]?.details ?? "", 0, length),
    },
    length,
  );
}

function writeMarks(table: TableStream<"marks">, marks: readonly Mark[], always = false): void {
  const length = marks.length;
  if (length === 0 && !always) return;
  table.write(
    {
      time_ns: float64Data(
        Float64Array.from(marks, (mark) => mark.time),
        0,
        length,
        false,
      ),
      thread: int32Data(
        Int32Array.from(marks, (mark) => mark.thread),
        0,
        length,
        true,
      ),
      kind: table.indexed(
        "kind",
        Int32Array.from(marks, (mark) => table.id("kind", mark.kind)),
      ),
      name: utf8Data((i) => marks[i]?.name ?? "", 0, length),
      value: utf8Data((i) => marks[i]?.value ?? "", 0, length),
    },
    length,
  );
}

function writeStacks(
  table: TableStream<"stacks">,
  stacks: StackTable,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  always = false,
): void {
  const to = stacks.length;
  if (from === to && !always) return;
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const site = (row: number) => sites[stacks.site[row] as number] as Partial<Site> | undefined;
  table.write(
    {
      stack: int32Data(Int32Array.from(rows), 0, rows.length, false),
      caller: int32Data(stacks.parent, from, to, true),
      frame: int32Data(stacks.frame, from, to, false),
      ...siteColumns(rows.map(site)),
    },
    rows.length,
  );
}

function writeFrames(
  table: TableStream<"frames">,
  stacks: StackTable,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  always = false,
): void {
  const rows: { frame: number; site: Partial<Site> | undefined }[] = [];
  for (let frame = from; frame < stacks.frames.length; frame++) {
    const found = stacks.frames[frame]?.sites ?? [];
    if (found.length === 0) rows.push({ frame, site: undefined });
    for (const site of found) rows.push({ frame, site: sites[site] });
  }
  const length = rows.length;
  if (length === 0 && !always) return;
  const frame = (i: number) => stacks.frames[rows[i]?.frame ?? -1];
  table.write(
    {
      frame: int32Data(
        Int32Array.from(rows, (row) => row.frame),
        0,
        length,
        false,
      ),
      module: utf8Data((i) => frame(i)?.module ?? "", 0, length),
      address: float64Data(
        Float64Array.from(rows, (_, i) => frame(i)?.address ?? 0),
        0,
        length,
        false,
      ),
      symbol: utf8Data((i) => frame(i)?.symbol ?? "", 0, length),
      ...siteColumns(rows.map((row) => row.site)),
    },
    length,
  );
}

function siteColumns(
  sites: readonly (Partial<Site> | undefined)[],
): Record<"file" | "line" | "column" | "function", Data> {
  const length = sites.length;
  return {
    file: utf8Data((i) => sites[i]?.file, 0, length),
    line: int32Data(
      Int32Array.from(sites, (site) => site?.line ?? -1),
      0,
      length,
      true,
    ),
    column: int32Data(
      Int32Array.from(sites, (site) => site?.column ?? -1),
      0,
      length,
      true,
    ),
    function: utf8Data((i) => sites[i]?.function, 0, length),
  };
}

const EMPTY_FLOATS = new Float64Array(0);
const EMPTY_INTS = new Int32Array(0);
const EMPTY_BYTES = new Uint8Array(0);

const NO_SYSCALLS: SyscallColumns = {
  length: 0,
  start: EMPTY_FLOATS,
  duration: EMPTY_FLOATS,
  thread: EMPTY_INTS,
  name: new Uint16Array(0),
  state: EMPTY_BYTES,
  errno: new Uint16Array(0),
  result: EMPTY_FLOATS,
  resultText: EMPTY_INTS,
  stack: EMPTY_INTS,
  argStart: EMPTY_FLOATS,
  argEnd: EMPTY_FLOATS,
  argBytes: EMPTY_BYTES,
  names: [],
  errnos: [],
  resultTexts: [],
};

const NO_LOGS: LogColumns = {
  length: 0,
  time: EMPTY_FLOATS,
  stream: EMPTY_BYTES,
  level: EMPTY_BYTES,
  offset: EMPTY_FLOATS,
  byteLength: EMPTY_FLOATS,
  text: [],
  message: [],
  logger: [],
  threadName: [],
  site: EMPTY_INTS,
};

const NO_METRICS: MetricColumns = {
  length: 0,
  time: EMPTY_FLOATS,
  pid: EMPTY_INTS,
  cpuPercent: EMPTY_FLOATS,
  cpuNs: EMPTY_FLOATS,
  rssBytes: EMPTY_FLOATS,
  peakRssBytes: EMPTY_FLOATS,
  readBytes: EMPTY_FLOATS,
  writtenBytes: EMPTY_FLOATS,
  threads: EMPTY_INTS,
  processes: EMPTY_INTS,
  voluntarySwitches: EMPTY_FLOATS,
  involuntarySwitches: EMPTY_FLOATS,
  minorFaults: EMPTY_FLOATS,
  majorFaults: EMPTY_FLOATS,
};
