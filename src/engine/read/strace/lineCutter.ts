import { escapeNonAscii } from "./ascii.ts";
import { LineFeeds } from "./lineFeeds.ts";

/** A line that is longer than this is counted and skipped: no call has arguments of this size. */
export const MAX_LINE = 1 << 22;

/** Input is read in pieces of this size: they stay in the processor's cache. */
const PIECE = 1 << 16;

/** Lines may be read this many bytes beyond their end. */
export const SLACK = 16;

/** Receives lines; they are ASCII and without their line feed. */
export interface LineSink {
  /** A whole line. At least `SLACK` bytes of no meaning can be read behind it. `view` shows the same memory as `bytes`. */
  line(bytes: Uint8Array, view: DataView, start: number, end: number): void;
  /** A line of more than `MAX_LINE` bytes, of which only the beginning is shown. */
  tooLong(bytes: Uint8Array, start: number, end: number): void;
}

/** A line without its line feed; see `LineSink.line`. */
export interface LastLine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly length: number;
}

/**
 * Cuts input, which may itself be cut anywhere, into lines. Bytes beyond ASCII become escapes, as strace prints them.
 *
 * Input is copied into one window first: a line that spans two chunks lies there in one piece, words are aligned, and every
 * line is read through the same two objects, which the compiler of the engine takes advantage of.
 */
export class LineCutter {
  private readonly feeds = new LineFeeds();
  private bytes = new Uint8Array(2 * PIECE);
  private view = new DataView(this.bytes.buffer);
  private words = new Int32Array(this.bytes.buffer);
  /** Bytes at the window's start that belong to a line without an end so far. */
  private carried = 0;
  private skipping = false;

  constructor(private readonly sink: LineSink) {}

  /** Reads the next bytes; they may end inside a line. Nothing of `chunk` is kept. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += PIECE) this.piece(chunk.subarray(at, at + PIECE));
  }

  /** What follows the last line feed. It is forgotten here. */
  rest(): LastLine {
    const { bytes, view, carried } = this;
    this.carried = 0;
    return { bytes, view, length: carried };
  }

  private piece(input: Uint8Array): void {
    const from = this.carried;
    let end = this.take(input);
    if (!this.feeds.scan(this.words, from >> 2, (end + 3) >> 2)) {
      end = this.take(escapeNonAscii(input));
      this.feeds.scan(this.words, from >> 2, (end + 3) >> 2);
    }
    const { positions, count } = this.feeds;
    const { sink, bytes, view } = this;
    let start = 0;
    let next = 0;
    if (this.skipping && count > 0) {
      this.skipping = false;
      start = (positions[next++] as number) + 1;
    }
    for (; next < count; next++) {
      const feed = positions[next] as number;
      if (feed - start > MAX_LINE) sink.tooLong(bytes, start, feed);
      else sink.line(bytes, view, start, feed);
      start = feed + 1;
    }
    this.keep(start, end);
  }

  /** Puts input behind what is carried; returns where it ends. */
  private take(input: Uint8Array): number {
    const end = this.carried + input.length;
    if (end + SLACK > this.bytes.length) {
      const grown = new Uint8Array((Math.max(end + SLACK, this.bytes.length * 2) + 3) & ~3);
      grown.set(this.bytes.subarray(0, this.carried));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
      this.words = new Int32Array(grown.buffer);
    }
    this.bytes.set(input, this.carried);
    this.bytes.fill(0, end, end + SLACK);
    return end;
  }

  /** Moves the last line, which may go on in the next piece, to the window's start. */
  private keep(start: number, end: number): void {
    this.carried = 0;
    if (this.skipping || start === end) return;
    if (end - start > MAX_LINE) {
      this.sink.tooLong(this.bytes, start, end);
      this.skipping = true;
      return;
    }
    this.bytes.copyWithin(0, start, end);
    this.carried = end - start;
  }
}
