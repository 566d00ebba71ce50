import type { RunStop } from "./runFolder.ts";

/** Plain data about a recording that is going on: sent by the debug adapter, shown by the Live view. */

/** The states of a recording, in order; `failed` can follow `starting`. */
export type RecordingState = "starting" | "running" | "paused" | "stopping" | "finishing" | "finished" | "failed";

/** What changed since the last update; sent at most about thirty times a second whatever the event rate. */
export interface LiveUpdate {
  /** Counts up by one a recording; a gap means that updates were missed and `liveSnapshot` should be asked for. */
  readonly sequence: number;
  readonly state: RecordingState;
  /** Nanoseconds from the program's start (or the attaching) to this update, paused time included. */
  readonly elapsedNs: number;
  // Counts since the start: threads and processes include those that ended.
  readonly syscalls: number;
  readonly signals: number;
  readonly threads: number;
  readonly processes: number;
  readonly lost: number;
  /** Time of the newest event contained in this update, nanoseconds from the program's start. */
  readonly newestNs: number;
  /** Pauses so far, oldest first, nanoseconds from the program's start; `endNs` is null while paused. Charts leave them blank. */
  readonly pauses?: readonly { readonly startNs: number; readonly endNs: number | null }[];
  /** Points for the charts that are new since the last update, oldest first. */
  readonly samples: readonly LiveSample[];
  /** The most frequent calls, by total time, at most `LIVE_TOP_SYSCALLS`. */
  readonly topSyscalls: readonly LiveSyscall[];
  /** Lines so far by level name; `""` for lines without a level. */
  readonly logCounts: Readonly<Record<string, number>>;
  readonly logLines: number;
  /** Everything the user must know about this recording (losses, fallbacks, missing tools). */
  readonly notices: readonly string[];
}

export const LIVE_TOP_SYSCALLS = 12;

export interface LiveSample {
  /** Nanoseconds from the program's start. */
  readonly timeNs: number;
  readonly cpuPercent: number;
  readonly rssBytes: number;
  /** Bytes per second since the previous sample. */
  readonly readBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
  readonly syscallsPerSecond: number;
  readonly threads: number;
  /** Sum over the machine's GPUs, 100 for each that is busy; absent where there is none, or none was looked at lately. */
  readonly gpuPercent?: number;
  /** Memory in use on the machine's GPUs: the program's where that is known, else everybody's. */
  readonly gpuMemoryBytes?: number;
  /** `gpuMemoryBytes` is the program's. */
  readonly gpuMemoryIsOwn?: boolean;
}

export interface LiveSyscall {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly totalNs: number;
}

/** Which log lines a view wants to see. */
export interface LogFilter {
  /** Lowest numeric level shown; 0 shows all, lines without a level included. */
  readonly minLevel: number;
  /** Show lines without a level although `minLevel` is above 0. */
  readonly unlevelled: boolean;
  /** Case-insensitive text that the line contains; empty for all. */
  readonly search: string;
}

export interface LogPage {
  /** Lines that pass the filter so far. */
  readonly matching: number;
  readonly total: number;
  /** Position among the matching lines of `lines[0]`. */
  readonly first: number;
  /** How many of the oldest matching lines are no longer held (they are in the run folder): positions below have no line. Absent: 0. */
  readonly dropped?: number;
  readonly lines: readonly LogLine[];
}

export interface LogLine {
  readonly index: number;
  /** Nanoseconds from the program's start. */
  readonly timeNs: number;
  readonly stream: "stdout" | "stderr";
  /** Level name or empty. */
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  /** Source position named by the line. */
  readonly file?: string;
  readonly line?: number;
}

export interface RecordingInfo {
  readonly runId: string;
  readonly runFolder: string;
  readonly name: string;
  readonly command: string;
  readonly pid: number;
  readonly recorder: string;
  readonly recorderReason: string;
  readonly stacks: boolean;
  readonly filter: string;
  /** Nanoseconds from the origin at which the program was known to run: started, or attached to. Absent: 0. */
  readonly startedNs?: number;
  /** CLOCK_REALTIME at the origin, milliseconds. */
  readonly startedAtMs: number;
  readonly metricsIntervalMs: number;
  /** What Goldentrace set in the program's environment. */
  readonly envSet: Readonly<Record<string, string>>;
}

export interface RecordingEnd {
  readonly runId: string;
  readonly runFolder: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Set when somebody ended the recording before the program ended by itself. */
  readonly stopped?: RunStop;
  readonly complete: boolean;
  readonly problems: readonly string[];
  readonly syscalls: number;
  readonly wallNs: number;
}
