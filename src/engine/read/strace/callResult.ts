import { asciiText } from "../../../base/asciiText.ts";
import { ByteInterner } from "../../trace/byteInterner.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";
import { SyscallState } from "../../trace/trace.ts";
import { CLOSE_PAREN, hasAt, hexValue, isDigit, MINUS, QUESTION, SPACE, ZERO } from "./ascii.ts";
import { wordEnd } from "./lineParts.ts";

/**
 * What stands behind ` = `: `3</path>`, `-1 ENOENT (No such file or directory)`, `0x7f00 (flags …)`, `? ERESTARTSYS (…)`, …
 * One object is filled call by call.
 */
export class CallResult {
  state: number = SyscallState.returned;
  /** Id in the rows' table; 0 for success. */
  errno = 0;
  /** `NaN` when there is none. */
  value = 0;
  /** Where the text begins that the number does not tell whole; -1 when the number is all there is. */
  textStart = -1;
  private readonly errnos: ByteInterner;

  constructor(private readonly rows: SyscallRows) {
    this.errnos = new ByteInterner((bytes, start, end) => rows.errnoId(asciiText(bytes, start, end)));
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    this.state = SyscallState.returned;
    this.errno = 0;
    this.textStart = -1;
    if (bytes[start] === QUESTION) this.missing(bytes, start, end);
    else this.number(bytes, start, end);
  }

  private missing(bytes: Uint8Array, start: number, end: number): void {
    this.state = SyscallState.noResult;
    this.value = Number.NaN;
    const at = start + 1;
    if (bytes[at] === SPACE && bytes[at + 1] === 0x45) {
      this.errno = this.errnos.id(bytes, at + 1, wordEnd(bytes, at + 1, end));
    } else if (at < end) {
      this.textStart = start;
    }
  }

  private number(bytes: Uint8Array, start: number, end: number): void {
    const negative = bytes[start] === MINUS;
    const digits = negative ? start + 1 : start;
    let at = digits;
    let value = 0;
    if (bytes[at] === ZERO && bytes[at + 1] === 0x78) {
      at += 2;
      for (let digit = hexValue(bytes[at] as number); at < end && digit >= 0; digit = hexValue(bytes[at] as number)) {
        value = value * 16 + digit;
        at++;
      }
      this.textStart = start;
    } else {
      const base = bytes[at] === ZERO ? 8 : 10; // umask prints octal
      while (at < end && isDigit(bytes[at] as number)) value = value * base + (bytes[at++] as number) - ZERO;
      if (base === 8 && at > digits + 1) this.textStart = start;
    }
    if (at === digits) {
      value = Number.NaN;
      this.textStart = start;
    } else if (negative) {
      value = -value;
      at = this.error(bytes, start, at, end);
    }
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      // Too large to have been added up exactly.
      value = Number(asciiText(bytes, start, Math.min(at, start + 24)));
      this.textStart = start;
    }
    if (at < end && this.errno === 0) this.textStart = start;
    this.value = value;
  }

  /** Reads the errno at `at`, behind a negative number; returns where what is not understood begins. */
  private error(bytes: Uint8Array, start: number, at: number, end: number): number {
    if (bytes[at] === SPACE && bytes[at + 1] === 0x45) {
      this.errno = this.errnos.id(bytes, at + 1, wordEnd(bytes, at + 1, end));
      // `-1 EBADF (Bad file descriptor) (INJECTED)`
      if (bytes[end - 1] === CLOSE_PAREN && hasAt(bytes, end - 10, "(INJECTED)")) this.textStart = start;
      return end;
    }
    if (!hasAt(bytes, at, " (errno ")) return at;
    this.errno = this.rows.errnoId(`ERRNO_${asciiText(bytes, at + 8, end).replace(/\D.*/, "")}`);
    return end;
  }
}
