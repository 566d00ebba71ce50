import { formatCount, formatNs, plural } from "../../base/format.ts";
import { shortFunctionName } from "../../base/functionName.ts";
import type { Comparison, Divergence, PerformanceResult } from "../../protocol/comparison.ts";
import { metricValue } from "../view/divergenceWords.ts";
import type { CheckEntry, CheckOutcome } from "./checkReport.ts";
import { safe } from "./safeText.ts";

/** How long recording and comparing took, as a person reads it. */
export function durationText(durationMs: number): string {
  return formatNs(durationMs * 1e6);
}

/** The outcome of one target in a line, without its name: `diverged: 3 differences, confidence 97.2 %`. */
export function outcomeText({ outcome, comparison }: CheckEntry): string {
  const { verdict, divergences, matched, mode } = comparison;
  if (outcome === "incomparable") return "cannot be compared";
  const parts: string[] = [];
  if (verdict === "diverged") parts.push(plural(Math.max(1, divergences.length), "difference"));
  const failed = comparison.budgets.filter(({ passed, inconclusive }) => !passed && !inconclusive).length;
  if (failed > 0) parts.push(`${plural(failed, "budget")} exceeded`);
  const unknown = comparison.budgets.filter(({ inconclusive }) => inconclusive).length;
  if (unknown > 0) parts.push(`${plural(unknown, "budget")} not judged`);
  const slower = comparison.performance.filter((result) => result.verdict === "regressed").length;
  if (slower > 0) parts.push(`${plural(slower, "figure")} regressed`);
  // Judged by its budgets alone.
  if (verdict === "incomparable") {
    if (parts.length === 0) parts.push(`${plural(comparison.budgets.length, "budget")} kept`);
    return `${OUTCOME_WORDS[outcome]}: ${[...parts, "no golden"].join(", ")}`;
  }
  if (parts.length === 0) parts.push(`${plural(matched, "event")} as in the golden`);
  if (mode !== "observable") parts.push(`mode ${mode}`);
  parts.push(`confidence ${percentText(comparison.confidence)}`);
  return `${OUTCOME_WORDS[outcome]}: ${parts.join(", ")}`;
}

export const OUTCOME_WORDS: Readonly<Record<CheckOutcome, string>> = {
  holds: "holds",
  diverged: "diverged",
  "over-budget": "over budget",
  incomparable: "cannot be compared",
};

/** Why two sides could not be compared, with the way out. */
export function reasonText({ reason }: Comparison): string {
  return safe(reason ?? "The reason is not known.", 1000);
}

/** How many of each outcome: `4 targets: 2 hold, 1 diverged, 1 cannot be compared`. */
export function totalsText(entries: readonly CheckEntry[]): string {
  if (entries.length === 0) return "No target was checked.";
  const count = (outcome: CheckOutcome) => entries.filter((entry) => entry.outcome === outcome).length;
  const parts = [
    [count("holds"), count("holds") === 1 ? "holds" : "hold"],
    [count("diverged"), "diverged"],
    [count("over-budget"), "over budget"],
    [count("incomparable"), "cannot be compared"],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, word]) => `${formatCount(number)} ${word}`);
  return `${plural(entries.length, "target")}: ${told.join(", ")}`;
}

/** A share of one in percent, never rounded up to all of it. */
export function percentText(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const percent = share < 1 ? Math.min(99.9, Math.max(0, share * 100)) : 100;
  return `${percent === 100 || percent === 0 ? percent : percent.toFixed(1)} %`;
}

/** `+20.0 %`; from tenfold on `×12`. */
export function changeText(change: number | null): string {
  if (change === null || !Number.isFinite(change)) return "–";
  if (change >= 9) return change >= 9998 ? "×9,999+" : `×${formatCount(1 + change)}`;
  return `${change < 0 ? "" : "+"}${(change * 100).toFixed(1)} %`;
}

const METRICS: Readonly<Record<string, string>> = {
  wall: "wall time",
  cpu: "CPU time",
  peakRss: "peak memory",
  readBytes: "bytes read",
  writtenBytes: "bytes written",
  syscallTime: "time in calls",
  mappedBytes: "mapped memory",
};

/** The name of a metric in words; `syscallTime at FILE:LINE` becomes `time in calls at FILE:LINE`. */
export function metricName(metric: string): string {
  const [, name, rest] = /^(\w+)(.*)$/su.exec(metric) ?? [];
  const words = name !== undefined && Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
  return safe(words === undefined ? metric : words + (rest ?? ""));
}

export const PERFORMANCE_WORDS: Readonly<Record<PerformanceResult["verdict"], string>> = {
  same: "same",
  regressed: "regressed",
  improved: "improved",
  busy: "the machine was busier",
  "not-enough-samples": "not enough samples",
  "other-machine": "other machine",
  missing: "not measured",
};

/** `wall time regressed (+20.0 %): 1.20 s in the golden, now 1.44 s`. */
export function performanceText({ metric, unit, golden, actual, change, verdict }: PerformanceResult): string {
  const by = change === null || !Number.isFinite(change) ? "" : ` (${changeText(change)})`;
  return `${metricName(metric)} ${PERFORMANCE_WORDS[verdict]}${by}: ${metricValue(golden, unit)} in the golden, now ${metricValue(actual, unit)}`;
}

/** `±2.1 %`: how much the golden's samples differ among themselves. */
export function noiseText(noise: number | null): string {
  if (noise === null || !Number.isFinite(noise)) return "–";
  return noise >= 9.99 ? "±999 %+" : `±${(noise * 100).toFixed(1)} %`;
}

/** Where a divergence is, beside its title: `src/model.c:88 in save, line 86 in the golden, thread main>worker`. */
export function whereText({ site, goldenSite, thread }: Divergence): string {
  const parts: string[] = [];
  if (site !== null) {
    parts.push(
      `${safe(site.file)}:${site.line}${site.function === "" ? "" : ` in ${safe(shortFunctionName(site.function))}`}`,
    );
    if (goldenSite !== null && goldenSite.file !== site.file) {
      parts.push(`${safe(goldenSite.file)}:${goldenSite.line} in the golden`);
    } else if (goldenSite !== null && goldenSite.line !== site.line) {
      parts.push(`line ${goldenSite.line} in the golden`);
    }
  } else if (goldenSite !== null) {
    const inside = goldenSite.function === "" ? "" : ` in ${safe(shortFunctionName(goldenSite.function))}`;
    parts.push(`${safe(goldenSite.file)}:${goldenSite.line}${inside} of the golden, a line that is gone`);
  }
  if (thread !== "" && thread !== "main") parts.push(`thread ${safe(thread)}`);
  return parts.join(", ");
}

/** `8 in the golden, 50 now`; empty where one side has none, or both as many. */
export function countsText({ golden, actual }: Divergence): string {
  if (golden.count === actual.count || golden.count === 0 || actual.count === 0) return "";
  return `${formatCount(golden.count)} in the golden, ${formatCount(actual.count)} now`;
}

/** What was seen and did not count, one line a reason; empty where there is nothing. */
export function ignoredTexts({ ignored }: Comparison, max: number): string[] {
  const reasons = [
    ["varies", "because the golden's samples differ in the same way"],
    ["rule", "by an ignore rule"],
  ] as const;
  const lines: string[] = [];
  for (const [reason, why] of reasons) {
    const items = ignored.filter((item) => item.reason === reason);
    if (items.length === 0) continue;
    const texts = items.slice(0, max).map((item) => safe(item.text, 120));
    const more = items.length > max ? `; and ${formatCount(items.length - max)} more` : "";
    lines.push(`Not counted, ${why}: ${texts.join("; ")}${more}`);
  }
  return lines;
}
