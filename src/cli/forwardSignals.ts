import { readFileSync } from "node:fs";
import { type Disposable, toDisposable } from "../base/disposable.ts";
import { errorCode } from "../node/procFiles.ts";

/** Sent to us, but meant for the program: we are in its place on the command line. */
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
/** The terminal sends these to its whole foreground group, the program included. */
const FROM_TERMINAL = ["SIGINT", "SIGQUIT"] as const;

/**
 * While the result is not disposed, signals that would end us reach the program instead, so that it decides what happens and its run
 * is recorded to the end.
 *
 * @param programEnded tells that only we are left
 * @param onUnanswered called for a signal that has no program to go to
 */
export function forwardSignals(pid: () => number, programEnded: () => boolean, onUnanswered: () => void): Disposable {
  const listeners = [...FORWARDED, ...FROM_TERMINAL].map((signal) => {
    const listener = () => {
      if (programEnded()) onUnanswered();
      else if (!isFromTerminal(signal)) send(pid(), signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return toDisposable(() => {
    for (const remove of listeners) remove();
  });
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
