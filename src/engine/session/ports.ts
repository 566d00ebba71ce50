import type { ProcessorWait, RunExit, RunManifest, RunStop } from "../../protocol/runFolder.ts";
import type { OutputStream, ThreadInfo, TraceProblem } from "../trace/trace.ts";
import type { TraceBatch } from "./recording.ts";

/** Where a recording is kept. Failures of the disk are problems of the run and never exceptions. */
export interface RunStore {
  /** Appends the rows of a batch, in order of calls. */
  append(batch: TraceBatch): void;
  /** Appends bytes of the program's output, in order of calls. */
  output(stream: OutputStream, bytes: Uint8Array): void;
  /** System calls that were appended and are known not to be stored: the disk took no more. */
  readonly lost: number;
  /** Undefined while little waits to be written; else resolves when that is so again. Recorders read on only then. */
  ready(): Promise<void> | undefined;
  /** Writes everything down for good. Called once, after the last append. */
  finish(end: SessionEnd): Promise<RunManifest>;
}

/** What a session knows when its sources have ended. */
export interface SessionEnd {
  readonly exit: RunExit | null;
  /** Undefined when the program ended by itself. */
  readonly stopped: RunStop | undefined;
  /** Nanoseconds from the origin to the program's start, or the attaching. */
  readonly startedNs: number;
  /** Nanoseconds from the origin to the end of the first process; null when it was not seen. */
  readonly wallNs: number | null;
  /** How long was waited for a processor; absent where that is not known. */
  readonly processorWait?: ProcessorWait | undefined;
  /** The program could not be started. */
  readonly failed: boolean;
  readonly problems: readonly TraceProblem[];
  readonly threads: readonly ThreadInfo[];
}

/** Control over the processes that are recorded. */
export interface TargetControl {
  pause(): Promise<void>;
  continue(): Promise<void>;
  terminate(): Promise<void>;
  kill(): Promise<void>;
  detach(): Promise<void>;
  signal(signal: string): void;
  writeStdin(bytes: Uint8Array): void;
  endStdin(): void;
}

/** Calls back once after some milliseconds; the result cancels. */
export type Timer = (callback: () => void, milliseconds: number) => { dispose(): void };
