import type { SyscallColumns } from "../trace/trace.ts";
import { argumentText, callPath } from "./argumentText.ts";
import type { ErrorSummary } from "./summary.ts";

/** Different failures are told apart up to here; further ones are counted under an empty path, so memory stays bounded. */
const MAX_GROUPS = 20_000;

/** Failed calls grouped by errno, call and path; most frequent first. */
export function failedCalls(syscalls: SyscallColumns): readonly ErrorSummary[] {
  const groups = new Map<string, { errno: string; syscall: string; path: string; count: number }>();
  for (let row = 0; row < syscalls.length; row++) {
    const errnoId = syscalls.errno[row] as number;
    if (errnoId === 0) continue;
    const nameId = syscalls.name[row] as number;
    const syscall = syscalls.names[nameId] as string;
    let path = callPath(syscall, argumentText(syscalls, row));
    let key = `${errnoId} ${nameId} ${path}`;
    if (!groups.has(key) && groups.size >= MAX_GROUPS) {
      path = "";
      key = `${errnoId} ${nameId} `;
    }
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { errno: syscalls.errnos[errnoId] as string, syscall, path, count: 1 });
    } else {
      group.count++;
    }
  }
  // Map order is order of first occurrence, and the sort is stable: ties stay chronological.
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
