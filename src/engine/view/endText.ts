import { formatNs } from "../../base/format.ts";
import type { RunExit, RunStop } from "../../protocol/runFolder.ts";

/** What asking a program to end, and making it, kill it with. */
const STOP_SIGNALS: readonly (string | null)[] = ["SIGTERM", "SIGKILL"];

/**
 * Whether a run ended because somebody stopped it, and not by a fault of the program: an error or another signal after the
 * stop is the program's own.
 */
export function wasStopped(exit: RunExit | null, stopped: RunStop | undefined): stopped is RunStop {
  return stopped !== undefined && (exit === null || exit.code === 0 || STOP_SIGNALS.includes(exit.signal));
}

/** Who stopped a run: `stopped by you`, `detached after 5 s`, … */
export function stopText({ by, how, afterNs }: RunStop): string {
  const what = how === "detach" ? "detached" : "stopped";
  if (by === "duration") return `${what} after ${formatNs(afterNs)}`;
  return by === "user" ? `${what} by you` : `${what} when its client went away`;
}

/** How a program ended, in words: `exit code 1`, `killed by SIGSEGV`, `stopped by you`, `stopped by you, exit code 143`. */
export function endText(exit: RunExit | null, stopped: RunStop | undefined): string {
  const ended = exit === null ? "" : exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  if (stopped === undefined) return ended;
  return wasStopped(exit, stopped) ? stopText(stopped) : `${stopText(stopped)}, ${ended}`;
}
