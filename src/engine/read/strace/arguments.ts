import {
  ASTERISK,
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  EQUALS,
  GREATER,
  LESS,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  OPEN_PAREN,
  QUOTE,
  SLASH,
  SPACE,
} from "./ascii.ts";
import { skipString } from "./quoted.ts";

/**
 * Position after a `-y` annotation such as `3</path>`, `4<TCP:[127.0.0.1:80->…]>` or `5</dev/tty<char 5:0>>` whose `<` is
 * at `at`; `at` itself when there is no annotation there. Inside, strace escapes `<` and `>` of names.
 */
export function skipAnnotation(bytes: Uint8Array, start: number, at: number, end: number): number {
  if (at === start || bytes[at + 1] === LESS) return at; // `1<<CAP_CHOWN`
  const before = bytes[at - 1] as number;
  const named =
    (before >= 0x30 && before <= 0x39) || (before >= 0x41 && before <= 0x5a) || (before >= 0x61 && before <= 0x7a);
  if (!named) return at;
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i] as number;
    // Letters first, then what is below `<`: nearly all of a path.
    if (byte > GREATER) {
      if (byte === BACKSLASH) i++;
    } else if (byte >= LESS) {
      if (byte === LESS) depth++;
      else if (byte === GREATER && bytes[i - 1] !== MINUS && --depth === 0) return i + 1;
    }
  }
  return at;
}

/**
 * Finds the parenthesis that closes a call's arguments, reading forwards: strings, annotations and comments may contain
 * anything. Returns its position, or -1. The scan may start inside nested brackets (a resumed call).
 */
export function findArgumentsEnd(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (STRUCTURAL[byte] === 0) continue;
    switch (byte) {
      case QUOTE:
        i = skipString(bytes, i, end) - 1;
        break;
      case LESS: {
        const after = skipAnnotation(bytes, start, i, end);
        if (after > i) i = after - 1;
        break;
      }
      case SLASH:
        if (bytes[i + 1] === ASTERISK) i = skipComment(bytes, i, end) - 1;
        break;
      case OPEN_PAREN:
      case OPEN_BRACKET:
      case OPEN_BRACE:
        depth++;
        break;
      case CLOSE_PAREN:
        if (depth <= 0 && resultStart(bytes, i, end) !== -1) return i;
        depth--;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth--;
        break;
    }
  }
  return -1;
}

/** 1 for the characters that the scan above looks at. */
const STRUCTURAL = new Uint8Array(256);
for (const byte of [
  QUOTE,
  LESS,
  SLASH,
  OPEN_PAREN,
  OPEN_BRACKET,
  OPEN_BRACE,
  CLOSE_PAREN,
  CLOSE_BRACKET,
  CLOSE_BRACE,
]) {
  STRUCTURAL[byte] = 1;
}

/** Position of the result when the parenthesis at `at` is followed by blanks and `= `; else -1. */
export function resultStart(bytes: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  while (i < end && bytes[i] === SPACE) i++;
  return i > at + 1 && i + 2 <= end && bytes[i] === EQUALS && bytes[i + 1] === SPACE ? i + 2 : -1;
}

/** Where the last parenthesis that is followed by a result stands: the way out when brackets do not match; else -1. */
export function findLastArgumentsEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i >= start; i--) if (bytes[i] === CLOSE_PAREN && resultStart(bytes, i, end) !== -1) return i;
  return -1;
}

function skipComment(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 3; i < end; i++) if (bytes[i] === SLASH && bytes[i - 1] === ASTERISK) return i + 1;
  return at + 1;
}
