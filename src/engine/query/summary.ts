import type { RunStop } from "../../protocol/runFolder.ts";
import type { LogLevelName } from "../trace/levels.ts";
import type { GpuSummary } from "./gpuTotals.ts";

/**
 * What `goldentrace show` tells about a run; `show --json` prints it as it is. Times in nanoseconds, points in time from the
 * program's start (in a file of another tool: from its origin), sizes in bytes.
 */
export interface RunSummary {
  /** The run's id (its folder's name), or the file name of a trace that another tool wrote. */
  readonly run: string;
  /** Absolute path of the run folder, or of the file. */
  readonly path: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly recorder: {
    readonly id: string;
    readonly version: string;
    readonly reason: string;
    readonly filter: string;
  };
  /** ISO 8601 start of the run; null for a foreign trace without wall-clock times. */
  readonly startedAt: string | null;
  readonly state: "recording" | "finished" | "failed";
  readonly complete: boolean;
  readonly problems: readonly { readonly kind: string; readonly message: string; readonly losesData: boolean }[];
  readonly events: number;
  readonly lost: number;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** Who ended the recording before the program ended by itself; null when nobody did. */
  readonly stopped: RunStop | null;
  readonly wallNs: number | null;
  /** User plus system time of the whole tree as sampled; null without metrics. */
  readonly cpuNs: number | null;
  /** Largest sum of RSS sampled, or VmHWM of the largest process when that is more; null without metrics. */
  readonly peakRssBytes: number | null;
  /** Bytes through read-like calls: as sampled from /proc, or as the traced calls returned when that is more. */
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  /** GPUs that were seen while recording; empty where there was none. */
  readonly gpus: readonly GpuSummary[];
  readonly threads: readonly ThreadSummary[];
  /** Sorted by total time, descending. */
  readonly syscalls: readonly SyscallSummary[];
  /** Calls that did not return to the program: `exit_group`, and what was cut off by its end. Not part of `syscalls`, as in `strace -c`. */
  readonly unreturned: readonly UnreturnedSummary[];
  readonly slowest: readonly SlowCall[];
  readonly errors: readonly ErrorSummary[];
  readonly signals: readonly { readonly signal: string; readonly count: number }[];
  /** Lines by level name; `none` for lines without a level. */
  readonly logs: Readonly<Partial<Record<LogLevelName | "none", number>>>;
  readonly sites: readonly SiteSummary[];
  /** Why `sites` is empty, with the way to get them; null when there are sites. */
  readonly sitesMissing: string | null;
  readonly envSet: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly artifacts: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly state: "verified" | "changed" | "missing";
  }[];
}

export interface ThreadSummary {
  readonly pid: number;
  readonly tid: number;
  /** Index in this list of the thread that created it, -1 for none: pids are reused, places are not. */
  readonly parent: number;
  readonly parentTid: number | null;
  readonly role: "main" | "process" | "thread";
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number | null;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  readonly syscalls: number;
  readonly syscallNs: number;
}

/** The columns of `strace -c`, plus percentiles (nearest rank) of the calls that returned. */
export interface SyscallSummary {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly totalNs: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
}

export interface UnreturnedSummary {
  readonly name: string;
  readonly calls: number;
}

export interface SlowCall {
  readonly name: string;
  readonly args: string;
  readonly result: string;
  readonly startNs: number;
  readonly durationNs: number;
  readonly tid: number;
  readonly site: { readonly file: string; readonly line: number; readonly function: string } | null;
}

export interface ErrorSummary {
  readonly errno: string;
  readonly syscall: string;
  /** First path among the arguments, or empty. */
  readonly path: string;
  readonly count: number;
}

export interface SiteSummary {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly calls: number;
  readonly totalNs: number;
}
