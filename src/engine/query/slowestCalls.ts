import { truncate } from "../../base/text.ts";
import type { Trace } from "../trace/trace.ts";
import { argumentText, resultText } from "./argumentText.ts";
import type { SlowCall } from "./summary.ts";

const MAX_ARGUMENT_TEXT = 200;

/**
 * The `count` calls that took longest, longest first; earlier calls first among equals.
 * @param zeroNs what times count from, nanoseconds from the origin
 */
export function slowestCalls(trace: Trace, count: number, zeroNs = 0): readonly SlowCall[] {
  const { syscalls } = trace;
  const rows: number[] = [];
  let floor = 0;
  for (let row = 0; row < syscalls.length; row++) {
    const duration = syscalls.duration[row] as number;
    if (!(duration > floor) && !(rows.length < count && duration >= 0)) continue;
    let place = rows.length;
    while (place > 0 && (syscalls.duration[rows[place - 1] as number] as number) < duration) place--;
    rows.splice(place, 0, row);
    if (rows.length > count) rows.pop();
    if (rows.length === count) floor = syscalls.duration[rows[count - 1] as number] as number;
  }
  return rows.map((row) => slowCall(trace, row, zeroNs));
}

function slowCall(trace: Trace, row: number, zeroNs: number): SlowCall {
  const { syscalls, stacks, sites, threads } = trace;
  const stack = syscalls.stack[row] as number;
  const site = stack < 0 ? undefined : sites[stacks.site[stack] as number];
  return {
    name: syscalls.names[syscalls.name[row] as number] as string,
    args: truncate(argumentText(syscalls, row), MAX_ARGUMENT_TEXT),
    result: truncate(resultText(syscalls, row), MAX_ARGUMENT_TEXT),
    startNs: (syscalls.start[row] as number) - zeroNs,
    durationNs: syscalls.duration[row] as number,
    tid: threads[syscalls.thread[row] as number]?.tid ?? 0,
    site: site === undefined ? null : { file: site.file, line: site.line, function: site.function },
  };
}
