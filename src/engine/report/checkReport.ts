import type { Comparison } from "../../protocol/comparison.ts";

/** What became of one target: the exit code of `check` follows from the worst of these. */
export const CHECK_OUTCOMES = ["holds", "diverged", "over-budget", "incomparable"] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

/** One target that was checked, or one pair that was compared. */
export interface CheckEntry {
  /** Name of the target or of the golden. */
  readonly target: string;
  readonly comparison: Comparison;
  readonly outcome: CheckOutcome;
  /** Id of the run that was compared; null when nothing was recorded, as for `diff` of two files. */
  readonly runId: string | null;
  /** How long recording and comparing took together. */
  readonly durationMs: number;
}

/** What `check` and `diff` found: the one input of every reporter in this folder, each of which is `(report: CheckReport) => string`. */
export interface CheckReport {
  /** Version of Goldentrace. */
  readonly tool: string;
  /** Absolute path; the files of sites are relative to it. */
  readonly workspace: string;
  readonly entries: readonly CheckEntry[];
}
