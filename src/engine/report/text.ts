import { formatCount } from "../../base/format.ts";
import { displayWidth, padEnd } from "../../base/terminal/displayWidth.ts";
import { PLAIN_STYLE, type Style } from "../../base/terminal/style.ts";
import { type Column, right, textTable } from "../../base/terminal/textTable.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { BudgetResult, Divergence, PerformanceResult } from "../../protocol/comparison.ts";
import { bySeverity, metricValue } from "../view/divergenceWords.ts";
import type { CheckEntry, CheckOutcome, CheckReport } from "./checkReport.ts";
import { diffLines, SHOWN_EVENTS, sideLines } from "./eventLines.ts";
import type { ReportOptions } from "./options.ts";
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
  reasonText,
  totalsText,
  whereText,
} from "./words.ts";

/** Divergences of one target that are told unless all are asked for. */
const SHOWN_DIVERGENCES = 20;
const SHOWN_IGNORED = 3;
const NARROWEST = 40;
/** From this width on the two sides stand beside each other. */
const SIDE_BY_SIDE = 100;

const SYMBOLS: Readonly<Record<CheckOutcome, string>> = {
  holds: "✓",
  diverged: "✗",
  "over-budget": "!",
  incomparable: "?",
};
const SEVERITY_SYMBOLS: Readonly<Record<Divergence["severity"], string>> = { high: "●", medium: "○", low: "·" };

/** A report for terminals: a line a target, what differs below it, and the totals. No line is wider than `options.columns`. */
export function textReport(report: CheckReport, options: ReportOptions = {}): string {
  const layout = layoutOf(options);
  const lines: string[] = [];
  let wasLong = false;
  for (const entry of report.entries) {
    const told = [...headLines(entry, layout), ...entryLines(entry, options)];
    const isLong = told.length > 1;
    // Targets with something to tell stand apart; a row of those that hold stays a row.
    if (lines.length > 0 && (isLong || wasLong)) lines.push("");
    lines.push(...told);
    wasLong = isLong;
  }
  if (lines.length > 0) lines.push("");
  lines.push(...closing(report, layout));
  return `${lines.join("\n")}\n`;
}

interface Layout {
  readonly width: number;
  readonly style: Style;
  readonly all: boolean;
}

function layoutOf({ columns = 80, style = PLAIN_STYLE, all = false }: ReportOptions): Layout {
  return { width: Math.max(NARROWEST, Math.floor(columns)), style, all };
}

/** Everything about one target below its head line, indented; also what other reporters show as plain text. */
export function entryLines(entry: CheckEntry, options: ReportOptions = {}): string[] {
  const layout = layoutOf(options);
  const { comparison, outcome } = entry;
  if (outcome === "incomparable") {
    return [...wrapped(`  ${reasonText(comparison)}`, layout), ...remarks(entry, layout)];
  }
  const lines = [
    ...divergenceLines(comparison.divergences, layout),
    ...performanceLines(comparison.performance, layout),
    ...budgetLines(comparison.budgets, layout),
  ];
  const said = remarks(entry, layout);
  return lines.length > 0 && said.length > 0 ? [...lines, "", ...said] : [...lines, ...said];
}

function headLines(entry: CheckEntry, { width, style }: Layout): string[] {
  const colour = outcomeStyle(entry.outcome, style);
  const symbol = SYMBOLS[entry.outcome];
  const name = safe(entry.target);
  const said = outcomeText(entry);
  const took = durationText(entry.durationMs);
  const head = `${symbol} ${name}  ${said}`;
  const room = width - displayWidth(took) - 2;
  if (displayWidth(head) <= room) {
    return [
      `${colour(symbol)} ${style.bold(name)}  ${said}${" ".repeat(room + 2 - displayWidth(head))}${style.dim(took)}`,
    ];
  }
  const [first = "", ...rest] = wrapText(`${symbol} ${name}`, width - 2);
  return [
    `${colour(symbol)}${style.bold(first.slice(symbol.length))}`,
    ...rest.map((line) => style.bold(`  ${line}`)),
    ...wrapText(`  ${said}, ${took}`, width),
  ];
}

function outcomeStyle(outcome: CheckOutcome, style: Style): (text: string) => string {
  return outcome === "holds" ? style.good : outcome === "over-budget" ? style.warn : style.bad;
}

function divergenceLines(divergences: readonly Divergence[], layout: Layout): string[] {
  const ranked = [...divergences].sort(bySeverity);
  const told = layout.all ? ranked : ranked.slice(0, SHOWN_DIVERGENCES);
  const left = ranked.length - told.length;
  return [
    ...told.flatMap((divergence) => oneDivergence(divergence, layout)),
    ...(left > 0 ? wrapped(`  … and ${formatCount(left)} more differences`, layout) : []),
  ];
}

function oneDivergence(divergence: Divergence, layout: Layout): string[] {
  const { style, width } = layout;
  const symbol = SEVERITY_SYMBOLS[divergence.severity];
  const colour = divergence.severity === "high" ? style.bad : divergence.severity === "medium" ? style.warn : style.dim;
  const [first = "", ...rest] = wrapText(`  ${symbol} ${safe(divergence.title, 500)}`, width);
  return [
    "",
    `  ${colour(symbol)}${style.bold(first.slice(2 + symbol.length))}`,
    ...rest.map((line) => style.bold(line)),
    ...[whereText(divergence), countsText(divergence)]
      .filter((text) => text !== "")
      .flatMap((text) => wrapped(`    ${text}`, layout, style.dim)),
    ...eventLines(divergence, layout),
  ];
}

function eventLines(divergence: Divergence, { width, style, all }: Layout): string[] {
  const max = all ? Number.POSITIVE_INFINITY : SHOWN_EVENTS;
  const golden = sideLines(divergence.golden, max);
  const actual = sideLines(divergence.actual, max);
  const half = Math.floor((width - 4 - 3) / 2);
  const fits = [...golden, ...actual].every((line) => displayWidth(line) <= half);
  if (width >= SIDE_BY_SIDE && golden.length > 0 && actual.length > 0 && fits) {
    const row = (left: string, rightSide: string) => `    ${padEnd(left, half)} │ ${rightSide}`.trimEnd();
    const rows = Array.from({ length: Math.max(golden.length, actual.length) }, (_, index) =>
      row(golden[index] ?? "", actual[index] ?? ""),
    );
    return [style.dim(row("golden", "now")), ...rows];
  }
  return diffLines(divergence, max).flatMap((line) => {
    const colour = line.startsWith("-") ? style.bad : style.good;
    return hanging(line, "    ", width).map(colour);
  });
}

/** Breaks a line of a diff at spaces; what follows stands below its text and not below its sign. */
function hanging(line: string, indent: string, width: number): string[] {
  const room = width - indent.length - 2;
  return wrapText(line.slice(2), room).map((part, index) => `${indent}${index === 0 ? line.slice(0, 2) : "  "}${part}`);
}

const PERFORMANCE_COLUMNS: readonly Column[] = [
  { title: "", align: "left", flexible: true, minimum: 9 },
  { title: "golden", align: "right", optional: 3 },
  right("now"),
  { title: "change", align: "right", optional: 4 },
  { title: "noise", align: "right", optional: 1 },
  { title: "verdict", align: "left", optional: 2 },
];

function performanceLines(results: readonly PerformanceResult[], layout: Layout): string[] {
  const { style, width, all } = layout;
  const told = results.filter(({ verdict }) => all || verdict === "regressed" || verdict === "improved");
  const lines: string[] = [];
  if (told.length > 0) {
    const rows = told.map(({ metric, unit, golden, actual, change, noise, verdict }) => [
      metricName(metric),
      metricValue(golden, unit),
      metricValue(actual, unit),
      changeText(change),
      noiseText(noise),
      PERFORMANCE_WORDS[verdict],
    ]);
    const colourCell = (padded: string, row: number, column: number) => {
      const verdict = told[row]!.verdict;
      if (column !== 3 && column !== 5) return padded;
      return verdict === "regressed" ? style.bad(padded) : verdict === "improved" ? style.good(padded) : padded;
    };
    const table = textTable(PERFORMANCE_COLUMNS, rows, width - 4, style, colourCell);
    lines.push("", style.bold("  Performance"), ...table.map((line) => `    ${line}`));
  }
  for (const verdict of ["busy", "not-enough-samples", "other-machine"] as const) {
    const names = results.filter((result) => result.verdict === verdict).map(({ metric }) => metricName(metric));
    if (names.length === 0 || all) continue;
    const few = names.length > SHOWN_IGNORED + 1 ? names.slice(0, SHOWN_IGNORED) : names;
    const more = names.length > few.length ? ` and ${formatCount(names.length - few.length)} more` : "";
    lines.push(...wrapped(`  Not judged (${PERFORMANCE_WORDS[verdict]}): ${few.join(", ")}${more}`, layout, style.dim));
  }
  return lines;
}

function budgetLines(budgets: readonly BudgetResult[], layout: Layout): string[] {
  const { style, all } = layout;
  const told = budgets.filter(({ passed }) => all || !passed);
  if (told.length === 0) return [];
  const lines = told.flatMap(({ name, message, passed, inconclusive, severity, source }) => {
    const symbol = passed ? "✓" : inconclusive ? "?" : severity === "error" ? "✗" : "!";
    const colour = passed ? style.good : severity === "error" ? style.bad : style.warn;
    const file = source.file.slice(source.file.lastIndexOf("/") + 1);
    const where = source.line > 0 ? ` (${safe(file)}:${source.line})` : "";
    const [first = "", ...rest] = wrapText(`    ${symbol} ${safe(name)}: ${safe(message, 500)}${where}`, layout.width);
    return [`    ${colour(symbol)}${first.slice(4 + symbol.length)}`, ...rest];
  });
  const passed = budgets.filter((budget) => budget.passed).length;
  const held =
    passed > 0 && !all ? [style.dim(`    ${formatCount(passed)} of ${formatCount(budgets.length)} hold`)] : [];
  return ["", style.bold("  Budgets"), ...lines, ...held];
}

/** What did not count, and how the comparison was done. */
function remarks({ comparison }: CheckEntry, layout: Layout): string[] {
  const max = layout.all ? Number.POSITIVE_INFINITY : SHOWN_IGNORED;
  const notes = comparison.notes.slice(0, layout.all ? undefined : 5).map((note) => `Note: ${safe(note, 500)}`);
  return [...ignoredTexts(comparison, max), ...notes].flatMap((text) => wrapped(`  ${text}`, layout, layout.style.dim));
}

function closing(report: CheckReport, layout: Layout): string[] {
  const worst = (["incomparable", "diverged", "over-budget"] as const).find((outcome) =>
    report.entries.some((entry) => entry.outcome === outcome),
  );
  const colour = outcomeStyle(worst ?? "holds", layout.style);
  return wrapText(totalsText(report.entries), layout.width).map((line) =>
    report.entries.length === 0 ? line : colour(line),
  );
}

function wrapped(text: string, { width }: Layout, colour: (line: string) => string = (line) => line): string[] {
  return wrapText(text, width).map(colour);
}
