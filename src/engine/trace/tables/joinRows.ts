import { StringTable } from "../../../base/stringTable.ts";
import { ERRNO_NAMES } from "../errnoNames.ts";
import { SYSCALL_NAMES } from "../syscallNames.ts";
import type { SyscallColumns } from "../trace.ts";

/** The rows `[from, to)` of some columns. */
export interface RowRange {
  readonly columns: SyscallColumns;
  readonly from: number;
  readonly to: number;
}

/** Copies ranges of rows one behind the other. The result keeps nothing of the columns that they are from. */
export function joinRows(ranges: readonly RowRange[]): SyscallColumns {
  let length = 0;
  let argBytes = 0;
  for (const { columns, from, to } of ranges) {
    length += to - from;
    for (let row = from; row < to; row++) {
      argBytes += (columns.argEnd[row] as number) - (columns.argStart[row] as number);
    }
  }
  const names = new StringTable(SYSCALL_NAMES);
  const errnos = new StringTable(ERRNO_NAMES);
  const resultTexts = new StringTable();
  const offsets = new Float64Array(length + 1);
  const joined = {
    length,
    start: new Float64Array(length),
    duration: new Float64Array(length),
    thread: new Int32Array(length),
    name: new Uint16Array(length),
    state: new Uint8Array(length),
    errno: new Uint16Array(length),
    result: new Float64Array(length),
    resultText: new Int32Array(length),
    stack: new Int32Array(length),
    argStart: offsets.subarray(0, length),
    argEnd: offsets.subarray(1),
    argBytes: new Uint8Array(argBytes),
    names: names.all,
    errnos: errnos.all,
    resultTexts: resultTexts.all,
  } satisfies SyscallColumns;
  let at = 0;
  for (const { columns, from, to } of ranges) {
    for (const column of ["start", "duration", "thread", "state", "result", "stack"] as const) {
      joined[column].set(columns[column].subarray(from, to), at);
    }
    const nameIds = columns.names.map((name) => names.intern(name));
    const errnoIds = columns.errnos.map((errno) => errnos.intern(errno));
    for (let row = from; row < to; row++, at++) {
      joined.name[at] = nameIds[columns.name[row] as number] as number;
      joined.errno[at] = errnoIds[columns.errno[row] as number] as number;
      const text = columns.resultTexts[columns.resultText[row] as number];
      joined.resultText[at] = text === undefined ? -1 : resultTexts.intern(text);
      const argStart = columns.argStart[row] as number;
      const argEnd = columns.argEnd[row] as number;
      joined.argBytes.set(columns.argBytes.subarray(argStart, argEnd), offsets[at]);
      offsets[at + 1] = (offsets[at] as number) + argEnd - argStart;
    }
  }
  return joined;
}
