import { BACKSLASH, hexValue, QUOTE } from "./ascii.ts";

/** Position after the closing quote of the string whose opening quote is at `at`; `end` when it is not closed. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return end;
}

const SIMPLE_ESCAPES: Readonly<Record<number, number>> = {
  97: 7, // \a
  98: 8, // \b
  116: 9, // \t
  110: 10, // \n
  118: 11, // \v
  102: 12, // \f
  114: 13, // \r
  101: 27, // \e
};

/** The bytes that strace's escaped text in `[start, end)` stands for: C escapes, octal of up to three digits, `\xNN`. */
export function unescapeBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const result = new Uint8Array(end - start);
  let used = 0;
  for (let i = start; i < end; i++) {
    let byte = bytes[i] as number;
    if (byte === BACKSLASH && i + 1 < end) {
      byte = bytes[++i] as number;
      const digit = byte - 0x30;
      if (digit >= 0 && digit <= 7) {
        let value = digit;
        for (let more = 0; more < 2 && i + 1 < end; more++) {
          const next = (bytes[i + 1] as number) - 0x30;
          if (next < 0 || next > 7) break;
          value = value * 8 + next;
          i++;
        }
        byte = value & 0xff;
      } else if (
        byte === 0x78 &&
        i + 2 < end &&
        hexValue(bytes[i + 1] as number) >= 0 &&
        hexValue(bytes[i + 2] as number) >= 0
      ) {
        byte = hexValue(bytes[i + 1] as number) * 16 + hexValue(bytes[i + 2] as number);
        i += 2;
      } else {
        byte = SIMPLE_ESCAPES[byte] ?? byte;
      }
    }
    result[used++] = byte;
  }
  return result.subarray(0, used);
}

const utf8 = new TextDecoder();

/** Like `unescapeBytes`, as text; invalid UTF-8 is replaced. */
export function unescapeText(bytes: Uint8Array, start: number, end: number): string {
  return utf8.decode(unescapeBytes(bytes, start, end));
}

/** The first quoted string in `[start, end)` as text; undefined when there is none. */
export function firstString(bytes: Uint8Array, start: number, end: number): string | undefined {
  const quote = bytes.subarray(start, end).indexOf(QUOTE);
  if (quote === -1) return undefined;
  const after = skipString(bytes, start + quote, end);
  const closed = after > start + quote + 1 && bytes[after - 1] === QUOTE;
  return unescapeText(bytes, start + quote + 1, closed ? after - 1 : after);
}
