/** Copies of ASCII text read and write up to this many bytes behind the text. */
export const COPY_SLACK = 8;

/** Longer texts are copied by the engine's own function, whose call costs more than copying a short text. */
const LONG = 256;

/**
 * Copies the ASCII text `from[start, end)` to `to[at, …)`, eight bytes at a time. Both sides need `COPY_SLACK` bytes more.
 * Moving bytes as floating-point numbers is exact here: `NaN`, whose bits an engine may change, has a byte beyond ASCII.
 */
export function copyAscii(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const length = end - start;
  if (length > LONG) {
    const target = new Uint8Array(to.buffer, to.byteOffset + at, length);
    target.set(new Uint8Array(from.buffer, from.byteOffset + start, length));
    return;
  }
  for (let i = 0; i < length; i += 8) to.setFloat64(at + i, from.getFloat64(start + i, true), true);
}

/** ASCII text that grows at its end. */
export class AsciiBuffer {
  length = 0;
  bytes: Uint8Array;
  /** The memory of `bytes`. */
  view: DataView;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  static of(text: string): AsciiBuffer {
    const buffer = new AsciiBuffer(text.length + COPY_SLACK);
    buffer.length = new TextEncoder().encodeInto(text, buffer.bytes).written;
    return buffer;
  }

  append(view: DataView, start: number, end: number): void {
    const at = this.extend(end - start);
    copyAscii(view, start, end, this.view, at);
  }

  /** Like `append` for bytes behind which nothing can be read. */
  appendBytes(bytes: Uint8Array, start: number, end: number): void {
    let at = this.extend(end - start);
    for (let i = start; i < end; i++) this.bytes[at++] = bytes[i] as number;
  }

  /** Makes room for so many bytes more; returns where they begin. */
  private extend(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed + COPY_SLACK > this.bytes.length) {
      const grown = new Uint8Array(needed * 2 + COPY_SLACK);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = needed;
    return at;
  }
}
