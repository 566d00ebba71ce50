import { formatCount } from "../../base/format.ts";
import type { RunSummary } from "../../engine/query/summary.ts";
import { environment } from "./environment.ts";
import { completeness, header, metrics } from "./overview.ts";
import type { SummaryTextOptions } from "./section.ts";
import { artifacts, errors, lines, slowest, syscalls } from "./tables.ts";
import { threads } from "./threads.ts";

/** The summary as `goldentrace show` prints it, ending with a line feed. Everything from the program is escaped. */
export function summaryText(summary: RunSummary, options: SummaryTextOptions): string {
  const sections = [
    header(summary, options),
    completeness(summary, options),
    metrics(summary, options),
    syscalls(summary, options),
    slowest(summary, options),
    errors(summary, options),
    threads(summary, options),
    logs(summary, options),
    lines(summary, options),
    environment(summary, options),
    artifacts(summary, options),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

function logs(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  const entries = Object.entries(summary.logs);
  if (entries.length === 0) return [];
  const lines: string[] = [];
  let room = 0;
  for (const [level, count] of entries) {
    const part = `${level === "none" ? "without a level" : level} ${formatCount(count)}`;
    const coloured =
      level === "ERROR" || level === "CRITICAL" ? style.bad(part) : level === "WARNING" ? style.warn(part) : part;
    if (part.length + 2 > room) {
      lines.push(coloured);
      room = width - part.length;
    } else {
      lines.push(`${lines.pop()}  ${coloured}`);
      room -= part.length + 2;
    }
  }
  return [style.bold("Log lines"), ...lines];
}
