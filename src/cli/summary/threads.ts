import { formatCount, formatNs, plural } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { type Column, right, textTable } from "../../base/terminal/textTable.ts";
import type { RunSummary, ThreadSummary } from "../../engine/query/summary.ts";
import { more, type SummaryTextOptions } from "./section.ts";

const TOP = 20;

/** The process tree, a line a thread. */
export function threads(summary: RunSummary, { style, width, all }: SummaryTextOptions): string[] {
  if (summary.threads.length === 0) return [];
  const ordered = threadTree(summary.threads);
  const count = all ? ordered.length : TOP;
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
    { title: "role", align: "left", optional: 3 },
    right("tid"),
    right("calls"),
    { ...right("in calls"), optional: 1 },
    { ...right("lived"), optional: 2 },
    { title: "exit", align: "left" },
  ];
  const processes = summary.threads.filter((thread) => thread.role !== "thread").length;
  const title = `${plural(processes, "process", "processes")}, ${plural(summary.threads.length, "thread")}`;
  return [style.bold(title), ...textTable(columns, rows, width, style), ...more(ordered.length - count, style)];
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
