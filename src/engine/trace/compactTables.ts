import { FinishedTables, type TableChunk } from "./arrowOut.ts";
import { ArrowTable } from "./arrowTable.ts";
import { sortByStart } from "./syscallRows.ts";
import { joinRows, type RowRange } from "./tables/joinRows.ts";
import { readSyscalls } from "./tables/readSyscalls.ts";
import { ThreadRows } from "./tables/readThreads.ts";
import { Repairs } from "./tables/repairs.ts";
import type { SyscallColumns, Trace } from "./trace.ts";

/**
 * Pieces of a table of system calls in the order of its file, each a readable stream: the schema, the dictionaries and some
 * of the batches. Asked for twice.
 */
export type CallGroups = () => Iterable<Uint8Array>;

/**
 * What `writeTables` makes of a whole trace, from calls that are read in groups: memory holds one group, and the calls that
 * were still going on when an earlier group ended (at most one a thread and group).
 *
 * Recorders hand out calls when they return, so those that took long come late. A first reading takes them out of their
 * groups, and with that the groups lie one behind the other in time; a second one puts them in where they belong.
 *
 * @param rest everything but the calls, which are ignored
 */
export function* compactTables(rest: Trace, groups: CallGroups): Generator<TableChunk> {
  const threads = new ThreadRows([...rest.threads]);
  const read = (bytes: Uint8Array): SyscallColumns =>
    readSyscalls(ArrowTable.read("syscalls", bytes), threads, rest.stacks.length, new Repairs());

  const { late, lateInGroup, ends } = findLate(groups, read);
  // After the first reading: calls may have brought threads that have no row.
  const tables = new FinishedTables({ ...rest, threads: threads.rows });
  let group = 0;
  let used = 0;
  for (const bytes of groups()) {
    const columns = read(bytes);
    const from = lateInGroup[group] ?? 0;
    const to = endOf(late, used, ends[group] ?? Number.POSITIVE_INFINITY);
    const ranges: RowRange[] = [{ columns, from, to: columns.length }];
    if (to > used) ranges.push({ columns: late, from: used, to });
    yield* tables.calls(from === 0 && ranges.length === 1 ? columns : sortByStart(joinRows(ranges)));
    used = to;
    group++;
  }
  yield* tables.end();
}

interface LateCalls {
  /** All late calls in order of start; calls of equal start in the order of the file. */
  readonly late: SyscallColumns;
  /** How many of each group are late: its first ones, for a group is read in order of start. */
  readonly lateInGroup: readonly number[];
  /** Latest start up to each group's end; late calls before it belong to that group or an earlier one. */
  readonly ends: readonly number[];
}

function findLate(groups: CallGroups, read: (bytes: Uint8Array) => SyscallColumns): LateCalls {
  const found: RowRange[] = [];
  const lateInGroup: number[] = [];
  const ends: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const bytes of groups()) {
    const columns = read(bytes);
    const count = endOf(columns, 0, latest);
    lateInGroup.push(count);
    if (count > 0) found.push({ columns: joinRows([{ columns, from: 0, to: count }]), from: 0, to: count });
    latest = Math.max(latest, columns.start[columns.length - 1] ?? Number.NEGATIVE_INFINITY);
    ends.push(latest);
  }
  return { late: sortByStart(joinRows(found)), lateInGroup, ends };
}

/** The first row from `from` on that does not start before a time; rows are in order of start. */
function endOf({ start, length }: SyscallColumns, from: number, time: number): number {
  let row = from;
  while (row < length && (start[row] as number) < time) row++;
  return row;
}
