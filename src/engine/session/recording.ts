import type { Event } from "../../base/emitter.ts";
import type { RecordingEnd, RecordingInfo, RecordingState } from "../../protocol/live.ts";
import type { RunManifest, RunStop } from "../../protocol/runFolder.ts";
import type {
  GpuColumns,
  LogColumns,
  Mark,
  MetricColumns,
  OutputStream,
  SignalEvent,
  StackTable,
  SyscallColumns,
  ThreadInfo,
} from "../trace/trace.ts";

/**
 * A recording that is going on, as its surfaces (command line, debug adapter) see it.
 * `RecordingSession` implements it over ports; `node/startRecording` builds one on Node.
 */
export interface Recording {
  readonly info: RecordingInfo;
  readonly state: RecordingState;
  readonly onState: Event<RecordingState>;
  /** The program's own bytes in order of arrival, when they come through pipes; never fired for a terminal of its own. */
  readonly onOutput: Event<OutputChunk>;
  /** What was recorded since the last batch; the same rows that went to disk. Fired about every 40 ms while there is something. */
  readonly onBatch: Event<TraceBatch>;
  /** A sentence that the user must see now (a loss, a fallback, a remark). */
  readonly onNotice: Event<string>;
  /** The process table so far, ended threads included; index = identity as in `Trace.threads`. */
  threads(): readonly ThreadInfo[];
  /** Nanoseconds since the origin. */
  now(): number;

  /** Stops every process of the tree (SIGSTOP) and lets it go on (SIGCONT). */
  pause(): Promise<void>;
  continue(): Promise<void>;
  /**
   * Asks the program to end (SIGTERM to the target's processes); `kill` makes it, the whole tree, leaving no orphan.
   * @param by on whose account; the run tells. Default: the user's.
   */
  terminate(by?: RunStop["by"]): Promise<void>;
  kill(by?: RunStop["by"]): Promise<void>;
  /** Stops recording; an attached program runs on, a launched one is terminated. */
  detach(by?: RunStop["by"]): Promise<void>;
  /** Bytes for the program's standard input, when it is a pipe of ours. */
  writeStdin(bytes: Uint8Array): void;
  endStdin(): void;

  /** Settles when the run folder is complete and closed. Rejects only for bugs; every failure of the run is in its value. */
  readonly ended: Promise<RecordingResult>;
}

export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** Rows appended since the previous batch. Column conventions are those of `Trace`; thread indexes refer to `threads`. */
export interface TraceBatch {
  readonly syscalls: SyscallColumns;
  readonly logs: LogColumns;
  readonly metrics: MetricColumns;
  readonly gpus: GpuColumns;
  readonly signals: readonly SignalEvent[];
  readonly marks: readonly Mark[];
  /** The whole thread table as it is now. */
  readonly threads: readonly ThreadInfo[];
  /** The whole stack table as it is now: frames without sites, for symbolising comes later. */
  readonly stacks: StackTable;
  /** Sites named by log lines, whole table. */
  readonly sites: readonly { readonly file: string; readonly line: number }[];
  /** Nanoseconds from the origin at which the batch was cut. */
  readonly time: number;
  /** System calls so far, those of this batch included, that are known not to be in the run folder; absent while there are none. */
  readonly lost?: number;
}

export interface RecordingResult {
  readonly end: RecordingEnd;
  readonly manifest: RunManifest;
}
