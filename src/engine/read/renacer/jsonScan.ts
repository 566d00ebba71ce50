/** Nothing that we read is nested deeper than ten levels. */
export const MAX_DEPTH = 64;

export interface JsonScan {
  /** Index behind the closing bracket of the value; -1 when the text ends before. */
  readonly end: number;
  /** Nested deeper than `MAX_DEPTH`; the scan ended there. */
  readonly tooDeep: boolean;
  /** Index behind the last value that closed at depth 2 (an event of the list of events); -1 for none. */
  readonly lastItem: number;
  /** Ranges of integers that a JavaScript number may not hold exactly, as `[start, end, start, end, …]`. */
  readonly longIntegers: readonly number[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/**
 * Looks over the JSON object or list that begins at `from`: where it ends, how deep it is, which integers are too long. Says nothing about
 * whether it is valid; that is `JSON.parse`'s work, which this makes safe to call.
 */
export function scanJson(text: string, from: number): JsonScan {
  let depth = 0;
  let lastItem = -1;
  const longIntegers: number[] = [];
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      if (i === -1) break;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return { end: -1, tooDeep: true, lastItem, longIntegers };
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
      if (depth === 2) lastItem = i + 1;
      if (depth <= 0) return { end: i + 1, tooDeep: false, lastItem, longIntegers };
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, i);
      // 2^53 has 16 digits.
      if (end - i >= 16) {
        const digits = text.slice(i, end);
        if (/^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits))) longIntegers.push(i, end);
      }
      i = end - 1;
    }
  }
  return { end: -1, tooDeep: false, lastItem, longIntegers };
}

/** Index of the quote that ends the string at `open`, or -1. */
function endOfString(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    // Digits, point, sign, exponent.
    if (!isDigit(code) && code !== 0x2e && code !== 0x2b && code !== MINUS && code !== 0x65 && code !== 0x45) break;
  }
  return end;
}

/** The same text with the integers at `ranges` (`JsonScan.longIntegers`) as strings. */
export function quoteIntegers(text: string, ranges: readonly number[]): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const [start, end] = [ranges[i] as number, ranges[i + 1] as number];
    parts.push(text.slice(at, start), '"', text.slice(start, end), '"');
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** Whether a parsed value has a key that would change what objects are when it is copied carelessly. */
export function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  if (Object.hasOwn(value, "__proto__")) return true;
  return Object.values(value).some(hasPrototypeKey);
}
