import type { TargetControl } from "../../engine/session/ports.ts";
import type { OutputStream, TraceProblem } from "../../engine/trace/trace.ts";
import type { TargetProcesses } from "../processes.ts";

/** Takes what a target delivers. */
export interface TargetSink {
  /** Bytes of the tracer, valid until the call returns. */
  trace(bytes: Uint8Array): void;
  /** Bytes that the program printed; they stay as they are. */
  output(stream: OutputStream, bytes: Uint8Array): void;
  /** Undefined when more may be delivered at once. */
  ready(): Promise<void> | undefined;
  notice(message: string): void;
  problem(problem: TraceProblem): void;
}

export interface TargetEnd {
  /** How the first process ended; null when only the trace can tell. */
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** CLOCK_MONOTONIC when the first process ended, nanoseconds; null when only the trace can tell. */
  readonly exitedAt: bigint | null;
  /** The program did not start. */
  readonly failed: boolean;
}

/** Processes that are recorded, and the recorder's processes around them. */
export interface Target extends TargetControl {
  readonly processes: TargetProcesses;
  /** CLOCK_MONOTONIC when the first process was started; undefined where `start` resolves at that moment. */
  readonly startedAt: bigint | undefined;
  /**
   * Starts the program (or attaches) and resolves to its pid once it runs.
   * @throws ExpectedError when it cannot be started; nothing is left behind then
   */
  start(sink: TargetSink): Promise<number>;
  /** Settles when the first process has ended, everything it printed was delivered and the tracer is gone. */
  readonly ended: Promise<TargetEnd>;
}
