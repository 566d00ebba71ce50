import { asciiText } from "../../../base/asciiText.ts";
import type { ThreadExit } from "../../trace/trace.ts";
import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import { CLOSE_BRACE, hasAt, OPEN_BRACE } from "./ascii.ts";
import { wordEnd } from "./lineParts.ts";

/** The text of `--- … ---` begins here, -1 when the line is no such line; it ends 4 bytes before the line. */
export function signalStart(bytes: Uint8Array, start: number, end: number): number {
  return hasAt(bytes, start, "--- ") && hasAt(bytes, end - 4, " ---") ? start + 4 : -1;
}

/** Adds `SIGCHLD {si_signo=…}` as a signal and `stopped by SIGSTOP` as a mark. */
export function addSignal(
  builder: TraceBuilder,
  time: number,
  thread: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const stopped = "stopped by ";
  if (hasAt(bytes, start, stopped)) {
    const value = asciiText(bytes, start + stopped.length, end);
    builder.addMark({ time, thread, kind: "mark", name: "stopped", value });
    return;
  }
  const nameStop = wordEnd(bytes, start, end);
  let from = nameStop + 1;
  let to = end;
  if (bytes[from] === OPEN_BRACE && bytes[end - 1] === CLOSE_BRACE) {
    from++;
    to--;
  }
  const signal = asciiText(bytes, start, nameStop);
  builder.addSignal({ time, thread, signal, details: asciiText(bytes, Math.min(from, to), to) });
}

/**
 * The end of a thread that `+++ exited with 0 +++`, `+++ killed by SIGSEGV (core dumped) +++` and
 * `+++ superseded by execve in pid 12 +++` tell; `caller` is the last one's number. Undefined for any other line.
 */
export function exitOf(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly exit: ThreadExit; readonly caller: number } | undefined {
  if (!hasAt(bytes, start, "+++ ") || !hasAt(bytes, end - 4, " +++")) return undefined;
  const text = asciiText(bytes, start + 4, Math.min(end - 4, start + 200));
  const exited = /^exited with (\d+)$/.exec(text);
  if (exited !== null) return { exit: { kind: "exited", code: Number(exited[1]) }, caller: -1 };
  const killed = /^killed by (\S+)( \(core dumped\))?$/.exec(text);
  if (killed !== null) {
    return { exit: { kind: "killed", signal: killed[1] ?? "", coreDumped: killed[2] !== undefined }, caller: -1 };
  }
  const superseded = /^superseded by execve in pid (\d+)$/.exec(text);
  return superseded === null ? undefined : { exit: { kind: "superseded" }, caller: Number(superseded[1]) };
}
