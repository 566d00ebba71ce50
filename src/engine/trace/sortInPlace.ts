import type { SyscallColumns } from "./trace.ts";

/** Neighbouring rows that stay neighbours and move towards the end, or one late row (`late` is its place among them). */
interface Move {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly late: number;
}

/**
 * Sorts rows by start where they are; rows of equal start keep their order. Meant for rows in the order in which calls
 * ended: those that began before a row in front of them are late, all others never move towards the beginning. So rows are
 * moved from the last to the first within their columns, and between the late ones and their places only.
 *
 * @param columns rows that nobody else has seen yet, with arguments one behind the other in order
 * @param offsets one element more than rows: what `argStart` and `argEnd` are parts of
 */
export function sortInPlace(columns: SyscallColumns, offsets: Float64Array): void {
  const late = lateRows(columns.start);
  if (late.length === 0) return;
  const moves = movesOf(columns.start, late);
  moveArguments(columns.argBytes, offsets, moves);
  for (const column of [
    columns.start,
    columns.duration,
    columns.thread,
    columns.name,
    columns.state,
    columns.errno,
    columns.result,
    columns.resultText,
    columns.stack,
  ]) {
    moveRows(column, moves, late.length);
  }
}

/** Rows that start before one in front of them, in order. */
function lateRows(start: Float64Array): number[] {
  const late: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < start.length; row++) {
    const time = start[row] as number;
    if (time < latest) late.push(row);
    else latest = time;
  }
  return late;
}

/** What has to move, the last places first. */
function movesOf(start: Float64Array, late: readonly number[]): Move[] {
  const byStart = late.slice().sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const places = placesOf(start, late, byStart);
  const moves: Move[] = [];
  let to = start.length - 1;
  let from = to;
  let place = places.length - 1;
  let source = late.length - 1;
  while (to >= 0) {
    const nextPlace = places[place] ?? -1;
    const nextSource = late[source] ?? -1;
    if (nextPlace === to) {
      moves.push({ from: byStart[place] as number, to, count: 1, late: place });
      place--;
      to--;
    } else if (nextSource === from) {
      source--;
      from--;
    } else {
      const count = Math.min(to - nextPlace, from - nextSource);
      to -= count;
      from -= count;
      if (to !== from) moves.push({ from: from + 1, to: to + 1, count, late: -1 });
    }
  }
  return moves;
}

/** Where the late rows belong: each before the first row in time that starts after it. */
function placesOf(start: Float64Array, late: readonly number[], byStart: readonly number[]): number[] {
  const places: number[] = [];
  let nextLate = 0;
  let to = 0;
  for (let row = 0; row < start.length; row++) {
    if (late[nextLate] === row) {
      nextLate++;
      continue;
    }
    const time = start[row] as number;
    while (places.length < byStart.length && (start[byStart[places.length] as number] as number) < time)
      places.push(to++);
    to++;
  }
  while (places.length < byStart.length) places.push(to++);
  return places;
}

function moveRows(
  column: Float64Array | Int32Array | Uint16Array | Uint8Array,
  moves: readonly Move[],
  lateCount: number,
): void {
  const saved = new Float64Array(lateCount);
  for (const { from, late } of moves) if (late !== -1) saved[late] = column[from] as number;
  for (const { from, to, count, late } of moves) {
    if (late !== -1) column[to] = saved[late] as number;
    else if (count > 32) column.copyWithin(to, from, from + count);
    else for (let i = count - 1; i >= 0; i--) column[to + i] = column[from + i] as number;
  }
}

function moveArguments(bytes: Uint8Array, offsets: Float64Array, moves: readonly Move[]): void {
  const before = offsets.slice();
  const saved = new Map<number, Uint8Array>();
  for (const { from, late } of moves) if (late !== -1) saved.set(late, bytes.slice(before[from], before[from + 1]));
  for (const { from, to, count, late } of moves) {
    const start = before[from] as number;
    const end = before[from + count] as number;
    // What is behind has its place already.
    const shift = (offsets[to + count] as number) - end;
    const moved = saved.get(late);
    if (moved !== undefined) bytes.set(moved, start + shift);
    else bytes.copyWithin(start + shift, start, end);
    for (let i = 0; i < count; i++) offsets[to + i] = (before[from + i] as number) + shift;
  }
}
