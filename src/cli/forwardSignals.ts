import { readFileSync } from "node:fs";
import type { Disposable } from "../base/disposable.ts";
import { errorCode } from "../node/procFiles.ts";

/** Sent to us, but meant for the program: we are in its place on the command line. */
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
/** The terminal sends these to its whole foreground group, the program included. */
const FROM_TERMINAL = ["SIGINT", "SIGQUIT"] as const;

const ENDING: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"]);

/** The program that signals are handed on to, as far as there is one. */
export interface SignalTarget {
  /** Undefined while the program is being started: what comes until then is handed on when it runs. */
  pid(): number | undefined;
  /** Only we are left. */
  hasEnded(): boolean;
}

export interface SignalForwarding extends Disposable {
  /** The program runs now. */
  started(): void;
  /** What came to end the program before it ran, or before that was known: it may have ended the tracer in its place. */
  readonly endedBy: NodeJS.Signals | undefined;
}

/**
 * Until the result is disposed, signals that would end us reach the program instead, so that it decides what happens and its run is
 * recorded to the end.
 *
 * @param onUnanswered called for a signal that has no program to go to
 */
export function forwardSignals(target: SignalTarget, onUnanswered: () => void): SignalForwarding {
  const early = new Set<NodeJS.Signals>();
  let endedBy: NodeJS.Signals | undefined;
  const listeners = [...FORWARDED, ...FROM_TERMINAL].map((signal) => {
    const listener = () => {
      const pid = target.pid();
      if (!target.hasEnded() && ENDING.has(signal)) endedBy ??= signal;
      if (target.hasEnded()) onUnanswered();
      else if (isFromTerminal(signal)) return;
      else if (pid === undefined) early.add(signal);
      else send(pid, signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return {
    get endedBy() {
      return endedBy;
    },
    started() {
      const pid = target.pid();
      if (pid !== undefined) for (const signal of early) send(pid, signal);
      early.clear();
    },
    dispose() {
      for (const remove of listeners) remove();
    },
  };
}

function isFromTerminal(signal: string): boolean {
  return FROM_TERMINAL.some((name) => name === signal) && inForeground();
}

/** Whether our process group has the terminal: then Ctrl-C reached the program too, and must not reach it twice. */
function inForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    // proc(5): after the name in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
    const [, , group, , terminal, foregroundGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return terminal !== "0" && group === foregroundGroup;
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return process.stdin.isTTY === true;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has just ended, or became another user's: the same as for a signal sent to it directly.
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}
