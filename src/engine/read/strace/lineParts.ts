import { CLOSE_PAREN, DOT, EQUALS, findText, GREATER, hasAt, isDigit, LESS, OPEN_PAREN, SPACE, ZERO } from "./ascii.ts";
import { fourDigits, notDigits } from "./digits.ts";
import { fraction } from "./linePrefix.ts";

/** How a line ends whose call goes on while another thread is heard. */
export const UNFINISHED = " <unfinished ...>";
/** How the line ends that strace was printing when it was told to let go. */
const DETACHED = " <detached ...>";

/** Position of the parenthesis behind a system call's name, -1 when what is at `start` is no name. */
export function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && IN_NAME[bytes[at] as number] === 1) at++;
  return at > start && at < end && bytes[at] === OPEN_PAREN && at - start <= MAX_NAME ? at : -1;
}

const MAX_NAME = 64;
/** Letters, digits, `_`, and `?` of the names that strace could not find out. */
const IN_NAME = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w?]/.test(String.fromCharCode(byte)) ? 1 : 0));

/** Position of the `<` of ` <0.000123456>` at the end of a line, -1 when there is none. */
export function durationStart(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end - 1] !== GREATER) return -1;
  let at = end - 2;
  let dots = 0;
  for (; at > start; at--) {
    const byte = bytes[at] as number;
    if (byte === DOT) dots++;
    else if (byte < ZERO || byte > 0x39) break;
  }
  return at > start && bytes[at] === LESS && bytes[at - 1] === SPACE && dots === 1 ? at : -1;
}

/** Length of ` <0.000123456>`: what we ask strace for. */
export const DURATION = 14;

/**
 * Nanoseconds of the duration at the end of a line when it has the length above, read without detours; else -1. Bytes up to
 * `DURATION` in front of `end` must be there.
 */
export function plainDuration(bytes: Uint8Array, view: DataView, end: number): number {
  const at = end - DURATION;
  // Blank, `<`, a digit, the point.
  const opening = view.getInt32(at, true);
  const seconds = (bytes[at + 2] as number) - ZERO;
  const last = (bytes[at + 12] as number) - ZERO;
  const first = view.getInt32(at + 4, true);
  const second = view.getInt32(at + 8, true);
  if ((opening & 0xff00ffff) !== 0x2e003c20 || (notDigits(first) | notDigits(second)) !== 0) return -1;
  if (seconds < 0 || seconds > 9 || last < 0 || last > 9 || bytes[end - 1] !== GREATER) return -1;
  return seconds * 1e9 + ((fourDigits(first) * 10000 + fourDigits(second)) * 10 + last);
}

/** Nanoseconds of the seconds in `[start, end)`, digits with a point. */
export function readDuration(bytes: Uint8Array, start: number, end: number): number {
  let seconds = 0;
  let at = start;
  while (bytes[at] !== DOT) seconds = seconds * 10 + (bytes[at++] as number) - ZERO;
  return seconds * 1e9 + fraction(bytes, at + 1, end);
}

/**
 * The closing parenthesis of the arguments, found from the end of the line where that cannot be mistaken: the result is
 * one word, a descriptor with a path, or an errno with its text. -1 where arguments must be read forwards.
 */
export function fastArgumentsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  const last = bytes[at];
  if (last === GREATER) {
    // `3</path>`. Within names strace escapes both brackets: where there are more, it is not a name, or not only.
    at--;
    while (at > start && bytes[at] !== LESS && bytes[at] !== GREATER) at--;
    if (bytes[at] !== LESS) return -1;
    const number = at--;
    while (at > start && isDigit(bytes[at] as number)) at--;
    if (at === number - 1 || bytes[at] !== SPACE) return -1;
  }
  if (last === CLOSE_PAREN) {
    while (at > start && bytes[at] !== OPEN_PAREN) at--;
    at -= 2;
    if (at <= start || bytes[at + 1] !== SPACE) return -1;
    const word = at;
    while (at > start && bytes[at] !== SPACE) at--;
    if (at === word || bytes[at + 1] !== 0x45) return -1;
    at--;
  }
  while (at > start && bytes[at] !== SPACE) at--;
  if (at - 1 <= start || bytes[at] !== SPACE || bytes[at - 1] !== EQUALS) return -1;
  at -= 2;
  if (bytes[at] !== SPACE) return -1;
  while (at > start && bytes[at] === SPACE) at--;
  return bytes[at] === CLOSE_PAREN ? at : -1;
}

/** Length of the words that stand for the rest of a call which had not returned; 0 when the line is whole. */
export function unfinishedLength(bytes: Uint8Array, end: number): number {
  if (bytes[end - 2] !== DOT) return 0;
  if (hasAt(bytes, end - UNFINISHED.length, UNFINISHED)) return UNFINISHED.length;
  return hasAt(bytes, end - DETACHED.length, DETACHED) ? DETACHED.length : 0;
}

export function endsUnfinished(bytes: Uint8Array, end: number): boolean {
  return bytes[end - 2] === DOT && hasAt(bytes, end - UNFINISHED.length, UNFINISHED);
}

export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE) at++;
  return at;
}

/** What strace says about itself when its messages go into the log: attached, detached, exit of a thread. */
export function isNoise(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    hasAt(bytes, start, "strace: ") || (hasAt(bytes, start, "Process ") && findText(bytes, "tached", start, end) !== -1)
  );
}
