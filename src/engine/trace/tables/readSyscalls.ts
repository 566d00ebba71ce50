import { StringTable } from "../../../base/stringTable.ts";
import { type ColumnsOf, STATE_NAMES } from "../arrowSchema.ts";
import type { ArrowTable } from "../arrowTable.ts";
import { ByteInterner } from "../byteInterner.ts";
import { ERRNO_NAMES } from "../errnoNames.ts";
import { SYSCALL_NAMES } from "../syscallNames.ts";
import { sortByStart } from "../syscallRows.ts";
import type { SyscallColumns } from "../trace.ts";
import type { ThreadRows } from "./readThreads.ts";
import type { Repairs } from "./repairs.ts";

export function readSyscalls(
  table: ArrowTable<"syscalls">,
  threads: ThreadRows,
  stackCount: number,
  repairs: Repairs,
): SyscallColumns {
  const { length } = table;
  const names = new StringTable(SYSCALL_NAMES);
  const errnos = new StringTable(ERRNO_NAMES);

  // Columns may be views of the file: they are copied before the first repair.
  let start = table.float64("time_ns");
  if (start.some((time) => !Number.isFinite(time))) {
    let latest = 0;
    start = start.map((time) => {
      if (!Number.isFinite(time)) repairs.add();
      else latest = time;
      return latest;
    });
  }

  let thread = table.int32("thread");
  const known = threads.rows.length;
  if (thread.some((index) => index < 0 || index >= known)) {
    const pid = table.int32("pid");
    const tid = table.int32("tid");
    thread = thread.map((index, row) => threads.index(index, pid[row] as number, tid[row] as number, repairs));
  }

  let stack = table.int32("stack");
  const impossible = (node: number): boolean => node < -1 || node >= stackCount;
  if (stack.some(impossible)) {
    stack = stack.map((node) => {
      if (!impossible(node)) return node;
      repairs.add();
      return -1;
    });
  }
  const stateOf = (text: string): number => STATE_NAMES.indexOf(text as (typeof STATE_NAMES)[number]);

  const { resultText, resultTexts } = readResultTexts(table);
  const { bytes, offsets } = table.bytes("args");
  return sortByStart({
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
  });
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
  const ids = table.dictionary(column, (text) => internSome(names, text), UNNAMED, new Uint16Array(table.length));
  table.eachText(others, (row, bytes, start, end) => {
    if (ids[row] === UNNAMED) ids[row] = internSome(names, decoder.decode(bytes.subarray(start, end)));
  });
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] !== UNNAMED) continue;
    ids[row] = absent;
    repairs?.add();
  }
  return ids;
}

/** Marks rows without a name while names are collected. */
const UNNAMED = 0xffff;

/** 16 bits number the names; a file with more distinct ones is none of ours. */
function internSome(names: StringTable, text: string): number {
  return names.size < UNNAMED ? names.intern(text) : (names.find(text) ?? UNNAMED);
}

const decoder = new TextDecoder();

function readResultTexts(table: ArrowTable<"syscalls">): { resultText: Int32Array; resultTexts: string[] } {
  const resultTexts: string[] = [];
  const resultText = new Int32Array(table.length).fill(-1);
  const ids = new ByteInterner((bytes, start, end) => resultTexts.push(decoder.decode(bytes.subarray(start, end))) - 1);
  table.eachText("result_text", (row, bytes, start, end) => {
    resultText[row] = ids.id(bytes, start, end);
  });
  return { resultText, resultTexts };
}
