import type { LogLevelName } from "./levels.ts";

/**
 * A recorded execution as columns. Everything is readonly: a `TraceBuilder` appends while a recording lasts, a `Trace` never
 * changes, and every surface is a projection of it.
 *
 * Times are nanoseconds from `clock.origin` as `number` (exact to 2^53 ns, 104 days); `NaN` means "not known".
 * An index of -1 means "none".
 */
export interface Trace {
  readonly clock: TraceClock;
  readonly threads: readonly ThreadInfo[];
  readonly syscalls: SyscallColumns;
  readonly logs: LogColumns;
  readonly metrics: MetricColumns;
  readonly gpus: GpuColumns;
  readonly signals: readonly SignalEvent[];
  readonly marks: readonly Mark[];
  readonly stacks: StackTable;
  readonly sites: readonly Site[];
  /** What was lost or could not be read; empty for a whole trace. Shown wherever the trace is shown. */
  readonly problems: readonly TraceProblem[];
}

/** CLOCK_REALTIME and CLOCK_MONOTONIC read together at time 0 of the trace, in nanoseconds. */
export interface TraceClock {
  readonly originRealtimeNs: bigint;
  readonly originMonotonicNs: bigint;
}

/** A process or thread. Its index in `Trace.threads` is its identity: pids and tids are reused by the kernel. */
export interface ThreadInfo {
  readonly pid: number;
  readonly tid: number;
  /** Index of the thread that created this one, or -1 for the target's first process (or one attached to). */
  readonly parent: number;
  /** How it came to be. `main` is the target itself, `process` a child process' first thread. */
  readonly role: "main" | "process" | "thread";
  /** Last known command name (`comm` or the base name of the executed program). */
  readonly name: string;
  /** Programs executed by this process, in order; empty for threads and children that never call exec. */
  readonly execs: readonly string[];
  readonly start: number;
  /** `NaN` while it runs, and when the end was not seen. */
  readonly end: number;
  readonly exit: ThreadExit | undefined;
}

export type ThreadExit =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string; readonly coreDumped: boolean }
  /** Another thread of the process called exec. */
  | { readonly kind: "superseded" }
  /** The tracer let it go while it ran on. */
  | { readonly kind: "detached" };

/** How a system call ended; see `SyscallColumns.state`. */
export const SyscallState = {
  /** Returned; `result` and `duration` are known. */
  returned: 0,
  /** Entered and not seen to return: it was still running when the recording or its thread ended. */
  unfinished: 1,
  /** Does not return by its nature or printed `?`: exit_group, a call cut by a signal that killed, a restart. */
  noResult: 2,
} as const;
export type SyscallState = (typeof SyscallState)[keyof typeof SyscallState];

/** System calls, one row each, sorted by start time; rows of equal time keep the tracer's order. */
export interface SyscallColumns {
  readonly length: number;
  readonly start: Float64Array;
  /** Nanoseconds between entry and return as the tracer saw them; `NaN` unless `state` is `returned`. */
  readonly duration: Float64Array;
  /** Index into `Trace.threads`. */
  readonly thread: Int32Array;
  /** Index into `names`. */
  readonly name: Uint16Array;
  readonly state: Uint8Array;
  /** 0 for success, else index into `errnos`. */
  readonly errno: Uint16Array;
  /** Returned value, -1 on error; `NaN` when there is none. Beyond 2^53 only `resultText` is exact. */
  readonly result: Float64Array;
  /** Index into `resultTexts` of what was printed beside or instead of a plain integer (`0x7f…`, flags, an fd's path), or -1. */
  readonly resultText: Int32Array;
  /** Index into `Trace.stacks`, or -1. */
  readonly stack: Int32Array;
  /** Byte range of the argument text in `argBytes`: ASCII as the tracer printed it, contents of buffers left out unless asked for. */
  readonly argStart: Float64Array;
  readonly argEnd: Float64Array;
  readonly argBytes: Uint8Array;
  readonly names: readonly string[];
  /** `errnos[0]` is the empty string. */
  readonly errnos: readonly string[];
  readonly resultTexts: readonly string[];
}

export type OutputStream = "stdout" | "stderr";

/** Lines of the program's output, and what could be understood of them; in order of arrival. */
export interface LogColumns {
  readonly length: number;
  readonly time: Float64Array;
  /** 0 stdout, 1 stderr. */
  readonly stream: Uint8Array;
  /** Numeric level (TRACE 5 … CRITICAL 50), 0 for none. */
  readonly level: Uint8Array;
  /** Byte range of the line, without its line feed, in `stdout.log` or `stderr.log`; multi-line records cover all their lines. */
  readonly offset: Float64Array;
  readonly byteLength: Float64Array;
  /** The line's text without escape sequences, at most `MAX_LOG_TEXT` characters; invalid UTF-8 is replaced. */
  readonly text: readonly string[];
  /** The message without time, level and logger; equals `text` where the line was not recognised. */
  readonly message: readonly string[];
  readonly logger: readonly string[];
  /** The thread's name or id as the log line gives it. */
  readonly threadName: readonly string[];
  /** Index into `Trace.sites` named by the line, or -1. */
  readonly site: Int32Array;
}

/** Log texts are cut here in memory and in `logs.arrow`; the byte range still covers the whole line. */
export const MAX_LOG_TEXT = 4096;

/** Samples of the process tree and of single processes. Row order is time order. */
export interface MetricColumns {
  readonly length: number;
  readonly time: Float64Array;
  /** Process id, or 0 for the sum over the whole tree. */
  readonly pid: Int32Array;
  /** Per cent of one CPU since the previous sample of the same row kind (200 = two CPUs busy). */
  readonly cpuPercent: Float64Array;
  /** User plus system time so far, including waited-for children in the tree row, nanoseconds. */
  readonly cpuNs: Float64Array;
  readonly rssBytes: Float64Array;
  /** VmHWM; in the tree row, the largest sum of RSS seen. */
  readonly peakRssBytes: Float64Array;
  /** Bytes through read-like and write-like calls (`rchar`, `wchar` of /proc/PID/io), so far. */
  readonly readBytes: Float64Array;
  readonly writtenBytes: Float64Array;
  readonly threads: Int32Array;
  /** In the tree row: live processes; else 1. */
  readonly processes: Int32Array;
  readonly voluntarySwitches: Float64Array;
  readonly involuntarySwitches: Float64Array;
  readonly minorFaults: Float64Array;
  readonly majorFaults: Float64Array;
}

/** Samples of each GPU of the machine, figures of the whole GPU whoever uses it; no rows where there is none. Row order is time order. */
export interface GpuColumns {
  readonly length: number;
  readonly time: Float64Array;
  /** The driver's number of the GPU, from 0. */
  readonly gpu: Int32Array;
  readonly name: readonly string[];
  /** Per cent of the time since the driver's previous sample in which a kernel ran, 0 to 100. */
  readonly utilizationPercent: Float64Array;
  readonly memoryBytes: Float64Array;
  readonly memoryTotalBytes: Float64Array;
  /** Memory that the recorded processes hold on it; `NaN` where the driver does not tell, in most containers for example. */
  readonly programMemoryBytes: Float64Array;
  readonly powerWatts: Float64Array;
}

export interface SignalEvent {
  readonly time: number;
  readonly thread: number;
  /** `SIGINT`, `SIGRTMIN+3`, … */
  readonly signal: string;
  /** The tracer's `si_…` text without braces, or empty. */
  readonly details: string;
}

/** A point of meaning: set by the program or the user, or by the recording itself (`exec`, `pause`, `continue`). */
export interface Mark {
  readonly time: number;
  readonly thread: number;
  readonly kind: "mark" | "exec" | "pause" | "continue" | "attach" | "detach";
  readonly name: string;
  readonly value: string;
}

/** A source position that events belong to. `line` is 1-based; 0 means unknown. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

/**
 * Call stacks as a prefix tree: node `i` is a frame with its caller in `parent[i]` (-1 at the outermost frame).
 * A stack is named by its innermost node.
 */
export interface StackTable {
  readonly length: number;
  readonly parent: Int32Array;
  /** Index into `frames`. */
  readonly frame: Int32Array;
  /** For each node: the site of the first frame inside the workspace, walking outwards; -1 when there is none. */
  readonly site: Int32Array;
  readonly frames: readonly Frame[];
}

/** One program counter in one module. */
export interface Frame {
  readonly module: string;
  /** Offset in the module's file as the tracer gives it (relative to the load address for shared objects and PIE). */
  readonly address: number;
  /** Symbol as the tracer knew it, demangled where possible; empty when stripped. */
  readonly symbol: string;
  /** Source frames at this counter, innermost inlined first; indexes into `Trace.sites`. Empty without debug information. */
  readonly sites: readonly number[];
}

export interface TraceProblem {
  readonly kind:
    | "cut-off"
    | "lost-events"
    | "bad-lines"
    | "tracer-died"
    | "recorder-died"
    | "disk-full"
    | "logs-not-indexed"
    | "logs-not-captured"
    | "metrics-missing"
    | "metrics-sampled"
    | "exit-from-shell"
    | "no-syscalls"
    | "clock-stepped"
    | "untimed"
    | "setuid"
    | "left-running"
    | "artifact"
    | "report-missing"
    | "unsymbolised"
    /** A source file changed after its binary was built: lines may be off. */
    | "stale-source";
  /** A sentence for the user. */
  readonly message: string;
  /** How many events, lines or bytes it concerns, where that is known. */
  readonly count?: number;
  /** False for remarks that leave the trace whole (for example `setuid`); true problems make a run incomplete. */
  readonly losesData: boolean;
}

export type { LogLevelName };
