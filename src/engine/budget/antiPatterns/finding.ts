import type { SyscallColumns, Trace } from "../../trace/trace.ts";

/** How sure it is that a run shows an anti-pattern. */
export interface Finding {
  /** 0 to 1; docs/budgets.md has the formula of each. */
  readonly confidence: number;
  /** What was found, as a sentence without a full stop. */
  readonly message: string;
  /** The call that shows it, -1 for none. */
  readonly row: number;
  /** More of the same run could only make it clearer: a high confidence stands even when part of the trace is missing. */
  readonly grows: boolean;
}

export type AntiPatternOutcome = Finding | { readonly unknown: string };

/** Looks at the calls of some threads. */
export interface Scope {
  readonly trace: Trace;
  /** By index of the thread: whether its process is meant. */
  readonly selected: readonly boolean[];
}

/** How much a number of repetitions says: nothing up to 100, 0.9 for 1,000, 0.99 for 10,000. */
export function repetitionWeight(count: number, few = 100): number {
  return count <= few ? 0 : 1 - few / count;
}

/** Calls that transfer data, by direction. */
export const READS: ReadonlySet<string> = new Set(["read", "pread64", "readv", "preadv", "preadv2"]);
export const WRITES: ReadonlySet<string> = new Set(["write", "pwrite64", "writev", "pwritev", "pwritev2"]);

/** Marks, by index of a name, whether it is in a set. */
export function nameFlags(syscalls: SyscallColumns, names: ReadonlySet<string>): readonly boolean[] {
  return syscalls.names.map((name) => names.has(name));
}
