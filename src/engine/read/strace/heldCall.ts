import { AsciiBuffer } from "../../trace/asciiBuffer.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";

/** A call in stacks mode, until its stack is complete. */
export class HeldCall {
  full = false;
  private readonly args = new AsciiBuffer(1 << 10);
  private text = "";
  private readonly values: number[] = [];

  appendAscii(view: DataView, start: number, end: number): void {
    this.args.append(view, start, end);
  }

  resultTextIs(text: string): void {
    this.text = text;
  }

  get thread(): number {
    return this.values[2] ?? 0;
  }

  /** Id of its name in the rows' table. */
  get name(): number {
    return this.values[3] ?? 0;
  }

  hold(...values: [number, number, number, number, number, number, number, number]): void {
    this.values.splice(0, this.values.length, ...values);
    this.full = true;
  }

  release(rows: SyscallRows, stack: number): void {
    const [start = 0, duration = 0, thread = 0, name = 0, state = 0, errno = 0, result = 0, hasText = -1] = this.values;
    rows.appendAscii(this.args.view, 0, this.args.length);
    rows.push(
      start,
      duration,
      thread,
      name,
      state,
      errno,
      result,
      hasText === -1 ? -1 : rows.resultTextId(this.text),
      stack,
    );
    this.args.length = 0;
    this.full = false;
  }
}
