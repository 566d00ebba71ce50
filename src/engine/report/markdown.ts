import { formatCount, plural } from "../../base/format.ts";
import type { BudgetResult, Comparison, Divergence, PerformanceResult } from "../../protocol/comparison.ts";
import { bySeverity, metricValue } from "../view/divergenceWords.ts";
import { code, plain, table } from "../write/markdownText.ts";
import type { CheckEntry, CheckOutcome, CheckReport } from "./checkReport.ts";
import { diffLines } from "./eventLines.ts";
import { safe } from "./safeText.ts";
import {
  changeText,
  countsText,
  durationText,
  ignoredTexts,
  metricName,
  noiseText,
  outcomeText,
  PERFORMANCE_WORDS,
  percentText,
  reasonText,
  totalsText,
  whereText,
} from "./words.ts";

/** GitHub drops the whole summary of a step that is larger than 1 MiB; some of it is left to what else the step writes. */
export const MAX_MARKDOWN_BYTES = 1_000_000;
const SHOWN_DIVERGENCES = 50;
const SHOWN_IGNORED = 10;
/** Rows of the table of targets. */
const SHOWN_TARGETS = 1_000;

const SYMBOLS: Readonly<Record<CheckOutcome, string>> = {
  holds: "✅",
  diverged: "❌",
  "over-budget": "⚠️",
  incomparable: "❔",
};
const ORDER: readonly CheckOutcome[] = ["incomparable", "diverged", "over-budget", "holds"];

/** GitHub- and GitLab-flavoured Markdown for the summary of a job or a merge request: a table of targets, and what differs, folded. */
export function markdownReport(report: CheckReport): string {
  const entries = [...report.entries].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  const head = [`## Goldentrace: ${totalsText(entries)}`, ...(entries.length === 0 ? [] : [targets(entries)])];
  const parts = [`${head.join("\n\n")}\n`];
  let room = MAX_MARKDOWN_BYTES - utf8Length(parts[0]!) - 500;
  let left = 0;
  for (const entry of entries) {
    const section = details(entry);
    if (section === "") continue;
    const length = utf8Length(section) + 1;
    // One section that is too large does not hide smaller ones after it.
    if (length > room) left++;
    else {
      parts.push(section);
      room -= length;
    }
  }
  if (left > 0) {
    parts.push(
      `> ${left === 1 ? "The details of 1 target are" : `The details of ${formatCount(left)} targets are`} left out: the summary would be too large. The other reports have them.\n`,
    );
  }
  return parts.join("\n");
}

function targets(entries: readonly CheckEntry[]): string {
  const rows = entries
    .slice(0, SHOWN_TARGETS)
    .map((entry) => [
      SYMBOLS[entry.outcome],
      code(safe(entry.target)),
      outcomeText(entry).replace(/, confidence [^,]*$/, ""),
      entry.outcome === "incomparable" ? "–" : percentText(entry.comparison.confidence),
      durationText(entry.durationMs),
    ]);
  const more = entries.length - SHOWN_TARGETS;
  return [
    table(["", "Target", "Outcome", "Confidence", "Time"], "lllrr", rows),
    ...(more > 0 ? [`… and ${plural(more, "more target", "more targets")}.`] : []),
  ].join("\n\n");
}

/** What there is to say about one target; empty where it just holds. */
function details(entry: CheckEntry): string {
  const { comparison, outcome } = entry;
  const blocks =
    outcome === "incomparable"
      ? [prose(reasonText(comparison)), ...remarks(comparison)]
      : [
          ...divergences(comparison.divergences),
          ...performance(comparison.performance),
          ...budgets(comparison.budgets),
          ...remarks(comparison),
        ];
  if (blocks.length === 0) return "";
  const open = outcome === "holds" ? "" : " open";
  const summary = `${SYMBOLS[outcome]} <b>${escapeHtml(safe(entry.target))}</b> ${escapeHtml(outcomeText(entry))}`;
  return `<details${open}><summary>${summary}</summary>\n\n${blocks.join("\n\n")}\n\n</details>\n`;
}

function divergences(all: readonly Divergence[]): string[] {
  const ranked = [...all].sort(bySeverity);
  const told = ranked.slice(0, SHOWN_DIVERGENCES).map(divergence);
  const left = ranked.length - told.length;
  return left > 0 ? [...told, `… and ${formatCount(left)} more differences.`] : told;
}

const SEVERITY_SYMBOLS: Readonly<Record<Divergence["severity"], string>> = { high: "🔴", medium: "🟠", low: "⚪" };

function divergence(divergence: Divergence): string {
  const title = `${SEVERITY_SYMBOLS[divergence.severity]} **${prose(safe(divergence.title, 500)).trim()}**`;
  const where = [whereText(divergence), countsText(divergence)].filter((text) => text !== "").map((text) => code(text));
  const lines = diffLines(divergence);
  // Every line begins with a sign or an ellipsis, so that none of them can end the block.
  const diff = lines.length === 0 ? [] : [["```diff", ...lines, "```"].join("\n")];
  return [[title, ...where].join("<br>\n"), ...diff].join("\n\n");
}

function performance(results: readonly PerformanceResult[]): string[] {
  const told = results.filter(({ verdict }) => verdict !== "same" && verdict !== "missing");
  if (told.length === 0) return [];
  const rows = told
    .slice(0, SHOWN_DIVERGENCES)
    .map(({ metric, unit, golden, actual, change, noise, verdict }) => [
      code(metricName(metric)),
      metricValue(golden, unit),
      metricValue(actual, unit),
      changeText(change),
      noiseText(noise),
      verdict === "regressed" ? "🔺 regressed" : PERFORMANCE_WORDS[verdict],
    ]);
  return [table(["Performance", "Golden", "Now", "Change", "Noise", ""], "lrrrrl", rows)];
}

function budgets(all: readonly BudgetResult[]): string[] {
  const told = all.filter(({ passed }) => !passed);
  if (told.length === 0) return [];
  const rows = told
    .slice(0, SHOWN_DIVERGENCES)
    .map(({ name, message, severity, inconclusive }) => [
      inconclusive ? "❔" : severity === "error" ? "❌" : "⚠️",
      code(safe(name)),
      prose(safe(message, 500)),
    ]);
  return [table(["", "Budget", ""], "lll", rows)];
}

function remarks(comparison: Comparison): string[] {
  return [
    ...ignoredTexts(comparison, SHOWN_IGNORED),
    ...comparison.notes.slice(0, SHOWN_IGNORED).map((note) => `Note: ${safe(note, 500)}`),
  ].map((text) => prose(text));
}

/** Text with everything that is markup escaped, and without links and mentions, which need no markup; names in backticks are code. */
function prose(text: string): string {
  return text
    .split(/(`[\w.:>()-]{1,100}`)/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : unlinked(plain(part))))
    .join("");
}

/** A zero-width space keeps `@user`, `https://…` and `www.…` from being mentions and links. */
function unlinked(text: string): string {
  return text.replace(/@|:\/\/|www\./gi, (found) => `${found[0]}\u200b${found.slice(1)}`);
}

function escapeHtml(text: string): string {
  return unlinked(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
