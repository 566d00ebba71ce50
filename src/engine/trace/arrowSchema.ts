import { type DataType, Dictionary, Field, Float64, Int32, Int64, Schema, Uint8, Utf8 } from "apache-arrow";

/** The tables of a run folder, each one Arrow IPC stream; keys are those of `RUN_FILES`. */
export const TABLE_NAMES = [
  "syscalls",
  "logs",
  "metrics",
  "threads",
  "signals",
  "marks",
  "stacks",
  "frames",
  "gpus",
] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** Tables whose file is made with their first row: a run without it is whole. */
export const OPTIONAL_TABLES: ReadonlySet<TableName> = new Set<TableName>(["gpus"]);

/** How one column is stored. `?` marks a column that may hold nulls; names ending in `_ns` are nanoseconds from the origin. */
type ColumnKind = "float64" | "float64?" | "int32" | "int32?" | "int64?" | "uint8" | "utf8" | "utf8?" | "dictionary?";

/**
 * Column names and types: what people see who open a run in pandas, polars or DuckDB.
 * `syscall` is null for names that are not in the known table; those are in `syscall_other`.
 */
export const TABLE_COLUMNS = {
  syscalls: {
    time_ns: "float64",
    duration_ns: "float64?",
    pid: "int32",
    tid: "int32",
    /** Row number in `threads`. */
    thread: "int32",
    syscall: "dictionary?",
    syscall_other: "utf8?",
    args: "utf8",
    result: "int64?",
    result_text: "utf8?",
    /** Null for success. */
    errno: "dictionary?",
    errno_other: "utf8?",
    state: "dictionary?",
    /** Row number in `stacks`. */
    stack: "int32?",
    /** The call's source position, where it is known. */
    file: "dictionary?",
    line: "int32?",
    function: "dictionary?",
  },
  logs: {
    time_ns: "float64",
    stream: "dictionary?",
    level: "dictionary?",
    level_number: "uint8",
    logger: "utf8",
    thread: "utf8",
    message: "utf8",
    text: "utf8",
    file: "utf8?",
    line: "int32?",
    byte_offset: "float64",
    byte_length: "float64",
  },
  metrics: {
    time_ns: "float64",
    /** 0 is the sum over the process tree. */
    pid: "int32",
    cpu_percent: "float64?",
    cpu_ns: "float64?",
    rss_bytes: "float64?",
    peak_rss_bytes: "float64?",
    read_bytes: "float64?",
    written_bytes: "float64?",
    threads: "int32",
    processes: "int32",
    voluntary_switches: "float64?",
    involuntary_switches: "float64?",
    minor_faults: "float64?",
    major_faults: "float64?",
  },
  /** While recording, a thread has a row for each state it was seen in: the last one counts. */
  threads: {
    thread: "int32",
    pid: "int32",
    tid: "int32",
    parent: "int32?",
    role: "dictionary?",
    name: "utf8",
    /** Executed programs as a JSON array. */
    execs: "utf8",
    start_ns: "float64?",
    end_ns: "float64?",
    exit: "dictionary?",
    exit_code: "int32?",
    exit_signal: "utf8?",
    core_dumped: "uint8",
  },
  signals: { time_ns: "float64", thread: "int32", signal: "utf8", details: "utf8" },
  marks: { time_ns: "float64", thread: "int32?", kind: "dictionary?", name: "utf8", value: "utf8" },
  /** A stack is a frame and the stack that called it. */
  stacks: {
    stack: "int32",
    caller: "int32?",
    frame: "int32",
    file: "utf8?",
    line: "int32?",
    column: "int32?",
    function: "utf8?",
  },
  /** A row for each source frame at a program counter, innermost inlined first; one row without a file where there is none. */
  frames: {
    frame: "int32",
    module: "utf8",
    address: "float64",
    symbol: "utf8",
    file: "utf8?",
    line: "int32?",
    column: "int32?",
    function: "utf8?",
  },
  /** Figures of whole GPUs, whoever uses them, but for `program_memory_bytes`. */
  gpus: {
    time_ns: "float64",
    gpu: "int32",
    name: "utf8",
    utilization_percent: "float64?",
    memory_bytes: "float64?",
    memory_total_bytes: "float64?",
    /** Of the recorded processes; null where the driver does not tell. */
    program_memory_bytes: "float64?",
    power_watts: "float64?",
  },
} as const satisfies Record<TableName, Record<string, ColumnKind>>;

export type ColumnsOf<T extends TableName> = keyof (typeof TABLE_COLUMNS)[T] & string;

export const STATE_NAMES = ["returned", "unfinished", "no-result"] as const;
export const STREAM_NAMES = ["stdout", "stderr"] as const;
export const ROLE_NAMES = ["main", "process", "thread"] as const;
export const EXIT_KINDS = ["exited", "killed", "superseded", "detached"] as const;
export const MARK_KINDS = ["mark", "exec", "pause", "continue", "attach", "detach"] as const;

/** The schema of a table. Dictionary ids are the columns' positions, so they differ within a table. */
export function tableSchema(table: TableName): Schema {
  const fields = Object.entries(TABLE_COLUMNS[table]).map(([name, kind], position) => {
    const nullable = kind.endsWith("?");
    return new Field(name, columnType(kind, position), nullable);
  });
  return new Schema(fields, new Map([["goldentrace.table", table]]));
}

function columnType(kind: ColumnKind, position: number): DataType {
  switch (kind) {
    case "float64":
    case "float64?":
      return new Float64();
    case "int32":
    case "int32?":
      return new Int32();
    case "int64?":
      return new Int64();
    case "uint8":
      return new Uint8();
    case "utf8":
    case "utf8?":
      return new Utf8();
    case "dictionary?":
      return new Dictionary(new Utf8(), new Int32(), position, false);
  }
}
