import { constants } from "node:os";

/** The exit code that a shell reports: the program's own, or 128 plus the number of the signal that killed it. */
export function shellExitCode(exitCode: number | null, signal: string | null): number | undefined {
  if (exitCode !== null) return exitCode;
  if (signal === null) return undefined;
  return 128 + signalNumber(signal);
}

/** `SIGRTMIN` is 34 for programs: the C library keeps 32 and 33 for itself. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

function signalNumber(name: string): number {
  const realTime = /^SIG(?:RT_|RTMIN\+?|RTMAX-?)(\d*)$/.exec(name);
  if (realTime !== null) {
    const offset = Number(realTime[1] ?? 0);
    // strace counts `SIGRT_n` from the kernel's first, which is 32.
    if (name.startsWith("SIGRT_")) return 32 + offset;
    return name.startsWith("SIGRTMAX") ? SIGRTMAX - offset : SIGRTMIN + offset;
  }
  return (constants.signals as Readonly<Record<string, number | undefined>>)[name] ?? 0;
}
