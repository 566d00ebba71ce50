import { formatBytes, formatCount, formatNs, plural } from "../../base/format.ts";
import { oneLine, truncate } from "../../base/text.ts";
import type { Comparison, ComparisonSite, Divergence, DivergenceKind } from "../../protocol/comparison.ts";

/** How much a difference matters; decides colours and icons. */
export type Severity = Divergence["severity"];

const RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** The gravest of some severities; `low` of none. */
export function gravest(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((worst, next) => (RANK[next] < RANK[worst] ? next : worst), "low");
}

/** Orders by severity, gravest first. */
export function bySeverity(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return RANK[a.severity] - RANK[b.severity];
}

/** Heading for all divergences of a kind. */
export const KIND_LABELS: Readonly<Record<DivergenceKind, string>> = {
  exit: "Ends differently",
  removed: "No longer happens",
  added: "New",
  changed: "Changed",
  order: "Other order",
  count: "More or less often",
  "thread-added": "New threads and processes",
  "thread-removed": "Missing threads and processes",
};

/** `+12`, `-3`, `±0`: a difference of counts. */
export function signedCount(change: number): string {
  return change === 0 ? "±0" : `${change > 0 ? "+" : "-"}${formatCount(Math.abs(change))}`;
}

/** `+3.1 ms`: a difference of times in nanoseconds. */
export function signedNs(change: number): string {
  return `${change < 0 ? "-" : "+"}${formatNs(Math.abs(change))}`;
}

/** A figure of a performance result with its unit. */
export function metricValue(value: number | null, unit: "ns" | "bytes" | "count"): string {
  if (value === null) return "–";
  return unit === "ns" ? formatNs(value) : unit === "bytes" ? formatBytes(value) : formatCount(value);
}

/** A text of a trace as one safe line of bounded length. */
export function shown(text: string, max = 300): string {
  return truncate(oneLine(text), max);
}

/** Where a divergence is shown: its place now, or, where that line is gone, the place it had. */
export function placeOf({
  site,
  goldenSite,
}: Divergence): { readonly site: ComparisonSite; readonly gone: boolean } | null {
  if (site !== null) return { site, gone: false };
  return goldenSite === null ? null : { site: goldenSite, gone: true };
}

/** Whether there is no golden, and the budgets are all that was judged. */
export function isBudgetsAlone({ verdict, golden, budgets }: Comparison): boolean {
  return verdict === "incomparable" && golden.path === "" && budgets.length > 0;
}

/**
 * The outcome in a few words, for the status bar, headings and messages: `3 differences, 1 over budget`.
 * @param same what to say when nothing differs
 */
export function verdictText(comparison: Comparison, same = "as golden"): string {
  const alone = isBudgetsAlone(comparison);
  if (comparison.verdict === "incomparable" && !alone) return "not comparable";
  const parts: string[] = [];
  const differences = comparison.divergences.length;
  if (comparison.verdict === "diverged") parts.push(plural(Math.max(1, differences), "difference"));
  const over = comparison.budgets.filter(({ passed }) => !passed).length;
  if (over > 0) parts.push(`${formatCount(over)} over budget`);
  const slower = comparison.performance.filter(({ verdict }) => verdict === "regressed").length;
  if (slower > 0) parts.push(`${formatCount(slower)} regressed`);
  return parts.length > 0 ? parts.join(", ") : alone ? "budgets are kept, no golden" : same;
}

/** Whether anything is wrong: `pass`, `warn` (only warnings and slower figures), `fail`, or `unknown` where nothing could be compared. */
export function verdictState(comparison: Comparison): "pass" | "warn" | "fail" | "unknown" {
  if (comparison.verdict === "incomparable" && !isBudgetsAlone(comparison)) return "unknown";
  if (comparison.verdict === "diverged") return "fail";
  const failed = comparison.budgets.filter(({ passed }) => !passed);
  if (failed.some(({ severity }) => severity === "error")) return "fail";
  return failed.length > 0 || comparison.performance.some(({ verdict }) => verdict === "regressed") ? "warn" : "pass";
}
