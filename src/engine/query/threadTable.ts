import type { ThreadExit, Trace } from "../trace/trace.ts";
import type { ThreadSummary } from "./summary.ts";

/**
 * Every process and thread with its number of calls and the time spent in those that returned; in order of creation.
 * @param zeroNs what times count from, nanoseconds from the origin
 */
export function threadTable(trace: Trace, zeroNs = 0): readonly ThreadSummary[] {
  const { syscalls, threads } = trace;
  const calls = new Float64Array(threads.length);
  const total = new Float64Array(threads.length);
  for (let row = 0; row < syscalls.length; row++) {
    const thread = syscalls.thread[row] as number;
    calls[thread]!++;
    const duration = syscalls.duration[row] as number;
    if (duration >= 0) total[thread]! += duration;
  }
  return threads.map((thread, index) => ({
    pid: thread.pid,
    tid: thread.tid,
    parent: thread.parent,
    parentTid: threads[thread.parent]?.tid ?? null,
    role: thread.role,
    name: thread.name,
    startNs: thread.start - zeroNs,
    endNs: Number.isNaN(thread.end) ? null : thread.end - zeroNs,
    exit: exitOf(thread.exit),
    syscalls: calls[index] as number,
    syscallNs: total[index] as number,
  }));
}

function exitOf(exit: ThreadExit | undefined): ThreadSummary["exit"] {
  if (exit?.kind === "exited") return { code: exit.code, signal: null };
  if (exit?.kind === "killed") return { code: null, signal: exit.signal };
  return null;
}
