/** A line handed out by `ByteLines`: `bytes[start, end)` without its line feed. Valid only during the call. */
export type LineSink = (bytes: Uint8Array, start: number, end: number, terminated: boolean) => void;

const LINE_FEED = 10;

/**
 * Cuts a byte stream into lines without copying those that lie whole in one chunk.
 *
 * A line longer than `maxLength` is handed out in pieces of that length with `terminated` false, so memory stays
 * bounded whatever the input; the piece that ends the line has `terminated` true.
 */
export class ByteLines {
  private held: Uint8Array = new Uint8Array(0);
  private heldLength = 0;

  constructor(
    private readonly sink: LineSink,
    private readonly maxLength: number = 1 << 20,
  ) {}

  /** Bytes of the unfinished line that is being held. */
  get pendingLength(): number {
    return this.heldLength;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    while (start < chunk.length) {
      const feed = chunk.indexOf(LINE_FEED, start);
      const end = feed === -1 ? chunk.length : feed;
      this.piece(chunk, start, end, feed !== -1);
      start = end + 1;
    }
  }

  /** Hands out the unfinished last line, if any, with `terminated` false. */
  end(): void {
    if (this.heldLength > 0) this.emitHeld(false);
  }

  private piece(chunk: Uint8Array, from: number, end: number, terminated: boolean): void {
    let start = from;
    while (this.heldLength + (end - start) > this.maxLength) {
      const take = this.maxLength - this.heldLength;
      if (this.heldLength === 0) {
        this.sink(chunk, start, start + take, false);
      } else {
        this.hold(chunk, start, start + take);
        this.emitHeld(false);
      }
      start += take;
    }
    if (!terminated) {
      this.hold(chunk, start, end);
    } else if (this.heldLength === 0) {
      this.sink(chunk, start, end, true);
    } else {
      this.hold(chunk, start, end);
      this.emitHeld(true);
    }
  }

  private hold(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.heldLength + (end - start);
    if (needed > this.held.length) {
      const grown = new Uint8Array(Math.max(needed, this.held.length * 2, 256));
      grown.set(this.held.subarray(0, this.heldLength));
      this.held = grown;
    }
    this.held.set(chunk.subarray(start, end), this.heldLength);
    this.heldLength = needed;
  }

  private emitHeld(terminated: boolean): void {
    const length = this.heldLength;
    this.heldLength = 0;
    this.sink(this.held, 0, length, terminated);
  }
}
