import type { SyscallColumns } from "../trace/trace.ts";
import { endOfAnnotation, endOfString, opensAnnotation } from "./tracerText.ts";

// Rows are decoded one at a time, on demand; the text is ASCII by the contract of `argBytes`.
const ascii = new TextDecoder("latin1");

/** The argument text of one call, as the tracer printed it. */
export function argumentText(syscalls: SyscallColumns, row: number): string {
  return ascii.decode(syscalls.argBytes.subarray(syscalls.argStart[row], syscalls.argEnd[row]));
}

/** The result of one call as the tracer prints it: `3</etc/hosts>`, `-1 ENOENT`, `0x7f…`, `?`. */
export function resultText(syscalls: SyscallColumns, row: number): string {
  const errno = syscalls.errnos[syscalls.errno[row] as number] ?? "";
  const result = syscalls.result[row] as number;
  const printed = syscalls.resultTexts[syscalls.resultText[row] as number];
  const value = Number.isNaN(result) ? "?" : String(result);
  if (errno !== "") return `${value} ${errno}`;
  return printed === undefined || printed === "" ? value : printed;
}

/** Calls whose quoted argument is data and not a path. */
const DATA_CALLS = new Set(
  (
    "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 send recv sendto recvfrom sendmsg recvmsg " +
    "sendmmsg recvmmsg getdents getdents64 ioctl prctl getrandom sethostname setdomainname mq_timedsend mq_timedreceive " +
    "keyctl add_key request_key init_module getsockopt setsockopt bpf process_vm_readv process_vm_writev msgsnd msgrcv"
  ).split(" "),
);

/**
 * The path (or socket address) that a call is about: its first quoted argument, else what its first descriptor points to
 * (`3</etc/hosts>`), else empty.
 */
export function callPath(name: string, args: string): string {
  if (!DATA_CALLS.has(name)) {
    const quoted = firstQuoted(args);
    if (quoted !== undefined) return unescapeTracerString(quoted);
  }
  return unescapeTracerString(firstDescriptorTarget(args) ?? "");
}

function firstQuoted(args: string): string | undefined {
  for (let index = 0; index < args.length; index++) {
    if (args[index] === "<" && opensAnnotation(args, index)) index = endOfAnnotation(args, index);
    else if (args[index] === '"') return args.slice(index + 1, endOfString(args, index));
  }
  return undefined;
}

function firstDescriptorTarget(args: string): string | undefined {
  const match = /^(?:AT_FDCWD|-?\d+)</.exec(args);
  if (match === null) return undefined;
  return args.slice(match[0].length, endOfAnnotation(args, match[0].length - 1));
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, a: 7, b: 8, e: 27 };
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Undoes the tracer's C escapes (`\n`, `\303`, `\xc3`). Text that is not UTF-8 once decoded is returned as it was printed, so that
 * different names stay different.
 */
export function unescapeTracerString(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== "\\") {
      bytes.push(text.charCodeAt(index));
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(index + 1, index + 4));
    const hex = /^x[0-9a-fA-F]{2}/.exec(text.slice(index + 1, index + 4));
    const code = octal ?? hex;
    if (code !== null) {
      const value = octal !== null ? Number.parseInt(code[0], 8) : Number.parseInt(code[0].slice(1), 16);
      bytes.push(value & 0xff);
      index += code[0].length;
    } else {
      const next = text[++index];
      if (next === undefined) bytes.push(92);
      else bytes.push(SIMPLE_ESCAPES[next] ?? next.charCodeAt(0));
    }
  }
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}
