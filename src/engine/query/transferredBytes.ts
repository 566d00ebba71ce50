import type { SyscallColumns } from "../trace/trace.ts";

/** Calls whose result the kernel adds to `rchar` of /proc/PID/io (proc(5)). */
const READS = new Set(["read", "pread64", "readv", "preadv", "preadv2"]);
/** Calls whose result it adds to `wchar`. */
const WRITES = new Set(["write", "pwrite64", "writev", "pwritev", "pwritev2"]);

export interface TransferredBytes {
  readonly read: number;
  readonly written: number;
}

/**
 * Bytes that read-like and write-like calls returned. Samples of /proc end with the last sample before the program's end, so
 * they miss what was transferred after it; a whole trace does not.
 */
export function transferredBytes(syscalls: SyscallColumns): TransferredBytes {
  const sign = syscalls.names.map((name) => (READS.has(name) ? 1 : WRITES.has(name) ? -1 : 0));
  let read = 0;
  let written = 0;
  for (let row = 0; row < syscalls.length; row++) {
    const kind = sign[syscalls.name[row] as number] as number;
    if (kind === 0) continue;
    const result = syscalls.result[row] as number;
    if (!(result > 0)) continue;
    if (kind === 1) read += result;
    else written += result;
  }
  return { read, written };
}

/** The larger of a sampled and a traced figure; null where neither is known. */
export function largerKnown(sampled: number | null, traced: number): number | null {
  if (sampled === null) return traced === 0 ? null : traced;
  return Math.max(sampled, traced);
}
