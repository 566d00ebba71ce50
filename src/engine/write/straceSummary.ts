import type { SyscallSummary } from "../query/summary.ts";
import type { TraceWriter } from "./writer.ts";

/** One row as strings, right-aligned columns first. */
export type StraceRow = readonly [
  percent: string,
  seconds: string,
  usecsPerCall: string,
  calls: string,
  errors: string,
  name: string,
];

export const STRACE_HEADER: StraceRow = ["% time", "seconds", "usecs/call", "calls", "errors", "syscall"];
const WIDTHS = [6, 11, 11, 9, 9, 16] as const;

/** The rows of `strace -c`, and its total: seconds with six digits, whole microseconds a call, no zero in `errors`. */
export function straceRows(syscalls: readonly SyscallSummary[]): { rows: readonly StraceRow[]; total: StraceRow } {
  const all = { name: "total", calls: 0, errors: 0, totalNs: 0 };
  for (const row of syscalls) {
    all.calls += row.calls;
    all.errors += row.errors;
    all.totalNs += row.totalNs;
  }
  const rows = syscalls.map((row) => straceRow(row, all.totalNs === 0 ? 0 : (row.totalNs / all.totalNs) * 100));
  return { rows, total: straceRow(all, 100) };
}

function straceRow(row: Pick<SyscallSummary, "name" | "calls" | "errors" | "totalNs">, percent: number): StraceRow {
  return [
    percent.toFixed(2),
    (row.totalNs / 1e9).toFixed(6),
    String(row.calls === 0 ? 0 : Math.floor(row.totalNs / 1000 / row.calls)),
    String(row.calls),
    row.errors === 0 ? "" : String(row.errors),
    row.name,
  ];
}

/** The table of `strace -c`, column for column: what scripts that read `*_summary.txt` files expect. Ends with a line feed. */
export function straceSummaryText(syscalls: readonly SyscallSummary[]): string {
  const { rows, total } = straceRows(syscalls);
  const widths = WIDTHS.map((width, column) =>
    column === 5 ? width : Math.max(width, ...rows.map((row) => row[column]!.length), total[column]!.length),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 5 ? cell : cell.padStart(widths[column] as number))).join(" ");
  const rule = widths.map((width) => "-".repeat(width)).join(" ");
  return `${[line(STRACE_HEADER), rule, ...rows.map(line), rule, line(total)].join("\n")}\n`;
}

export const straceSummaryWriter: TraceWriter = {
  id: "strace-summary",
  description: "the table of `strace -c`: time, calls and errors by system call",
  extension: ".txt",
  *write({ summary }) {
    yield straceSummaryText(summary.syscalls);
  },
};
