/** One row of the table that `renacer -c` and `strace -c` print. */
export interface SummaryRow {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  /** Time of all calls together. */
  readonly totalNs: number;
}

export interface SummaryTable {
  readonly rows: readonly SummaryRow[];
  /** Sum of the calls of all rows. */
  readonly calls: number;
  /** What is wrong with the table, as the end of a sentence; undefined when it is whole. */
  readonly problem: string | undefined;
}

const HEADER = /^ *% time +seconds +usecs\/call +calls +errors +syscall *$/gm;
const ROW = /^ *\d+\.\d+ +(\d+\.\d+) +\d+ +(\d+)(?: +(\d+))? +([a-zA-Z_]\w*|\S+) *$/;
const RULE = /^ *-+(?: -+){5} *$/;
/** A table has a row for each name; a kernel has not many more names than this. */
const MAX_ROWS = 10_000;

export function hasSummaryTable(text: string): boolean {
  return text.search(HEADER) !== -1;
}

/**
 * The last table in a text, which may have a program's output around it; undefined when there is none.
 * Format: `% time     seconds  usecs/call     calls    errors syscall`, a rule, rows, a rule, the total.
 */
export function findSummaryTable(text: string): SummaryTable | undefined {
  const header = [...text.matchAll(HEADER)].at(-1);
  if (header === undefined) return undefined;
  const rows: SummaryRow[] = [];
  const lines = text.slice(header.index, header.index + (1 << 20)).split("\n");
  const problem = readRows(lines.slice(1), rows);
  return { rows, calls: rows.reduce((sum, { calls }) => sum + calls, 0), problem };
}

function readRows(lines: readonly string[], rows: SummaryRow[]): string | undefined {
  for (const raw of lines) {
    const line = raw.replace(/\r$/, "");
    if (RULE.test(line)) continue;
    const match = ROW.exec(line);
    if (match === null || rows.length >= MAX_ROWS) break;
    const [, seconds, count, failed, name = ""] = match;
    const calls = Number(count);
    const errors = Number(failed ?? 0);
    if (!Number.isSafeInteger(calls) || errors > calls) return `has a row "${name}" that cannot be`;
    if (name === "total") {
      const sum = rows.reduce((all, row) => all + row.calls, 0);
      return sum === calls ? undefined : `has rows with ${sum} calls and a total of ${calls}`;
    }
    rows.push({ name, calls, errors, totalNs: Math.round(Number(seconds) * 1e9) });
  }
  return "is cut off: the line with the total is missing";
}
