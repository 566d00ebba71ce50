import { CLOSE_BRACKET, COLON, DOT, hasAt, isDigit, OPEN_PAREN, PLUS, SPACE } from "./ascii.ts";

/** How a log tells time; other tools' logs have all of these. */
export type TimeKind = "none" | "epoch" | "clock" | "delta";

/** Larger than any pid (2^22): a number like this in front is a time in whole seconds. */
const MAX_PID = 1 << 22;

/**
 * What stands in front of a line's text: `1234  1700000000.123456789 `, `[pid  1234] 12:34:56.789 `, `     0.000123 `, `12:00:00 (+     0.5) `, …
 * One object is filled line by line.
 */
export class LinePrefix {
  /** -1 where the line names no thread. */
  tid = -1;
  kind: TimeKind = "none";
  /** Whole seconds: since 1970, since midnight, or since the line before. */
  seconds = 0;
  nanoseconds = 0;
  /** Where the text begins. */
  end = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.tid = -1;
    this.kind = "none";
    let at = start;
    if (hasAt(bytes, at, "[pid ")) {
      at = this.pid(bytes, at + 5, end);
      if (bytes[at] === CLOSE_BRACKET) at++;
    }
    while (at < end && bytes[at] === SPACE) at++;
    if (this.tid === -1 && at < end && isDigit(bytes[at] as number)) {
      const after = digitsEnd(bytes, at, end);
      if (bytes[after] === SPACE && after - at <= 7 && number(bytes, at, after) <= MAX_PID) {
        at = this.pid(bytes, at, end);
        while (at < end && bytes[at] === SPACE) at++;
      }
    }
    at = this.time(bytes, at, end);
    if (bytes[at] === OPEN_PAREN && bytes[at + 1] === PLUS) {
      while (at < end && bytes[at] !== 0x29) at++;
      at++;
    }
    while (at < end && bytes[at] === SPACE) at++;
    this.end = at;
  }

  private pid(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] === SPACE) at++;
    const after = digitsEnd(bytes, at, end);
    if (after > at) this.tid = Math.min(number(bytes, at, after), 0x7fffffff);
    return after;
  }

  private time(bytes: Uint8Array, start: number, end: number): number {
    if (start >= end || !isDigit(bytes[start] as number)) return start;
    let at = digitsEnd(bytes, start, end);
    let seconds = number(bytes, start, at);
    if (bytes[at] === COLON) {
      this.kind = "clock";
      for (let part = 0; part < 2 && bytes[at] === COLON; part++) {
        const from = at + 1;
        at = digitsEnd(bytes, from, end);
        seconds = seconds * 60 + number(bytes, from, at);
      }
    } else {
      this.kind = seconds >= 1e8 ? "epoch" : "delta";
    }
    this.seconds = seconds;
    this.nanoseconds = 0;
    if (bytes[at] === DOT) {
      const from = at + 1;
      at = digitsEnd(bytes, from, end);
      this.nanoseconds = fraction(bytes, from, at);
    }
    while (at < end && bytes[at] === SPACE) at++;
    return at;
  }
}

/** The digits in `[start, end)` as nanoseconds behind a decimal point; digits beyond the ninth are dropped. */
export function fraction(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 9; i++) value = value * 10 + (start + i < end ? (bytes[start + i] as number) - 0x30 : 0);
  return value;
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at;
}

function number(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}
