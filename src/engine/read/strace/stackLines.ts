import { asciiText } from "../../../base/asciiText.ts";
import { ByteInterner } from "../../trace/byteInterner.ts";
import type { StackBuilder } from "../../trace/stackBuilder.ts";
import { CLOSE_BRACKET, CLOSE_PAREN, hexValue, OPEN_BRACKET, OPEN_PAREN, PLUS, SPACE } from "./ascii.ts";
import { unescapeText } from "./quoted.ts";

/** More frames than this are cut off at the outer end: a stack of a runaway recursion. */
const MAX_FRAMES = 512;

/**
 * Collects the lines that `strace -k` prints below a call, innermost frame first:
 * ` > /usr/lib/libc.so.6(__write+0x14) [0xf8240]`, ` > /tmp/prog() [0x1139]`, ` > unexpected_backtracing_error [0x7f…]`.
 */
export class StackLines {
  private readonly frames: number[] = [];
  private readonly known: ByteInterner;

  constructor(readonly stacks: StackBuilder) {
    this.known = new ByteInterner((bytes, start, end) => this.frame(bytes, start, end), 4096, 160);
  }

  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  /** Takes a line that begins with ` > `. */
  line(bytes: Uint8Array, start: number, end: number): void {
    if (this.frames.length < MAX_FRAMES) this.frames.push(this.known.id(bytes, start + 3, end));
  }

  /** Index of the stack collected so far, -1 when there were no lines; starts over. */
  take(): number {
    let end = this.frames.length;
    // What the unwinder says when it gives up is no frame.
    while (end > 0 && this.frames[end - 1] === -1) end--;
    const stack = this.stacks.intern(this.frames.slice(0, end).filter((frame) => frame !== -1));
    this.frames.length = 0;
    return stack;
  }

  private frame(bytes: Uint8Array, start: number, lineEnd: number): number {
    let end = lineEnd;
    let address = 0;
    if (bytes[end - 1] === CLOSE_BRACKET) {
      const bracket = bytes.lastIndexOf(OPEN_BRACKET, end - 1);
      if (bracket > start) {
        address = hexNumber(bytes, bracket + 1, end - 1);
        end = bracket;
        while (end > start && bytes[end - 1] === SPACE) end--;
      }
    }
    if (bytes[end - 1] !== CLOSE_PAREN) {
      const text = asciiText(bytes, start, end);
      return text.startsWith("unexpected_backtracing_error") ? -1 : this.stacks.internFrame(text, "", address);
    }
    const open = matchingParenthesis(bytes, start, end - 1);
    let symbolEnd = end - 1;
    const plus = bytes.lastIndexOf(PLUS, symbolEnd);
    if (plus > open) symbolEnd = plus;
    const module = unescapeText(bytes, start, open);
    return this.stacks.internFrame(module, asciiText(bytes, open + 1, symbolEnd), address);
  }
}

/** Demangled symbols have parentheses of their own, and so may paths: the pair is matched from its end. */
function matchingParenthesis(bytes: Uint8Array, start: number, close: number): number {
  let depth = 0;
  for (let i = close; i > start; i--) {
    if (bytes[i] === CLOSE_PAREN) depth++;
    else if (bytes[i] === OPEN_PAREN && --depth === 0) return i;
  }
  return close;
}

function hexNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = hexValue(bytes[i] as number);
    if (digit >= 0) value = value * 16 + digit;
    else if (i !== start + 1) return value; // the x of 0x
  }
  return value;
}
