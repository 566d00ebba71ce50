import { type SyscallColumns, SyscallState } from "../trace/trace.ts";
import { nearestRanks } from "./percentiles.ts";
import type { SyscallSummary, UnreturnedSummary } from "./summary.ts";

/** One row for every name that returned at least once, and the calls that did not. */
export interface SyscallTable {
  readonly returned: readonly SyscallSummary[];
  readonly unreturned: readonly UnreturnedSummary[];
}

/**
 * Counts and times by name. What is counted is what `strace -c` counts: calls that returned, interrupted ones
 * (`? ERESTARTSYS`) included; `exit_group` and calls cut off by the end are listed apart. Linear in the
 * number of calls, whatever the number of names.
 */
export function syscallTable(syscalls: SyscallColumns): SyscallTable {
  const { length, name, duration, state, errno, names } = syscalls;
  const calls = new Float64Array(names.length);
  const errors = new Float64Array(names.length);
  const timed = new Int32Array(names.length + 1);
  const cut = new Float64Array(names.length);
  for (let row = 0; row < length; row++) {
    const id = name[row] as number;
    if (hasReturned(state[row] as number, errno[row] as number)) {
      calls[id]!++;
      if (errno[row] !== 0) errors[id]!++;
    } else {
      cut[id]!++;
    }
    if ((duration[row] as number) >= 0) timed[id + 1]!++;
  }

  // Durations grouped by name.
  for (let id = 0; id < names.length; id++) timed[id + 1]! += timed[id] as number;
  const grouped = new Float64Array(timed[names.length] as number);
  const next = timed.slice();
  for (let row = 0; row < length; row++) {
    const time = duration[row] as number;
    if (time >= 0) grouped[next[name[row] as number]!++] = time;
  }

  const returned: SyscallSummary[] = [];
  const unreturned: UnreturnedSummary[] = [];
  for (let id = 0; id < names.length; id++) {
    if ((cut[id] as number) > 0) unreturned.push({ name: names[id] as string, calls: cut[id] as number });
    if (calls[id] === 0) continue;
    const times = grouped.subarray(timed[id], timed[id + 1]);
    let total = 0;
    let max = 0;
    for (const time of times) {
      total += time;
      if (time > max) max = time;
    }
    const [p50 = 0, p99 = 0] = times.length === 0 ? [] : nearestRanks(times, [50, 99]);
    returned.push({
      name: names[id] as string,
      calls: calls[id] as number,
      errors: errors[id] as number,
      totalNs: total,
      p50Ns: p50,
      p99Ns: p99,
      maxNs: max,
    });
  }
  returned.sort((a, b) => b.totalNs - a.totalNs || b.calls - a.calls || compareText(a.name, b.name));
  unreturned.sort((a, b) => b.calls - a.calls || compareText(a.name, b.name));
  return { returned, unreturned };
}

/** Whether the call came back to the program: with a value, with an error, or interrupted (`? ERESTARTSYS`). */
export function hasReturned(state: number, errno: number): boolean {
  return state === SyscallState.returned || errno !== 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
