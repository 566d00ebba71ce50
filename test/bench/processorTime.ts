import { readFileSync } from "node:fs";

/** What the calling thread has had and wanted of a core since it began, in milliseconds. */
export interface ThreadTime {
  /** It ran. */
  readonly onCpu: number;
  /** It could have run, and no core was free. */
  readonly waiting: number;
}

/** Reads the kernel's accounts of the calling thread (Linux; proc(5), `schedstat`). */
export function threadTime(): ThreadTime {
  const [onCpu = 0, waiting = 0] = readFileSync("/proc/thread-self/schedstat", "latin1").split(" ").map(Number);
  return { onCpu: onCpu / 1e6, waiting: waiting / 1e6 };
}
