import { formatBytes, formatCount, formatNs } from "../../base/format.ts";
import { shortFunctionName } from "../../base/functionName.ts";
import { shown } from "../../base/terminal/shown.ts";
import { type Column, right, textTable } from "../../base/terminal/textTable.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { RunSummary } from "../../engine/query/summary.ts";
import { STRACE_HEADER, straceRows } from "../../engine/write/straceSummary.ts";
import { more, type SummaryTextOptions } from "./section.ts";

const TOP = { syscalls: 15, errors: 10, lines: 10, slowest: 5 } as const;

/** What `strace -c` shows too, but a narrow terminal has no room for. */
const OPTIONAL_COLUMNS: Readonly<Record<string, { readonly optional: number }>> = {
  "usecs/call": { optional: 4 },
  seconds: { optional: 5 },
};

/** The columns of `strace -c`, with percentiles. */
export function syscalls(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.syscalls.length === 0) return [];
  const { rows, total } = straceRows(summary.syscalls);
  const count = all ? rows.length : Math.min(TOP.syscalls, rows.length);
  const body = rows.slice(0, count).map((row, index) => {
    const { p50Ns, p99Ns, maxNs } = summary.syscalls[index]!;
    return [...row.slice(0, 5), formatNs(p50Ns), formatNs(p99Ns), formatNs(maxNs), shown(row[5])];
  });
  body.push([...total.slice(0, 5), "", "", "", "total"]);
  const columns: Column[] = [
    ...STRACE_HEADER.slice(0, 5).map((title) => ({ ...right(title), ...OPTIONAL_COLUMNS[title] })),
    { ...right("p50"), optional: 1 },
    { ...right("p99"), optional: 2 },
    { ...right("max"), optional: 3 },
    { title: "syscall", align: "left", flexible: true },
  ];
  const unreturned = summary.unreturned.map(({ name, calls }) => `${shown(name)} × ${formatCount(calls)}`).join(", ");
  return [
    ...textTable(columns, body, width, style, (cell, row, column) => {
      if (row === body.length - 1) return style.bold(cell);
      return column === 4 ? style.bad(cell) : cell;
    }),
    ...more(rows.length - count, style),
    ...(unreturned === "" ? [] : wrapText(`did not return: ${unreturned}`, width)),
  ];
}

/** The calls that took longest. */
export function slowest(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  const calls = all ? summary.slowest : summary.slowest.slice(0, TOP.slowest);
  if (calls.length === 0) return [];
  const rows = calls.map((call) => [
    formatNs(call.durationNs),
    formatNs(call.startNs),
    String(call.tid),
    shown(`${call.name}(${call.args}) = ${call.result}`),
  ]);
  const columns: Column[] = [
    right("took"),
    { ...right("at"), optional: 1 },
    { ...right("thread"), optional: 2 },
    { title: "call", align: "left", flexible: true, minimum: 28 },
  ];
  return [style.bold("Slowest calls"), ...textTable(columns, rows, width, style)];
}

/** Failed calls by errno, call and path. */
export function errors(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.errors.length === 0) return [];
  const count = all ? summary.errors.length : TOP.errors;
  const rows = summary.errors
    .slice(0, count)
    .map((row) => [formatCount(row.count), shown(row.errno), shown(row.syscall), shown(row.path)]);
  const columns: Column[] = [
    right("count"),
    { title: "errno", align: "left" },
    { title: "syscall", align: "left", flexible: true },
    { title: "path", align: "left", flexible: true },
  ];
  return [
    style.bold("Errors"),
    ...textTable(columns, rows, width, style),
    ...more(summary.errors.length - count, style),
  ];
}

/** Source lines by the time spent in their calls, or why there are none. */
export function lines(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  const title = style.bold("Hot lines");
  if (summary.sites.length === 0) return [title, ...wrapText(shown(summary.sitesMissing ?? ""), width)];
  const count = all ? summary.sites.length : TOP.lines;
  const rows = summary.sites
    .slice(0, count)
    .map((site) => [
      formatNs(site.totalNs),
      formatCount(site.calls),
      shown(`${site.file}:${site.line}`),
      shown(shortFunctionName(site.function)),
    ]);
  const columns: Column[] = [
    right("in calls"),
    right("calls"),
    { title: "line", align: "left", flexible: true },
    { title: "function", align: "left", flexible: true },
  ];
  return [title, ...textTable(columns, rows, width, style), ...more(summary.sites.length - count, style)];
}

/** Files that were kept, and whether they are as they were. */
export function artifacts(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  if (summary.artifacts.length === 0) return [];
  const rows = summary.artifacts.map((file) => [
    shown(file.path),
    formatBytes(file.bytes),
    file.sha256.slice(0, 16),
    file.state,
  ]);
  const columns: Column[] = [
    { title: "file", align: "left", flexible: true },
    right("size"),
    { title: "SHA-256 begins", align: "left", optional: 1 },
    { title: "state", align: "left" },
  ];
  return [
    style.bold("Artifacts"),
    ...textTable(columns, rows, width, style, (cell, row, column) => {
      if (column !== 3) return cell;
      return summary.artifacts[row]?.state === "verified" ? style.good(cell) : style.bad(cell);
    }),
  ];
}
