import { formatCount, plural } from "../../base/format.ts";
import { truncate } from "../../base/text.ts";
import type { CheckReport } from "./checkReport.ts";
import { type Finding, type FindingLevel, findings } from "./findings.ts";
import type { ReportOptions } from "./options.ts";
import { safe } from "./safeText.ts";
import { totalsText } from "./words.ts";

/** GitHub keeps this many annotations of each level of a step, and drops the rest without a word. */
export const MAX_ANNOTATIONS = 10;
/** The runner's own limit on titles is 255. */
const MAX_TITLE = 250;

/**
 * Workflow commands for GitHub Actions, for standard output: the ten most important errors and warnings as annotations on their lines,
 * how many are left out, and a line of totals. The Markdown report belongs into `$GITHUB_STEP_SUMMARY` beside it.
 */
export function githubReport(report: CheckReport, options: ReportOptions = {}): string {
  const all = findings(report, options);
  const told = (["error", "warning"] as const).flatMap((level) =>
    all.filter((finding) => finding.level === level).slice(0, MAX_ANNOTATIONS),
  );
  const lines = told.map(annotation);
  const left = leftOut(all);
  const totals = totalsText(report.entries);
  if (left !== "") {
    lines.push(
      command(
        "notice",
        { title: "Goldentrace" },
        `${totals}. Without an annotation: ${left}; see the summary of the job.`,
      ),
    );
  }
  lines.push(`Goldentrace: ${totals}`);
  return `${lines.join("\n")}\n`;
}

function annotation(finding: Finding): string {
  const { place, target, label, title, details } = finding;
  return command(
    finding.level === "error" ? "error" : "warning",
    {
      // The runner looks for older kinds of commands anywhere in a line: a path that could be one is not annotated.
      ...(place === null || safe(place.file) !== place.file ? {} : { file: place.file, line: String(place.line) }),
      title: truncate(`${target}: ${label}`, MAX_TITLE),
    },
    [title, ...details].join("\n"),
  );
}

/** What is not annotated, by level: `3 errors, 1 warning, 2 notes`; empty where everything is. */
function leftOut(all: readonly Finding[]): string {
  const count = (level: FindingLevel) => all.filter((finding) => finding.level === level).length;
  return [
    plural(Math.max(0, count("error") - MAX_ANNOTATIONS), "error"),
    plural(Math.max(0, count("warning") - MAX_ANNOTATIONS), "warning"),
    plural(count("note"), "note"),
  ]
    .filter((text) => !text.startsWith(`${formatCount(0)} `))
    .join(", ");
}

/** A workflow command as `@actions/core` writes it. Nothing in its parts can end it or begin another. */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const told = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name} ${told.join(",")}::${escapeData(message)}`;
}

/** The runner undoes these, in the reverse order, with percent signs last. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
