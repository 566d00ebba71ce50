import { asciiText } from "../../base/asciiText.ts";
import { StringTable } from "../../base/stringTable.ts";
import { ByteInterner } from "./byteInterner.ts";
import { ERRNO_NAMES } from "./errnoNames.ts";
import { SYSCALL_NAMES } from "./syscallNames.ts";
import type { SyscallColumns } from "./trace.ts";

/** More names than this cannot come from a kernel; further ones share the last id, so that columns of 16 bits suffice. */
const MAX_NAMES = 8192;
const OVERFLOW_NAME = "(other)";

/**
 * Rows of system calls while they are collected: columns that grow together, arguments in one byte array without gaps.
 * Argument text is appended piece by piece with `appendArgs` and belongs to the next `push`.
 */
export class SyscallRows {
  readonly names = new StringTable(SYSCALL_NAMES);
  readonly errnos = new StringTable(ERRNO_NAMES);
  private resultTexts: string[] = [];
  private readonly resultTextIds = new ByteInterner(
    (bytes, start, end) => this.resultTexts.push(asciiText(bytes, start, end)) - 1,
  );
  private rows = 0;
  private capacity = 0;
  private start = new Float64Array(0);
  private duration = new Float64Array(0);
  private thread = new Int32Array(0);
  private name = new Uint16Array(0);
  private state = new Uint8Array(0);
  private errno = new Uint16Array(0);
  private result = new Float64Array(0);
  private resultText = new Int32Array(0);
  private stack = new Int32Array(0);
  /** Row i's arguments are `args[argOffsets[i], argOffsets[i + 1])`. */
  private argOffsets = new Float64Array(1);
  private args = new Uint8Array(1 << 12);
  private argsUsed = 0;
  private latest = Number.NEGATIVE_INFINITY;
  private sorted = true;

  get length(): number {
    return this.rows;
  }

  /** Bytes that the rows hold, capacity that is not used yet included. */
  get byteLength(): number {
    return this.capacity * 49 + this.args.length;
  }

  nameId(name: string): number {
    return bounded(this.names, name);
  }

  errnoId(errno: string): number {
    return bounded(this.errnos, errno);
  }

  resultTextId(text: string): number {
    return this.resultTexts.push(text) - 1;
  }

  /** Like `resultTextId` for ASCII bytes; a text that was seen shortly before keeps its id. */
  resultTextIdOf(bytes: Uint8Array, start: number, end: number): number {
    return this.resultTextIds.id(bytes, start, end);
  }

  /** Appends a piece of argument text to the row that is pushed next. */
  appendArgs(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const needed = this.argsUsed + length;
    if (needed > this.args.length) this.growArgs(needed);
    const args = this.args;
    let at = this.argsUsed;
    // Below about a hundred bytes a loop beats `set`, which needs a view object for the source.
    if (length < 96) for (let i = start; i < end; i++) args[at++] = bytes[i] as number;
    else args.set(bytes.subarray(start, end), at);
    this.argsUsed = needed;
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
    const row = this.rows;
    if (row === this.capacity) this.grow();
    this.start[row] = start;
    this.duration[row] = duration;
    this.thread[row] = thread;
    this.name[row] = name;
    this.state[row] = state;
    this.errno[row] = errno;
    this.result[row] = result;
    this.resultText[row] = resultText;
    this.stack[row] = stack;
    this.rows = row + 1;
    this.argOffsets[row + 1] = this.argsUsed;
    if (start < this.latest) this.sorted = false;
    else this.latest = start;
  }

  /** Sets the stack of the last row: tracers print it below the call. */
  setLastStack(stack: number): void {
    if (this.rows > 0) this.stack[this.rows - 1] = stack;
  }

  /** Copies the rows out, sorted by start, and starts over with little memory. Names and errnos keep their ids. */
  take(): SyscallColumns {
    const rows = this.rows;
    const offsets = this.argOffsets.slice(0, rows + 1);
    const columns: SyscallColumns = {
      length: rows,
      start: this.start.slice(0, rows),
      duration: this.duration.slice(0, rows),
      thread: this.thread.slice(0, rows),
      name: this.name.slice(0, rows),
      state: this.state.slice(0, rows),
      errno: this.errno.slice(0, rows),
      result: this.result.slice(0, rows),
      resultText: this.resultText.slice(0, rows),
      stack: this.stack.slice(0, rows),
      argStart: offsets.subarray(0, rows),
      argEnd: offsets.subarray(1, rows + 1),
      argBytes: this.args.slice(0, this.argsUsed),
      names: this.names.all.slice(),
      errnos: this.errnos.all.slice(),
      resultTexts: this.resultTexts,
    };
    const { sorted } = this;
    this.rows = 0;
    this.argsUsed = 0;
    this.resultTexts = [];
    this.resultTextIds.clear();
    this.latest = Number.NEGATIVE_INFINITY;
    this.sorted = true;
    if (this.capacity > 1 << 16) this.resize(1 << 12);
    if (this.args.length > 1 << 22) this.args = new Uint8Array(1 << 16);
    return sorted ? columns : sortByStart(columns);
  }

  private grow(): void {
    this.resize(Math.max(1 << 12, this.capacity * 2));
  }

  private resize(capacity: number): void {
    const keep = Math.min(this.rows, capacity);
    this.start = resized(this.start, new Float64Array(capacity), keep);
    this.duration = resized(this.duration, new Float64Array(capacity), keep);
    this.thread = resized(this.thread, new Int32Array(capacity), keep);
    this.name = resized(this.name, new Uint16Array(capacity), keep);
    this.state = resized(this.state, new Uint8Array(capacity), keep);
    this.errno = resized(this.errno, new Uint16Array(capacity), keep);
    this.result = resized(this.result, new Float64Array(capacity), keep);
    this.resultText = resized(this.resultText, new Int32Array(capacity), keep);
    this.stack = resized(this.stack, new Int32Array(capacity), keep);
    this.argOffsets = resized(this.argOffsets, new Float64Array(capacity + 1), keep + 1);
    this.capacity = capacity;
  }

  private growArgs(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.args.length * 2));
    grown.set(this.args.subarray(0, this.argsUsed));
    this.args = grown;
  }
}

/**
 * Rows in order of start; rows of equal start keep their order. Meant for nearly sorted rows: those that are late are
 * sorted among themselves and merged in. Argument bytes stay where they are.
 */
export function sortByStart(columns: SyscallColumns): SyscallColumns {
  const order = orderByStart(columns.start);
  if (order === undefined) return columns;
  return {
    ...columns,
    start: gather(columns.start, order, new Float64Array(order.length)),
    duration: gather(columns.duration, order, new Float64Array(order.length)),
    thread: gather(columns.thread, order, new Int32Array(order.length)),
    name: gather(columns.name, order, new Uint16Array(order.length)),
    state: gather(columns.state, order, new Uint8Array(order.length)),
    errno: gather(columns.errno, order, new Uint16Array(order.length)),
    result: gather(columns.result, order, new Float64Array(order.length)),
    resultText: gather(columns.resultText, order, new Int32Array(order.length)),
    stack: gather(columns.stack, order, new Int32Array(order.length)),
    argStart: gather(columns.argStart, order, new Float64Array(order.length)),
    argEnd: gather(columns.argEnd, order, new Float64Array(order.length)),
  };
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

function gather<T extends Column>(values: T, order: Uint32Array, into: T): T {
  for (let i = 0; i < order.length; i++) into[i] = values[order[i] as number] as number;
  return into;
}

function resized<T extends Column>(values: T, into: T, keep: number): T {
  into.set(values.subarray(0, keep));
  return into;
}

function bounded(table: StringTable, text: string): number {
  const known = table.find(text);
  if (known !== undefined) return known;
  return table.intern(table.size < MAX_NAMES ? text : OVERFLOW_NAME);
}
