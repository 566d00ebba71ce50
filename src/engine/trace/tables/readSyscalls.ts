import { StringTable } from "../../../base/stringTable.ts";
import { type ColumnsOf, STATE_NAMES } from "../arrowSchema.ts";
import type { ArrowTable, TextPiece } from "../arrowTable.ts";
import { ByteInterner } from "../byteInterner.ts";
import { ERRNO_NAMES } from "../errnoNames.ts";
import { SYSCALL_NAMES } from "../syscallNames.ts";
import { sortByStart } from "../syscallRows.ts";
import type { SyscallColumns } from "../trace.ts";
import { isValid } from "./nulls.ts";
import type { ThreadRows } from "./readThreads.ts";
import type { Repairs } from "./repairs.ts";
import { TextWindow } from "./textWindow.ts";

export function readSyscalls(
  table: ArrowTable<"syscalls">,
  threads: ThreadRows,
  stackCount: number,
  repairs: Repairs,
): SyscallColumns {
  const { length } = table;
  const names = new StringTable(SYSCALL_NAMES);
  const errnos = new StringTable(ERRNO_NAMES);

  // Columns may be views of the file, which are copied before the first repair.
  let start = table.float64("time_ns");
  const sorted = isAscending(start);
  if (!sorted) {
    let latest = 0;
    start = start.map((time) => {
      if (!Number.isFinite(time)) repairs.add();
      else latest = time;
      return latest;
    });
  }

  let thread = table.int32("thread");
  if (!allWithin(thread, 0, threads.known)) {
    const pid = table.int32("pid");
    const tid = table.int32("tid");
    thread = thread.map((index, row) => threads.index(index, pid[row] as number, tid[row] as number, repairs));
  }

  let stack = table.int32("stack");
  if (!allWithin(stack, -1, stackCount)) {
    stack = stack.map((node) => {
      if (node >= -1 && node < stackCount) return node;
      repairs.add();
      return -1;
    });
  }
  const stateOf = (text: string): number => STATE_NAMES.indexOf(text as (typeof STATE_NAMES)[number]);

  const { resultText, resultTexts } = readResultTexts(table);
  const { bytes, offsets } = table.bytes("args");
  const columns: SyscallColumns = {
    length,
    start,
    duration: table.float64("duration_ns"),
    thread,
    name: namedColumn(table, "syscall", "syscall_other", names, names.intern("(unknown)"), repairs),
    state: table.dictionary("state", stateOf, 0, new Uint8Array(length)),
    errno: namedColumn(table, "errno", "errno_other", errnos, 0, undefined),
    result: table.int64("result"),
    resultText,
    stack,
    argStart: offsets.subarray(0, length),
    argEnd: offsets.subarray(1, length + 1),
    argBytes: bytes,
    names: names.all,
    errnos: errnos.all,
    resultTexts,
  };
  return sorted ? columns : sortByStart(columns);
}

/** Whether finite values ascend; `NaN` compares with nothing, and infinities can only be first or last. */
function isAscending(values: Float64Array): boolean {
  const { length } = values;
  for (let i = 1; i < length; i++) if (!((values[i] as number) >= (values[i - 1] as number))) return false;
  return length === 0 || (Number.isFinite(values[0]) && Number.isFinite(values[length - 1]));
}

/** Whether all values are in `[from, to)`. */
function allWithin(values: Int32Array, from: number, to: number): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < from || value >= to) return false;
  }
  return true;
}

/** A dictionary column together with the plain column of the names that are not in its dictionary. */
function namedColumn(
  table: ArrowTable<"syscalls">,
  column: ColumnsOf<"syscalls">,
  others: ColumnsOf<"syscalls">,
  names: StringTable,
  absent: number,
  repairs: Repairs | undefined,
): Uint16Array {
  if (repairs === undefined && table.isEmpty(others)) {
    const idOf = (text: string): number => {
      const id = internSome(names, text);
      return id === UNNAMED ? absent : id;
    };
    return table.dictionary(column, idOf, absent, new Uint16Array(table.length));
  }
  const ids = table.dictionary(column, (text) => internSome(names, text), UNNAMED, new Uint16Array(table.length));
  for (const { row, rows, bytes, offsets, bitmap } of table.textPieces(others)) {
    const window = new TextWindow(bytes);
    for (let i = 0; i < rows; i++) {
      if (ids[row + i] !== UNNAMED || (bitmap !== undefined && !isValid(bitmap, i))) continue;
      ids[row + i] = internSome(names, window.slice(offsets[i] as number, offsets[i + 1] as number));
    }
  }
  const replaced = replaceUnnamed(ids, absent);
  repairs?.add(replaced);
  return ids;
}

function replaceUnnamed(ids: Uint16Array, absent: number): number {
  let replaced = 0;
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] !== UNNAMED) continue;
    ids[row] = absent;
    replaced++;
  }
  return replaced;
}

/** Marks rows without a name while names are collected. */
const UNNAMED = 0xffff;

/** 16 bits number the names; a file with more distinct ones is none of ours. */
function internSome(names: StringTable, text: string): number {
  return names.size < UNNAMED ? names.intern(text) : (names.find(text) ?? UNNAMED);
}

function readResultTexts(table: ArrowTable<"syscalls">): { resultText: Int32Array; resultTexts: string[] } {
  const resultTexts: string[] = [];
  const resultText = new Int32Array(table.length).fill(-1);
  for (const piece of table.textPieces("result_text")) {
    const window = new TextWindow(piece.bytes);
    const ids = new ByteInterner((_, start, end) => resultTexts.push(window.slice(start, end)) - 1);
    internTexts(piece, ids, resultText);
  }
  return { resultText, resultTexts };
}

function internTexts({ row, rows, bytes, offsets, bitmap }: TextPiece, ids: ByteInterner, into: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    if (bitmap !== undefined && !isValid(bitmap, i)) continue;
    into[row + i] = ids.id(bytes, offsets[i] as number, offsets[i + 1] as number);
  }
}
