/** What a number counts: nanoseconds, bytes, or nothing in particular. Truth values come out of comparisons. */
export type Dimension = "time" | "bytes" | "number" | "truth";

export interface VariableSpec {
  readonly dimension: Exclude<Dimension, "truth">;
  /** Plain numbers beside it count in this unit: `wall_ms < 50` means 50 ms. */
  readonly unit: "ms" | "B" | "";
  readonly meaning: string;
}

export interface FunctionSpec extends VariableSpec {
  /** What its argument names; the argument may hold `*` and `?`. */
  readonly argument: "syscall" | "level" | "path" | "signal";
}

const time = (meaning: string): VariableSpec => ({ dimension: "time", unit: "ms", meaning });
const bytes = (meaning: string): VariableSpec => ({ dimension: "bytes", unit: "B", meaning });
const number = (meaning: string): VariableSpec => ({ dimension: "number", unit: "", meaning });

export const VARIABLES = {
  wall_ms: time("wall time from the program's start to its end"),
  cpu_ms: time("processor time of the whole process tree, as sampled"),
  syscall_ms: time("time in system calls, summed over all threads"),
  critical_path_ms: time("wall time of the longest happens-before chain"),
  critical_path_syscall_ms: time("system call time of the happens-before chain that has most of it"),
  syscalls: number("system calls that returned"),
  failures: number("system calls that returned an error"),
  bytes_read: bytes("bytes through read-like calls"),
  bytes_written: bytes("bytes through write-like calls"),
  peak_rss: bytes("largest resident memory of the process tree, as sampled"),
  allocated: bytes("bytes of memory mapped and grown"),
  held: bytes("bytes of memory mapped and grown and not given back"),
  threads: number("threads, those of all processes"),
  processes: number("processes"),
  exit_code: number("exit code of the program; not known when a signal ended it"),
  log_lines: number("lines of output"),
} as const satisfies Record<string, VariableSpec>;

export const FUNCTIONS = {
  calls: { ...number("system calls of that name that returned"), argument: "syscall" },
  errors: { ...number("system calls of that name that returned an error"), argument: "syscall" },
  time_ms: { ...time("time in system calls of that name"), argument: "syscall" },
  max_ms: { ...time("longest system call of that name"), argument: "syscall" },
  logs: { ...number("lines of output at that level"), argument: "level" },
  opens: { ...number("opened files of that path, failed attempts included"), argument: "path" },
  signals: { ...number("signals of that name that were delivered"), argument: "signal" },
} as const satisfies Record<string, FunctionSpec>;

export type VariableName = keyof typeof VARIABLES;
export type FunctionName = keyof typeof FUNCTIONS;

/** Factors to nanoseconds and bytes. */
export const UNITS: Readonly<Record<string, { readonly dimension: "time" | "bytes"; readonly factor: number }>> = {
  ns: { dimension: "time", factor: 1 },
  us: { dimension: "time", factor: 1e3 },
  ms: { dimension: "time", factor: 1e6 },
  s: { dimension: "time", factor: 1e9 },
  min: { dimension: "time", factor: 60e9 },
  B: { dimension: "bytes", factor: 1 },
  kB: { dimension: "bytes", factor: 1e3 },
  KB: { dimension: "bytes", factor: 1e3 },
  MB: { dimension: "bytes", factor: 1e6 },
  GB: { dimension: "bytes", factor: 1e9 },
  KiB: { dimension: "bytes", factor: 2 ** 10 },
  MiB: { dimension: "bytes", factor: 2 ** 20 },
  GiB: { dimension: "bytes", factor: 2 ** 30 },
};
