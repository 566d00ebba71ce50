import type { CheckEntry, CheckReport } from "./checkReport.ts";
import { findings } from "./findings.ts";
import type { ReportOptions } from "./options.ts";
import { safe } from "./safeText.ts";
import { entryLines } from "./text.ts";
import { outcomeText, reasonText } from "./words.ts";

/** Columns of the texts inside: too few for sides beside each other, which few viewers show in a fixed pitch. */
const WIDTH = 99;

/**
 * JUnit XML, as Jenkins, GitLab, Azure and others read it: one suite, one case a target. What differs is a failure with the diff;
 * what could not be compared is an error. Warnings and remarks of a target that holds are its output.
 */
export function junitReport(report: CheckReport, options: ReportOptions = {}): string {
  const { entries } = report;
  const failures = entries.filter(({ outcome }) => outcome === "diverged" || outcome === "over-budget").length;
  const errors = entries.filter(({ outcome }) => outcome === "incomparable").length;
  const counts = {
    tests: String(entries.length),
    failures: String(failures),
    errors: String(errors),
    skipped: "0",
    time: seconds(entries.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
  const places = new Map<string, string>();
  for (const { target, place } of findings(report, options)) {
    if (place !== null && !places.has(target)) places.set(target, place.file);
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="goldentrace"${attributes(counts)}>`,
    `  <testsuite name="goldentrace check"${attributes(counts)}>`,
    ...entries.flatMap((entry) => testCase(entry, places.get(safe(entry.target)))),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(entry: CheckEntry, file: string | undefined): string[] {
  const named = {
    name: safe(entry.target),
    classname: "goldentrace",
    time: seconds(entry.durationMs),
    ...(file === undefined ? {} : { file }),
  };
  const body = entryLines(entry, { columns: WIDTH, all: true }).join("\n").replace(/^\n+/, "");
  const element = (name: string, about: Readonly<Record<string, string>>, text: string) =>
    `      <${name}${attributes(about)}>${escapeXml(text)}</${name}>`;
  const content: Readonly<Record<CheckEntry["outcome"], string[]>> = {
    holds: body === "" ? [] : [element("system-out", {}, body)],
    diverged: [element("failure", { type: "diverged", message: outcomeText(entry) }, body)],
    "over-budget": [element("failure", { type: "over-budget", message: outcomeText(entry) }, body)],
    incomparable: [element("error", { type: "incomparable", message: reasonText(entry.comparison) }, body)],
  };
  const inside = content[entry.outcome];
  if (inside.length === 0) return [`    <testcase${attributes(named)}/>`];
  return [`    <testcase${attributes(named)}>`, ...inside, "    </testcase>"];
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`)
    .join("");
}

/** What XML 1.0 does not allow, not even escaped (§2.2), is replaced; lone surrogates among it. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function seconds(durationMs: number): string {
  return (Number.isFinite(durationMs) ? Math.max(0, durationMs) / 1000 : 0).toFixed(3);
}
