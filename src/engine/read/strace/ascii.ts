/** Codes of the characters that tracers' output is cut at. */
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const OPEN_PAREN = 0x28;
export const CLOSE_PAREN = 0x29;
export const ASTERISK = 0x2a;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const PIPE = 0x7c;
export const CLOSE_BRACE = 0x7d;

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Value of a hexadecimal digit, -1 for anything else. */
export function hexValue(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  return -1;
}

/** Whether `bytes` has the ASCII `text` at `at`; false beyond the end. */
export function hasAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Position of the ASCII `text` that lies whole in `[start, end)`, or -1. */
export function findText(bytes: Uint8Array, text: string, start: number, end: number): number {
  const first = text.charCodeAt(0);
  for (let at = start; at <= end - text.length; at++) if (bytes[at] === first && hasAt(bytes, at, text)) return at;
  return -1;
}

/** The input with every byte beyond ASCII as a backslash and three octal digits, as strace prints them itself. */
export function escapeNonAscii(bytes: Uint8Array): Uint8Array {
  let high = 0;
  for (const byte of bytes) if (byte >= 0x80) high++;
  const escaped = new Uint8Array(bytes.length + 3 * high);
  let at = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      escaped[at++] = byte;
    } else {
      escaped[at++] = BACKSLASH;
      escaped[at++] = ZERO + (byte >> 6);
      escaped[at++] = ZERO + ((byte >> 3) & 7);
      escaped[at++] = ZERO + (byte & 7);
    }
  }
  return escaped;
}
