import { escapeNonAscii } from "./ascii.ts";
import { LineFeeds } from "./lineFeeds.ts";

/** A line that is longer than this is counted and skipped: no call has arguments of this size. */
export const MAX_LINE = 1 << 22;

/** Input is read in pieces of at most this size. */
const MAX_PIECE = 1 << 20;

/** Receives lines; they are ASCII and without their line feed. */
export interface LineSink {
  line(bytes: Uint8Array, start: number, end: number): void;
  /** A line of more than `MAX_LINE` bytes, of which only the beginning is shown. */
  tooLong(bytes: Uint8Array, start: number, end: number): void;
}

/** Cuts input, which may itself be cut anywhere, into lines. Bytes beyond ASCII become escapes, as strace prints them. */
export class LineCutter {
  private readonly feeds = new LineFeeds();
  private carry: Uint8Array = new Uint8Array(0);
  private carried = 0;
  private skipping = false;

  constructor(private readonly sink: LineSink) {}

  /** Reads the next bytes; they may end inside a line. Nothing of `chunk` is kept. */
  push(chunk: Uint8Array): void {
    // Always a plain Uint8Array: subclasses such as Buffer beside it make every access to a byte twice as slow.
    const plain = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < plain.length; at += MAX_PIECE) this.piece(plain.subarray(at, at + MAX_PIECE));
  }

  /** The line at the end of the input that has no line feed; empty when there is none. It is forgotten here. */
  rest(): Uint8Array {
    const rest = this.carry.subarray(0, this.carried);
    this.carried = 0;
    return rest;
  }

  private piece(plain: Uint8Array): void {
    const { feeds, sink } = this;
    let input = plain;
    if (!feeds.scan(input)) {
      input = escapeNonAscii(plain);
      feeds.scan(input);
    }
    let start = 0;
    let next = 0;
    if (this.carried > 0 || this.skipping) {
      if (feeds.count === 0) {
        this.hold(input, 0, input.length);
        return;
      }
      const feed = feeds.positions[next++] as number;
      this.hold(input, 0, feed);
      if (this.skipping) this.skipping = false;
      else sink.line(this.carry, 0, this.carried);
      this.carried = 0;
      start = feed + 1;
    }
    // The last line may go on in the next chunk; scanning never passes the last line feed.
    while (next < feeds.count) {
      const feed = feeds.positions[next++] as number;
      sink.line(input, start, feed);
      start = feed + 1;
    }
    if (start < input.length) this.hold(input, start, input.length);
  }

  private hold(bytes: Uint8Array, start: number, end: number): void {
    if (this.skipping) return;
    const needed = this.carried + end - start;
    if (needed > MAX_LINE) {
      const shown = this.carried > 0 ? this.carry : bytes.subarray(start);
      this.sink.tooLong(shown, 0, Math.min(200, this.carried || end - start));
      this.carried = 0;
      this.skipping = true;
      return;
    }
    if (needed > this.carry.length) {
      const grown = new Uint8Array(Math.max(needed, this.carry.length * 2, 1 << 12));
      grown.set(this.carry.subarray(0, this.carried));
      this.carry = grown;
    }
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried = needed;
  }
}
