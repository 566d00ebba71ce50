import { AsciiBuffer } from "../../trace/asciiBuffer.ts";
import { skipAnnotation } from "./arguments.ts";
import { CLOSE_BRACKET, COMMA, DOT, GREATER, isDigit, LESS, QUOTE, SPACE } from "./ascii.ts";
import { skipString } from "./quoted.ts";

/** Which quoted strings among a call's arguments are contents of buffers, and not names. */
export const Redaction = {
  none: 0,
  /** Every string. */
  all: 1,
  /** Strings behind `iov_base=` and the like: socket addresses beside them stay. */
  fields: 2,
  /** Strings behind the first array: the environment that `strace -v` prints behind the program's arguments. */
  afterArray: 3,
  /** The only string, behind a descriptor and in front of numbers: `3</path>, "…", 10, 0`. */
  only: 4,
  /** Only string 1, 2, 3 or 4: add to this number. */
  nth: 10,
} as const;

const nth = (position: number): number => Redaction.nth + position;

/**
 * Calls whose arguments carry data. Paths, socket addresses, program arguments and names of attributes are no data; file
 * contents, messages, keys, random numbers and the option string of `mount` (passwords of network shares) are.
 */
const REDACTED_CALLS: Readonly<Record<string, number>> = {
  ...each(["read", "write", "pread64", "pwrite64"], Redaction.only),
  ...each(["readv", "writev", "preadv", "pwritev", "preadv2", "pwritev2"], Redaction.all),
  ...each(
    ["getrandom", "vmsplice", "process_vm_readv", "process_vm_writev", "setsockopt", "getsockopt"],
    Redaction.all,
  ),
  ...each(
    ["mq_timedsend", "mq_timedreceive", "mq_timedsend_time64", "mq_timedreceive_time64", "keyctl"],
    Redaction.all,
  ),
  ...each(
    ["sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "recvmmsg_time64", "io_submit", "msgsnd", "msgrcv"],
    Redaction.fields,
  ),
  ...each(["sendto", "recvfrom", "send", "recv"], nth(1)),
  ...each(["fsetxattr", "fgetxattr"], nth(2)),
  ...each(["setxattr", "lsetxattr", "getxattr", "lgetxattr", "setxattrat", "getxattrat", "add_key"], nth(3)),
  mount: nth(4),
  execve: Redaction.afterArray,
  execveat: Redaction.afterArray,
};

function each(names: readonly string[], redaction: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, redaction]));
}

export function redactionOf(syscall: string): number {
  return Object.hasOwn(REDACTED_CALLS, syscall) ? (REDACTED_CALLS[syscall] ?? Redaction.none) : Redaction.none;
}

/** What strace itself prints for a string of which no byte is shown (`-s 0`). */
const PLACEHOLDER = AsciiBuffer.of('""...');

const DATA_FIELDS = ["iov_base=", "aio_buf=", "mtext=", "cmsg_data=", "data="];

export interface ArgumentSink {
  /** Appends a piece of ASCII text; `COPY_SLACK` bytes can be read behind it. */
  appendAscii(view: DataView, start: number, end: number): void;
}

/**
 * Appends arguments with the contents of buffers replaced by `""...`; lengths, which are arguments of their own, stay.
 * `view` shows the same memory as `bytes`.
 */
export function appendRedacted(
  sink: ArgumentSink,
  redaction: number,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): void {
  if (redaction === Redaction.only && appendWithoutString(sink, bytes, view, start, end)) return;
  let kept = start;
  let strings = 0;
  let arrayClosed = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const after = skipString(bytes, i, end);
      strings++;
      const isData =
        redaction === Redaction.all ||
        redaction === Redaction.only ||
        (redaction === Redaction.fields && followsDataField(bytes, start, i)) ||
        (redaction === Redaction.afterArray && arrayClosed) ||
        strings === redaction - Redaction.nth;
      if (isData && after > i + 2) {
        sink.appendAscii(view, kept, i);
        sink.appendAscii(PLACEHOLDER.view, 0, PLACEHOLDER.length);
        kept = after;
        while (kept < end && kept < after + 3 && bytes[kept] === DOT) kept++;
      }
      i = after - 1;
    } else if (byte === LESS) {
      const after = skipAnnotation(bytes, start, i, end);
      if (after > i) i = after - 1;
    } else if (byte === CLOSE_BRACKET) {
      arrayClosed = true;
    }
  }
  sink.appendAscii(view, kept, end);
}

/**
 * The shape nearly all data has, without reading through it: the string begins behind the descriptor and ends at the last
 * quote. Tells whether the arguments have this shape; nothing is appended otherwise.
 */
function appendWithoutString(
  sink: ArgumentSink,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): boolean {
  let open = start;
  while (open < end && isDigit(bytes[open] as number)) open++;
  if (bytes[open] === LESS) open = skipAnnotation(bytes, start, open, end);
  if (bytes[open] !== COMMA || bytes[open + 1] !== SPACE || bytes[open + 2] !== QUOTE) return false;
  open += 2;
  let last = end - 1;
  while (last > open && bytes[last] !== QUOTE && bytes[last] !== GREATER) last--;
  if (last <= open + 1 || bytes[last] !== QUOTE) return false;
  let rest = last + 1;
  while (rest < end && rest < last + 4 && bytes[rest] === DOT) rest++;
  // Behind it are numbers only, or what looked like its end is a quote inside the string.
  for (let i = rest; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte !== COMMA && byte !== SPACE && !isDigit(byte)) return false;
  }
  sink.appendAscii(view, start, open);
  sink.appendAscii(PLACEHOLDER.view, 0, PLACEHOLDER.length);
  sink.appendAscii(view, rest, end);
  return true;
}

function followsDataField(bytes: Uint8Array, start: number, quote: number): boolean {
  return DATA_FIELDS.some((field) => {
    const at = quote - field.length;
    if (at < start) return false;
    for (let i = 0; i < field.length; i++) if (bytes[at + i] !== field.charCodeAt(i)) return false;
    return true;
  });
}
