import type { TraceProblem } from "../engine/trace/trace.ts";

/** CLOCK_REALTIME and CLOCK_MONOTONIC of one moment, nanoseconds. */
export interface ClockPair {
  readonly realtimeNs: bigint;
  readonly monotonicNs: bigint;
}

/**
 * Reads both clocks at one moment, exact to some microseconds. Node shows the real-time clock in whole milliseconds only,
 * so this waits (at most one millisecond) for the next one to begin.
 */
export function readClocks(): ClockPair {
  const before = Date.now();
  for (;;) {
    const milliseconds = Date.now();
    if (milliseconds !== before) {
      return { realtimeNs: BigInt(milliseconds) * 1_000_000n, monotonicNs: process.hrtime.bigint() };
    }
  }
}

/** A step of the real-time clock that is worth telling; smaller ones are measuring errors and corrections of its speed. */
const CLOCK_STEP_NS = 5e6;

/** What to tell when the real-time clock was set between two readings; undefined when it was not. */
export function clockProblem(start: ClockPair, now: ClockPair): TraceProblem | undefined {
  const step = realtimeStep(start, now);
  if (Math.abs(step) < CLOCK_STEP_NS) return undefined;
  return {
    kind: "clock-stepped",
    message: `The system's clock was set ${step < 0 ? "back" : "forward"} during the run: times of system calls after that are off.`,
    losesData: false,
  };
}

/** How far the real-time clock was set forward (or back, negative) between two readings, nanoseconds. */
export function realtimeStep(start: ClockPair, end: ClockPair): number {
  return Number(end.realtimeNs - start.realtimeNs - (end.monotonicNs - start.monotonicNs));
}
