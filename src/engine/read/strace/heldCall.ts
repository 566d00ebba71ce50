import type { SyscallRows } from "../../trace/syscallRows.ts";

/** A call in stacks mode, until its stack is complete. */
export class HeldCall {
  full = false;
  private args = new Uint8Array(1 << 10);
  private length = 0;
  private text = "";
  private readonly values: number[] = [];

  appendArgs(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.args.length) {
      const grown = new Uint8Array(needed * 2);
      grown.set(this.args.subarray(0, this.length));
      this.args = grown;
    }
    this.args.set(bytes.subarray(start, end), this.length);
    this.length = needed;
  }

  resultTextIs(text: string): void {
    this.text = text;
  }

  hold(...values: [number, number, number, number, number, number, number, number]): void {
    this.values.splice(0, this.values.length, ...values);
    this.full = true;
  }

  release(rows: SyscallRows, stack: number): void {
    const [start = 0, duration = 0, thread = 0, name = 0, state = 0, errno = 0, result = 0, hasText = -1] = this.values;
    rows.appendArgs(this.args, 0, this.length);
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
    this.length = 0;
    this.full = false;
  }
}
