import { argumentText } from "../query/argumentText.ts";
import { SyscallState, type Trace } from "../trace/trace.ts";
import { resultNumber } from "./resultNumber.ts";
import { textChunks } from "./textChunks.ts";
import type { TraceWriter } from "./writer.ts";

/** renacer's five columns under their names, then what it does not have. */
const HEADER = [
  "syscall",
  "arguments",
  "result",
  "duration",
  "source_location",
  "start_ns",
  "duration_ns",
  "pid",
  "tid",
  "errno",
  "state",
].join(",");

const STATE_NAMES = {
  [SyscallState.returned]: "returned",
  [SyscallState.unfinished]: "unfinished",
  [SyscallState.noResult]: "no-result",
};

/**
 * One field by RFC 4180. Text that a spreadsheet would take for a formula gets a leading apostrophe, as OWASP advises; numbers are
 * left alone. Line breaks inside text are escapes already in tracers' output, and are quoted where they are not.
 */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function* csvLines(trace: Trace): Generator<string> {
  const { syscalls, threads, stacks, sites } = trace;
  yield `${HEADER}\r\n`;
  const names = syscalls.names.map(csvField);
  for (let row = 0; row < syscalls.length; row++) {
    const duration = syscalls.duration[row] as number;
    const stack = syscalls.stack[row] as number;
    const site = stack < 0 ? undefined : sites[stacks.site[stack] as number];
    const thread = threads[syscalls.thread[row] as number];
    const known = !Number.isNaN(duration);
    const cells = [
      names[syscalls.name[row] as number],
      csvField(argumentText(syscalls, row)),
      resultNumber(syscalls, row) ?? "",
      known ? `${Math.round(duration / 1000)}us` : "",
      site === undefined
        ? ""
        : csvField(`${site.file}:${site.line}${site.function === "" ? "" : ` in ${site.function}`}`),
      syscalls.start[row],
      known ? duration : "",
      thread?.pid ?? "",
      thread?.tid ?? "",
      csvField(syscalls.errnos[syscalls.errno[row] as number] ?? ""),
      STATE_NAMES[syscalls.state[row] as SyscallState],
    ];
    yield `${cells.join(",")}\r\n`;
  }
}

export const csvWriter: TraceWriter = {
  id: "csv",
  description: "one system call a line (RFC 4180); renacer's columns first",
  extension: ".csv",
  write: ({ trace }) => textChunks(csvLines(trace)),
};
