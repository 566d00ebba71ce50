import type { LiveSyscall } from "../../protocol/live.ts";

export const SORT_COLUMNS = ["name", "calls", "errors", "totalNs"] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];
export interface SortOrder {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Sorted rows; equal ones stay in the order of `previous` (names), so that a table does not flicker while it grows. */
export function sortSyscalls(
  rows: readonly LiveSyscall[],
  { column, descending }: SortOrder,
  previous: readonly string[],
): LiveSyscall[] {
  const rank = new Map(previous.map((name, index) => [name, index]));
  const rankOf = (row: LiveSyscall): number => rank.get(row.name) ?? previous.length;
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const order = column === "name" ? a.name.localeCompare(b.name) : a[column] - b[column];
    return sign * order || rankOf(a) - rankOf(b) || a.name.localeCompare(b.name);
  });
}

/** Rows in the order of `previous`, for times at which nothing may move; new names go to the end. */
export function keepOrder(rows: readonly LiveSyscall[], previous: readonly string[]): LiveSyscall[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const kept = previous.flatMap((name) => byName.get(name) ?? []);
  return [...kept, ...rows.filter((row) => !previous.includes(row.name))];
}
