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

/** How far the real-time clock was set forward (or back, negative) between two readings, nanoseconds. */
export function realtimeStep(start: ClockPair, end: ClockPair): number {
  return Number(end.realtimeNs - start.realtimeNs - (end.monotonicNs - start.monotonicNs));
}
