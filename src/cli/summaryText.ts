import { formatBytes, formatCount, formatNs, plural } from "../base/format.ts";
import type { RunSummary, ThreadSummary } from "../engine/query/summary.ts";
import { shellWord } from "../engine/write/shellWord.ts";
import { STRACE_HEADER, straceRows } from "../engine/write/straceSummary.ts";
import { cutToWidth, displayWidth, padEnd } from "./terminal/displayWidth.ts";
import { shown } from "./terminal/shown.ts";
import type { Style } from "./terminal/style.ts";
import { type Column, textTable } from "./terminal/textTable.ts";

export interface SummaryTextOptions {
  readonly style: Style;
  /** Columns to fill. */
  readonly width: number;
  /** Show every row of every table. */
  readonly all: boolean;
}

const TOP = { syscalls: 15, errors: 10, threads: 20, lines: 10, slowest: 5 } as const;

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

const LABEL_WIDTH = 12;

function header(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  const label = (name: string, text: string) => `${style.dim(padEnd(name, LABEL_WIDTH))}${text}`;
  const value = (text: string) => cutToWidth(shown(text), Math.max(20, width - LABEL_WIDTH));
  const recorder = [summary.recorder.id, summary.recorder.version].filter((part) => part !== "").join(" ");
  const filter = summary.recorder.filter === "" ? "" : `; only ${summary.recorder.filter}`;
  const marks = Object.entries(summary.meta).map(([name, value]) => `${name}=${value}`);
  return [
    style.bold(cutToWidth(shown(summary.run), width)),
    ...(summary.command.length === 0 ? [] : [label("command", value(summary.command.map(shellWord).join(" ")))]),
    ...(summary.cwd === "" ? [] : [label("directory", value(summary.cwd))]),
    label("started", summary.startedAt ?? "not known: the trace has no wall-clock times"),
    label("recorder", value(`${recorder} (${summary.recorder.reason}${filter})`)),
    label("exit", exitText(summary, style)),
    ...(marks.length === 0 ? [] : [label("marks", value(marks.join(" ")))]),
  ];
}

function exitText({ exit, state }: RunSummary, style: Style): string {
  if (exit === null) return style.warn(state === "recording" ? "not recorded" : "not known");
  if (exit.signal !== null) return style.bad(`killed by ${shown(exit.signal)}`);
  return exit.code === 0 ? style.good("0") : style.bad(String(exit.code));
}

function completeness(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  const remarks = summary.problems.filter((problem) => !problem.losesData);
  const losses = summary.problems.filter((problem) => problem.losesData);
  const bullet = (message: string) => cutLines(`  - ${shown(message)}`, width);
  const empty = summary.events === 0 && summary.recorder.id !== "none";
  if (summary.complete && !empty) {
    const events =
      summary.recorder.id === "none"
        ? "recorded without system calls"
        : `${plural(summary.events, "system call")}, none lost`;
    return [`${style.good("complete")}: ${events}`, ...remarks.flatMap(({ message }) => bullet(message))];
  }
  const lines: string[] = [];
  if (!summary.complete) {
    const why = summary.state === "recording" ? "the recording still goes on, or its recorder was killed. " : "";
    const lost = summary.lost > 0 ? `, ${formatCount(summary.lost)} known to be lost` : "";
    lines.push(style.bad("INCOMPLETE"));
    lines.push(
      ...cutLines(
        `  ${why}${plural(summary.events, "system call")} recorded${lost}. Do not draw conclusions from what is missing.`,
        width,
      ),
    );
  }
  if (empty) lines.push(style.bad("EMPTY: no system call was recorded; that proves nothing."));
  return [
    ...lines,
    ...losses.flatMap(({ message }) => bullet(message)),
    ...remarks.flatMap(({ message }) => bullet(message)),
  ];
}

function metrics(summary: RunSummary, { style }: SummaryTextOptions): string[] {
  const inCalls = summary.syscalls.reduce((total, row) => total + row.totalNs, 0);
  const cpu =
    summary.cpuNs === null
      ? ""
      : formatNs(summary.cpuNs) +
        (summary.wallNs ? ` (${Math.round((summary.cpuNs / summary.wallNs) * 100)} % of one CPU)` : "");
  const items: [string, string][] = [
    ["wall time", summary.wallNs === null ? "not known" : formatNs(summary.wallNs)],
    ["CPU time", cpu],
    ["in calls", summary.events === 0 ? "" : `${formatNs(inCalls)} over all threads, as the tracer saw it`],
    ["peak RSS", summary.peakRssBytes === null ? "" : formatBytes(summary.peakRssBytes)],
    [
      "I/O",
      summary.readBytes === null && summary.writtenBytes === null
        ? ""
        : `${size(summary.readBytes)} read, ${size(summary.writtenBytes)} written`,
    ],
    ["signals", summary.signals.map(({ signal, count }) => `${shown(signal)} × ${formatCount(count)}`).join(", ")],
  ];
  if (summary.cpuNs === null && summary.peakRssBytes === null) items.push(["metrics", "none: no sample was taken"]);
  return items
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${style.dim(padEnd(name, LABEL_WIDTH))}${value}`);
}

const right = (title: string): Column => ({ title, align: "right" });

function syscalls(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.syscalls.length === 0) return [];
  const { rows, total } = straceRows(summary.syscalls);
  const count = all ? rows.length : Math.min(TOP.syscalls, rows.length);
  const body = rows.slice(0, count).map((row, index) => {
    const { p50Ns, p99Ns, maxNs } = summary.syscalls[index]!;
    return [...row.slice(0, 5), formatNs(p50Ns), formatNs(p99Ns), formatNs(maxNs), shown(row[5])];
  });
  body.push([...total.slice(0, 5), "", "", "", "total"]);
  const columns: Column[] = [
    ...STRACE_HEADER.slice(0, 5).map((title) =>
      title === "usecs/call" ? { ...right(title), optional: 4 } : right(title),
    ),
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
    ...more(rows.length - count, "system call", style),
    ...(unreturned === "" ? [] : cutLines(`did not return: ${unreturned}`, width)),
  ];
}

function slowest(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
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
    right("at"),
    right("thread"),
    { title: "call", align: "left", flexible: true },
  ];
  return [style.bold("Slowest calls"), ...textTable(columns, rows, width, style)];
}

function errors(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.errors.length === 0) return [];
  const count = all ? summary.errors.length : TOP.errors;
  const rows = summary.errors
    .slice(0, count)
    .map((row) => [formatCount(row.count), shown(row.errno), shown(row.syscall), shown(row.path)]);
  const columns: Column[] = [
    right("count"),
    { title: "errno", align: "left" },
    { title: "syscall", align: "left" },
    { title: "path", align: "left", flexible: true },
  ];
  return [
    style.bold("Errors"),
    ...textTable(columns, rows, width, style),
    ...more(summary.errors.length - count, "kind of error", style, "kinds of error"),
  ];
}

function threads(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.threads.length === 0) return [];
  const ordered = threadTree(summary.threads);
  const count = all ? ordered.length : TOP.threads;
  const rows = ordered
    .slice(0, count)
    .map(({ thread, branch }) => [
      `${branch}${shown(thread.name) || "?"}`,
      thread.role,
      String(thread.tid),
      formatCount(thread.syscalls),
      formatNs(thread.syscallNs),
      thread.endNs === null ? "" : formatNs(thread.endNs - thread.startNs),
      threadExit(thread),
    ]);
  const columns: Column[] = [
    { title: "thread", align: "left", flexible: true },
    { title: "role", align: "left" },
    right("tid"),
    right("calls"),
    { ...right("in calls"), optional: 1 },
    { ...right("lived"), optional: 2 },
    { title: "exit", align: "left" },
  ];
  const processes = summary.threads.filter((thread) => thread.role !== "thread").length;
  const title = `${plural(processes, "process", "processes")}, ${plural(summary.threads.length, "thread")}`;
  return [
    style.bold(title),
    ...textTable(columns, rows, width, style),
    ...more(ordered.length - count, "thread", style),
  ];
}

function threadExit(thread: ThreadSummary): string {
  if (thread.exit === null) return "";
  return thread.exit.signal === null ? String(thread.exit.code) : shown(thread.exit.signal);
}

/** Threads with their children below them, indented; a chain deeper than this stops being indented further. */
const MAX_DEPTH = 12;

function threadTree(list: readonly ThreadSummary[]): { thread: ThreadSummary; branch: string }[] {
  const children = new Map<number, number[]>();
  for (const [index, thread] of list.entries()) {
    // A parent that comes later or is missing would make a cycle or an orphan: such threads are shown at the top.
    const parent = thread.parent >= 0 && thread.parent < index ? thread.parent : -1;
    const siblings = children.get(parent) ?? [];
    siblings.push(index);
    children.set(parent, siblings);
  }
  const ordered: { thread: ThreadSummary; branch: string }[] = [];
  const pending = (children.get(-1) ?? []).toReversed().map((index) => ({ index, depth: 0, branch: "", rails: "" }));
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    ordered.push({ thread: list[item.index]!, branch: item.branch });
    const below = children.get(item.index) ?? [];
    const deep = item.depth >= MAX_DEPTH;
    for (const [place, index] of below.toReversed().entries()) {
      const isLast = place === 0;
      pending.push({
        index,
        depth: item.depth + 1,
        branch: deep ? item.branch : `${item.rails}${isLast ? "└─ " : "├─ "}`,
        rails: deep ? item.rails : `${item.rails}${isLast ? "   " : "│  "}`,
      });
    }
  }
  return ordered;
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

function lines(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  const title = style.bold("Hot lines");
  if (summary.sites.length === 0) return [title, ...cutLines(shown(summary.sitesMissing ?? ""), width)];
  const count = all ? summary.sites.length : TOP.lines;
  const rows = summary.sites
    .slice(0, count)
    .map((site) => [
      formatNs(site.totalNs),
      formatCount(site.calls),
      shown(`${site.file}:${site.line}`),
      shown(site.function),
    ]);
  const columns: Column[] = [
    right("in calls"),
    right("calls"),
    { title: "line", align: "left", flexible: true },
    { title: "function", align: "left", flexible: true },
  ];
  return [title, ...textTable(columns, rows, width, style), ...more(summary.sites.length - count, "line", style)];
}

function environment(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  const set = Object.entries(summary.envSet);
  if (set.length === 0) return [];
  const text = set.map(([name, value]) => `${name}=${shellWord(value)}`).join(" ");
  return [style.bold("Set so that the program logs at TRACE level"), ...cutLines(shown(text), width)];
}

function artifacts(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
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
    { title: "SHA-256 begins", align: "left" },
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

function more(count: number, noun: string, style: Style, many?: string): string[] {
  return count > 0 ? [style.dim(`… and ${plural(count, noun, many)} more (--all shows them)`)] : [];
}

function size(bytes: number | null): string {
  return bytes === null ? "unknown" : formatBytes(bytes);
}

/** Breaks text at spaces into lines of at most `width` columns, following lines indented a little further than the first. */
function cutLines(text: string, width: number): string[] {
  const indent = " ".repeat(text.length - text.trimStart().length);
  const result: string[] = [];
  let line = "";
  for (const whole of text.trim().split(" ")) {
    const word = cutToWidth(whole, width - indent.length - 2);
    const candidate = line === "" ? indent + word : `${line} ${word}`;
    if (line !== "" && displayWidth(candidate) > width) {
      result.push(line);
      line = `${indent}${indent === "" ? "" : "  "}${word}`;
    } else {
      line = candidate;
    }
  }
  return [...result, line];
}
