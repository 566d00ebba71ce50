import { formatCount } from "../../../base/format.ts";
import { shareText } from "../judgement.ts";
import type { RunFigures } from "../runFigures.ts";
import { type AntiPatternOutcome, repetitionWeight, type Scope } from "./finding.ts";

const POLLS: ReadonlySet<string> = new Set("poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2".split(" "));
const SLEEPS: ReadonlySet<string> = new Set("nanosleep clock_nanosleep sched_yield".split(" "));
const ATTEMPTS: ReadonlySet<string> = new Set(
  "read readv recv recvfrom recvmsg recvmmsg accept accept4 wait4 waitid futex rt_sigtimedwait mq_timedreceive".split(
    " ",
  ),
);
/** Who waits at least this long for nothing waits, and does not spin. */
const SHORT_NS = 10e6;

interface Looking {
  tries: number;
  inVain: number;
  row: number;
}

/**
 * A thread keeps asking whether something happened. Confidence: share of a thread's attempts that were in vain and took less than 10 ms,
 * times `repetitionWeight` of their number; the largest over all threads. Attempts are polls, short sleeps and yields, and calls that
 * found nothing to do (`EAGAIN`, a wait for a child that still runs).
 */
export function busyPolling({ trace, selected }: Scope, figures: RunFigures): AntiPatternOutcome {
  if (figures.untimed !== undefined) return { unknown: figures.untimed };
  const { syscalls, threads } = trace;
  const kinds = syscalls.names.map((name) => (POLLS.has(name) ? 1 : SLEEPS.has(name) ? 2 : ATTEMPTS.has(name) ? 3 : 0));
  const byThread = threads.map((): Looking => ({ tries: 0, inVain: 0, row: -1 }));
  for (let row = 0; row < syscalls.length; row++) {
    const id = syscalls.name[row] as number;
    const kind = kinds[id] as number;
    const thread = syscalls.thread[row] as number;
    const looking = byThread[thread];
    if (kind === 0 || looking === undefined || selected[thread] !== true) continue;
    looking.tries++;
    const errno = syscalls.errnos[syscalls.errno[row] as number];
    const again = errno === "EAGAIN" || errno === "EWOULDBLOCK" || errno === "ETIMEDOUT";
    // A wait with WNOHANG gives 0 while the child runs; a read of 0 bytes is an end.
    const nothing = syscalls.result[row] === 0 && errno === "";
    const vain = again || (nothing && (kind !== 3 || syscalls.names[id] === "wait4"));
    if (!vain || !((syscalls.duration[row] as number) < SHORT_NS)) continue;
    looking.inVain++;
    looking.row = row;
  }
  let worst: Looking = { tries: 0, inVain: 0, row: -1 };
  for (const looking of byThread) if (confidenceOf(looking) > confidenceOf(worst)) worst = looking;
  const confidence = confidenceOf(worst);
  if (confidence === 0) return { confidence, message: "no thread kept polling in vain", row: -1, grows: false };
  const name = syscalls.names[syscalls.name[worst.row] as number] as string;
  const message = `a thread looked ${formatCount(worst.tries)} times whether something happened (${name} and the like), ${shareText(worst.inVain / worst.tries)} of them in vain`;
  return { confidence, message, row: worst.row, grows: false };
}

function confidenceOf({ tries, inVain }: Looking): number {
  return tries === 0 ? 0 : (inVain / tries) * repetitionWeight(inVain);
}
