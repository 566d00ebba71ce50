import { COMPARISON_SCHEMA_VERSION, type Comparison } from "../../../protocol/comparison.ts";
import type { IgnoreRule } from "../../../protocol/goldenConfig.ts";
import type { ComparisonMode } from "../../../protocol/goldenFile.ts";

/** What a comparison of behaviours finds out; names, performance and budgets are added by those who know them. */
export type BehaviourComparison = Omit<Comparison, "golden" | "actual" | "performance" | "budgets">;

/** What must be the same on both sides for a comparison to mean anything. */
export interface RunFacts {
  readonly os: string;
  readonly arch: string;
  readonly filter: string;
  readonly captureData: boolean;
  readonly stacks: boolean;
  /** Ids of the normalisation rules that are on. */
  readonly rules: readonly string[];
}

export interface CompareOptions {
  readonly mode: ComparisonMode;
  readonly ignore?: readonly IgnoreRule[];
  /** Where a line of the golden's sources is now: null when it is gone, undefined when nobody knows. */
  readonly mapSite?: (file: string, line: number) => { file: string; line: number } | null | undefined;
  /** Duration in nanoseconds of a row of the run's system calls; NaN where it was not measured. */
  readonly durationOf?: (row: number) => number;
  /** How the run was recorded; without it, nothing is said about whether the golden was recorded in the same way. */
  readonly run?: RunFacts;
  /** System call time of both sides in nanoseconds, for the timing part of renacer's second score. */
  readonly totalNs?: { readonly golden: number; readonly actual: number };
}

/** A comparison that could not be made. @param reason why, and what to do about it */
export function incomparable(reason: string, mode: ComparisonMode = "observable"): BehaviourComparison {
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    verdict: "incomparable",
    reason,
    confidence: 0,
    mode,
    goldenEvents: 0,
    actualEvents: 0,
    matched: 0,
    added: 0,
    removed: 0,
    changed: 0,
    divergences: [],
    ignored: [],
    notes: [],
    renacer: null,
    sites: [],
  };
}
