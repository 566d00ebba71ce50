const WINDOW_BYTES = 1 << 18;

const decoder = new TextDecoder();

/**
 * Texts of a column's bytes, meant to be asked for one after the other. A decoder's call costs more than most texts are
 * long: a window of the bytes is decoded at once, and where it is all ASCII its texts are slices of the result.
 */
export class TextWindow {
  private from = 0;
  private to = 0;
  /** Undefined where bytes and characters do not correspond. */
  private text: string | undefined;

  constructor(private readonly bytes: Uint8Array) {}

  /** The text of the bytes `[start, end)`; invalid UTF-8 is replaced. */
  slice(start: number, end: number): string {
    if (start === end) return "";
    if (start < this.from || end > this.to) this.move(start);
    if (end > this.to || this.text === undefined) return decoder.decode(this.bytes.subarray(start, end));
    return this.text.slice(start - this.from, end - this.from);
  }

  private move(start: number): void {
    this.from = start;
    this.to = Math.min(start + WINDOW_BYTES, this.bytes.length);
    const text = decoder.decode(this.bytes.subarray(this.from, this.to));
    // Characters of several bytes make fewer code units than bytes, and so does a byte order mark, which is dropped.
    this.text = text.length === this.to - this.from ? text : undefined;
  }
}
