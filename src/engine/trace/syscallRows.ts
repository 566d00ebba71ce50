import { StringTable } from "../../base/stringTable.ts";
import { COPY_SLACK, copyAscii } from "./asciiBuffer.ts";
import { ERRNO_NAMES } from "./errnoNames.ts";
import { ResultTexts } from "./resultTexts.ts";
import { sortInPlace } from "./sortInPlace.ts";
import { SYSCALL_NAMES } from "./syscallNames.ts";
import type { SyscallColumns } from "./trace.ts";

/** More names than this cannot come from a kernel; further ones share the last id, so that columns of 16 bits suffice. */
const MAX_NAMES = 8192;
const OVERFLOW_NAME = "(other)";

/** Rows and argument bytes are collected in blocks of this size, so that growing never copies what is there. */
const BLOCK_ROWS = 1 << 15;
const BLOCK_BYTES = 1 << 21;
/** A recording takes its rows often and needs little; blocks begin small and grow to the full size. */
const FIRST_ROWS = 1 << 12;
const FIRST_BYTES = 1 << 16;

/** Columns of some rows. */
class Block {
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly thread: Int32Array;
  readonly name: Uint16Array;
  readonly state: Uint8Array;
  readonly errno: Uint16Array;
  readonly result: Float64Array;
  readonly resultText: Int32Array;
  readonly stack: Int32Array;
  /** Where each row's arguments end, counted from the first byte that was not taken yet. */
  readonly argEnd: Float64Array;

  constructor(readonly capacity: number) {
    this.start = new Float64Array(capacity);
    this.duration = new Float64Array(capacity);
    this.thread = new Int32Array(capacity);
    this.name = new Uint16Array(capacity);
    this.state = new Uint8Array(capacity);
    this.errno = new Uint16Array(capacity);
    this.result = new Float64Array(capacity);
    this.resultText = new Int32Array(capacity);
    this.stack = new Int32Array(capacity);
    this.argEnd = new Float64Array(capacity);
  }
}

/**
 * Rows of system calls while they are collected: columns that grow together, arguments one behind the other without gaps.
 * Argument text is appended piece by piece with `appendArgs` and belongs to the next `push`.
 */
export class SyscallRows {
  readonly names = new StringTable(SYSCALL_NAMES);
  readonly errnos = new StringTable(ERRNO_NAMES);
  private readonly resultTexts = new ResultTexts();
  private full: Block[] = [];
  private fullRows = 0;
  private block = new Block(FIRST_ROWS);
  private rows = 0;
  private fullArgs: Uint8Array[] = [];
  private fullArgBytes = 0;
  private args = new Uint8Array(FIRST_BYTES);
  private argsView = new DataView(this.args.buffer);
  private argsUsed = 0;
  private latest = Number.NEGATIVE_INFINITY;
  private sorted = true;

  get length(): number {
    return this.fullRows + this.rows;
  }

  nameId(name: string): number {
    return bounded(this.names, name);
  }

  errnoId(errno: string): number {
    return bounded(this.errnos, errno);
  }

  resultTextId(text: string): number {
    return this.resultTexts.add(text);
  }

  /** Like `resultTextId` for ASCII bytes; a text that was seen shortly before keeps its id. */
  resultTextIdOf(bytes: Uint8Array, start: number, end: number): number {
    return this.resultTexts.idOf(bytes, start, end);
  }

  /** Appends a piece of argument text to the row that is pushed next. */
  appendArgs(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.argsUsed + length > this.args.length) this.nextArgs(length);
    const { args } = this;
    let at = this.argsUsed;
    this.argsUsed = at + length;
    // For short texts a loop beats `set`, which needs a view object for the source.
    if (length < 56) for (let i = start; i < end; i++) args[at++] = bytes[i] as number;
    else args.set(bytes.subarray(start, end), at);
  }

  /** Like `appendArgs` for ASCII text behind which `COPY_SLACK` more bytes can be read: the fast way. */
  appendAscii(view: DataView, start: number, end: number): void {
    const length = end - start;
    if (this.argsUsed + length + COPY_SLACK > this.args.length) this.nextArgs(length + COPY_SLACK);
    copyAscii(view, start, end, this.argsView, this.argsUsed);
    this.argsUsed += length;
  }

  /** Ends a row; the indexes are those of the string tables here and of the caller's thread and stack tables. */
  push(
    start: number,
    duration: number,
    thread: number,
    name: number,
    state: number,
    errno: number,
    result: number,
    resultText: number,
    stack: number,
  ): void {
    if (this.rows === this.block.capacity) this.nextBlock();
    const { block } = this;
    const row = this.rows++;
    block.start[row] = start;
    block.duration[row] = duration;
    block.thread[row] = thread;
    block.name[row] = name;
    block.state[row] = state;
    block.errno[row] = errno;
    block.result[row] = result;
    block.resultText[row] = resultText;
    block.stack[row] = stack;
    block.argEnd[row] = this.fullArgBytes + this.argsUsed;
    if (start < this.latest) this.sorted = false;
    else this.latest = start;
  }

  /** Copies the rows out, sorted by start, and starts over in the last block. Names and errnos keep their ids. */
  take(): SyscallColumns {
    const { length } = this;
    const offsets = new Float64Array(length + 1);
    this.gather((block) => block.argEnd, offsets.subarray(1));
    const columns: SyscallColumns = {
      length,
      start: this.gather((block) => block.start, new Float64Array(length)),
      duration: this.gather((block) => block.duration, new Float64Array(length)),
      thread: this.gather((block) => block.thread, new Int32Array(length)),
      name: this.gather((block) => block.name, new Uint16Array(length)),
      state: this.gather((block) => block.state, new Uint8Array(length)),
      errno: this.gather((block) => block.errno, new Uint16Array(length)),
      result: this.gather((block) => block.result, new Float64Array(length)),
      resultText: this.gather((block) => block.resultText, new Int32Array(length)),
      stack: this.gather((block) => block.stack, new Int32Array(length)),
      argStart: offsets.subarray(0, length),
      argEnd: offsets.subarray(1),
      argBytes: this.takeArgs(),
      names: this.names.all.slice(),
      errnos: this.errnos.all.slice(),
      resultTexts: this.resultTexts.take(),
    };
    const { sorted } = this;
    this.full = [];
    this.fullRows = 0;
    this.rows = 0;
    this.latest = Number.NEGATIVE_INFINITY;
    this.sorted = true;
    if (!sorted) sortInPlace(columns, offsets);
    return columns;
  }

  private gather<T extends Column>(column: (block: Block) => Column, into: T): T {
    let at = 0;
    for (const block of this.full) {
      into.set(column(block), at);
      at += block.capacity;
    }
    into.set(column(this.block).subarray(0, this.rows), at);
    return into;
  }

  private takeArgs(): Uint8Array {
    const joined = new Uint8Array(this.fullArgBytes + this.argsUsed);
    let at = 0;
    for (const piece of this.fullArgs) {
      joined.set(piece, at);
      at += piece.length;
    }
    joined.set(this.args.subarray(0, this.argsUsed), at);
    if (this.args.length > BLOCK_BYTES) this.useArgs(new Uint8Array(FIRST_BYTES));
    this.fullArgs = [];
    this.fullArgBytes = 0;
    this.argsUsed = 0;
    return joined;
  }

  private nextBlock(): void {
    this.full.push(this.block);
    this.fullRows += this.block.capacity;
    this.block = new Block(BLOCK_ROWS);
    this.rows = 0;
  }

  private nextArgs(length: number): void {
    this.fullArgs.push(this.args.subarray(0, this.argsUsed));
    this.fullArgBytes += this.argsUsed;
    this.useArgs(new Uint8Array(Math.max(BLOCK_BYTES, length)));
    this.argsUsed = 0;
  }

  private useArgs(args: Uint8Array<ArrayBuffer>): void {
    this.args = args;
    this.argsView = new DataView(args.buffer);
  }
}

/**
 * Rows in order of start; rows of equal start keep their order. Meant for nearly sorted rows: those that are late are
 * sorted among themselves and merged in. Arguments come to lie one behind the other again, without gaps.
 */
export function sortByStart(columns: SyscallColumns): SyscallColumns {
  const order = orderByStart(columns.start);
  if (order === undefined) return columns;
  return {
    ...columns,
    start: reorder(columns.start, order, new Float64Array(order.length)),
    duration: reorder(columns.duration, order, new Float64Array(order.length)),
    thread: reorder(columns.thread, order, new Int32Array(order.length)),
    name: reorder(columns.name, order, new Uint16Array(order.length)),
    state: reorder(columns.state, order, new Uint8Array(order.length)),
    errno: reorder(columns.errno, order, new Uint16Array(order.length)),
    result: reorder(columns.result, order, new Float64Array(order.length)),
    resultText: reorder(columns.resultText, order, new Int32Array(order.length)),
    stack: reorder(columns.stack, order, new Int32Array(order.length)),
    ...reorderArgs(columns, order),
  };
}

/** Moves the arguments of neighbouring rows that stay neighbours in one piece. */
function reorderArgs(
  { argBytes, argStart, argEnd }: SyscallColumns,
  order: Uint32Array,
): Pick<SyscallColumns, "argBytes" | "argStart" | "argEnd"> {
  const { length } = order;
  const offsets = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) {
    const row = order[i] as number;
    offsets[i + 1] = (offsets[i] as number) + (argEnd[row] as number) - (argStart[row] as number);
  }
  const moved = new Uint8Array(offsets[length] as number);
  let first = 0;
  while (first < length) {
    let last = first;
    while (last + 1 < length && argStart[order[last + 1] as number] === argEnd[order[last] as number]) last++;
    const from = argStart[order[first] as number] as number;
    moved.set(argBytes.subarray(from, argEnd[order[last] as number]), offsets[first]);
    first = last + 1;
  }
  return { argBytes: moved, argStart: offsets.subarray(0, length), argEnd: offsets.subarray(1) };
}

/** The stable order of ascending values, or undefined when they ascend already. */
function orderByStart(start: Float64Array): Uint32Array | undefined {
  const length = start.length;
  let latest = Number.NEGATIVE_INFINITY;
  const late: number[] = [];
  for (let row = 0; row < length; row++) {
    const time = start[row] as number;
    if (time < latest) late.push(row);
    else latest = time;
  }
  if (late.length === 0) return undefined;
  late.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const order = new Uint32Array(length);
  let at = 0;
  let nextLate = 0;
  latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const time = start[row] as number;
    if (time < latest) continue;
    latest = time;
    while (nextLate < late.length && (start[late[nextLate] as number] as number) < time)
      order[at++] = late[nextLate++] as number;
    order[at++] = row;
  }
  while (nextLate < late.length) order[at++] = late[nextLate++] as number;
  return order;
}

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

function reorder<T extends Column>(values: T, order: Uint32Array, into: T): T {
  for (let i = 0; i < order.length; i++) into[i] = values[order[i] as number] as number;
  return into;
}

function bounded(table: StringTable, text: string): number {
  const known = table.find(text);
  if (known !== undefined) return known;
  return table.intern(table.size < MAX_NAMES ? text : OVERFLOW_NAME);
}
