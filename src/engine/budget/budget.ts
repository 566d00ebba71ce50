import type { Expression } from "./expression/parse.ts";

/** Which time is meant: that of a clock on the wall, or the sum of what system calls took. */
export type Clock = "wall" | "syscall";

export const ANTI_PATTERNS = [
  "GodProcess",
  "TightLoop",
  "PcieBottleneck",
  "SmallIo",
  "RepeatedOpen",
  "BusyPolling",
] as const;
export type AntiPatternName = (typeof ANTI_PATTERNS)[number];

/** A limit that a run must keep; exactly the limit is kept. Times in nanoseconds, sizes in bytes, shares 0 to 1. */
export interface Budget {
  readonly name: string;
  readonly description: string;
  /** Whether a violation fails the check. */
  readonly severity: "error" | "warning";
  /** Names of targets with `*` and `?`; empty for all. */
  readonly appliesTo: readonly string[];
  /** Absolute path, 1-based line and column (0 when not known) of where it is written. */
  readonly source: { readonly file: string; readonly line: number; readonly column: number };
  readonly rule: BudgetRule;
}

export type BudgetRule =
  | { readonly kind: "critical-path"; readonly max: number; readonly clock: Clock; readonly pattern?: string }
  | { readonly kind: "span-count"; readonly max: number; readonly pattern?: string }
  | { readonly kind: "memory"; readonly max: number; readonly of: "allocations" | "rss" }
  | {
      readonly kind: "anti-pattern";
      readonly pattern: AntiPatternName;
      readonly threshold: number;
      readonly process?: string;
    }
  | { readonly kind: "custom"; readonly expression: Expression; readonly text: string }
  /** Of one system call (`*` and `?` are wildcards), or of all. */
  | { readonly kind: "syscall-count"; readonly max: number; readonly syscall?: string }
  /** Share of the system call time that one system call may have. */
  | { readonly kind: "syscall-share"; readonly max: number; readonly syscall: string }
  /** Share of the system call time that several system calls may have together. */
  | { readonly kind: "ratio"; readonly max: number; readonly syscalls: readonly string[] }
  | { readonly kind: "total-time"; readonly max: number; readonly clock: Clock; readonly syscall?: string }
  | { readonly kind: "min-time"; readonly min: number; readonly clock: Clock; readonly syscall?: string }
  /** How much more than the golden. */
  | { readonly kind: "regression"; readonly figure: "time"; readonly threshold: number; readonly clock: Clock }
  | {
      readonly kind: "regression";
      readonly figure: "syscalls";
      readonly threshold: number;
      readonly eitherWay: boolean;
    }
  /** Confidence of the comparison with the golden. */
  | { readonly kind: "confidence"; readonly min: number };
