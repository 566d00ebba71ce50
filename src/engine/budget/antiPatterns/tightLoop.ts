import { formatCount } from "../../../base/format.ts";
import type { SyscallColumns } from "../../trace/trace.ts";
import { type AntiPatternOutcome, READS, repetitionWeight, type Scope, WRITES } from "./finding.ts";

/** Calls that bring something new each time although they look the same: data, connections, children, and time that passes. */
const PROGRESS: ReadonlySet<string> = new Set([
  ...READS,
  ...WRITES,
  ...(
    "recv recvfrom recvmsg recvmmsg send sendto sendmsg sendmmsg sendfile splice copy_file_range getdents getdents64 getrandom " +
    "accept accept4 poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 nanosleep clock_nanosleep pause " +
    "rt_sigtimedwait rt_sigsuspend futex wait4 waitid io_uring_enter io_getevents"
  ).split(" "),
]);

/**
 * A thread makes one call over and over at one place, with the same arguments and the same result, and nothing in between. Confidence:
 * `repetitionWeight` of the longest such row.
 */
export function tightLoop({ trace, selected }: Scope): AntiPatternOutcome {
  const { syscalls, threads, stacks } = trace;
  const progress = syscalls.names.map((name) => PROGRESS.has(name));
  const previous = new Int32Array(threads.length).fill(-1);
  const length = new Int32Array(threads.length);
  let best = { count: 0, row: -1 };
  const site = (row: number): number => {
    const stack = syscalls.stack[row] as number;
    return stack < 0 ? -1 : (stacks.site[stack] as number);
  };
  for (let row = 0; row < syscalls.length; row++) {
    const thread = syscalls.thread[row] as number;
    if (selected[thread] !== true) continue;
    const before = previous[thread] as number;
    previous[thread] = row;
    // A failed call, or one that moved nothing, made no progress.
    const stuck = progress[syscalls.name[row] as number] !== true || syscalls.errno[row] !== 0;
    const same = stuck && before >= 0 && isSame(syscalls, before, row) && site(before) === site(row);
    length[thread] = same ? (length[thread] as number) + 1 : 1;
    if ((length[thread] as number) > best.count) best = { count: length[thread] as number, row };
  }
  if (best.row < 0) return { unknown: "no system calls were recorded" };
  const name = syscalls.names[syscalls.name[best.row] as number] as string;
  const message =
    best.count < 2
      ? "no call was repeated without progress"
      : `${name} was called ${formatCount(best.count)} times in a row with the same arguments and result`;
  return { confidence: repetitionWeight(best.count), message, row: best.row, grows: true };
}

function isSame(syscalls: SyscallColumns, a: number, b: number): boolean {
  const { name, state, errno, result, resultText, argBytes, argStart, argEnd } = syscalls;
  if (name[a] !== name[b] || state[a] !== state[b] || errno[a] !== errno[b] || resultText[a] !== resultText[b])
    return false;
  if (!Object.is(result[a], result[b])) return false;
  const [from, other] = [argStart[a] as number, argStart[b] as number];
  const length = (argEnd[a] as number) - from;
  if ((argEnd[b] as number) - other !== length) return false;
  for (let index = 0; index < length; index++) if (argBytes[from + index] !== argBytes[other + index]) return false;
  return true;
}
