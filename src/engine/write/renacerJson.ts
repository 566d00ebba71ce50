import { argumentText } from "../query/argumentText.ts";
import { splitArguments } from "../query/splitArguments.ts";
import { hasReturned } from "../query/syscallTable.ts";
import { resultNumber } from "./resultNumber.ts";
import { textChunks } from "./textChunks.ts";
import type { ExportInput, TraceWriter } from "./writer.ts";

/** The renacer release whose reader this follows; its readers look at `format`, not at this. */
const RENACER_VERSION = "0.6.6";

/**
 * `renacer-json-v1` and more, one call a line: `name`, `args`, `result` (-errno on errors), `duration_us`, `source` as renacer 0.6 writes
 * them, `ts_us` and `tid` as 0.10 does, and what neither has: `pid`, `errno`, exact `start_ns` and `duration_ns`. Calls without a result,
 * which renacer's format cannot hold, follow in `unreturned`.
 */
function* renacerLines({ trace, summary, manifest, toolVersion }: ExportInput): Generator<string> {
  const { syscalls } = trace;
  yield `{\n  "version": ${JSON.stringify(RENACER_VERSION)},\n  "format": "renacer-json-v1",\n`;
  yield `  "generator": ${JSON.stringify(`goldentrace ${toolVersion}`)},\n`;
  yield `  "command": ${JSON.stringify(summary.command)},\n`;
  yield `  "complete": ${summary.complete},\n`;

  yield '  "syscalls": [';
  let separator = "\n";
  let unreturned = 0;
  let count = 0;
  let totalNs = 0;
  for (let row = 0; row < syscalls.length; row++) {
    if (!hasReturned(syscalls.state[row] as number, syscalls.errno[row] as number)) {
      unreturned++;
      continue;
    }
    count++;
    const duration = syscalls.duration[row] as number;
    if (duration >= 0) totalNs += duration;
    yield `${separator}    ${callJson(trace, row)}`;
    separator = ",\n";
  }
  yield count === 0 ? "],\n" : "\n  ],\n";

  if (unreturned > 0) {
    yield '  "unreturned": [';
    separator = "\n";
    for (let row = 0; row < syscalls.length; row++) {
      if (hasReturned(syscalls.state[row] as number, syscalls.errno[row] as number)) continue;
      yield `${separator}    ${callJson(trace, row)}`;
      separator = ",\n";
    }
    yield "\n  ],\n";
  }

  const exit = manifest?.exit ?? summary.exit;
  yield `  "summary": ${JSON.stringify({
    total_syscalls: count,
    total_time_us: Math.round(totalNs / 1000),
    // renacer has no word for a death by signal; -1 is what it prints for a status it cannot tell.
    exit_code: exit === null ? null : (exit.code ?? -1),
    ...(exit?.signal ? { signal: exit.signal } : {}),
  })}\n}\n`;
}

function callJson(trace: ExportInput["trace"], row: number): string {
  const { syscalls, threads, stacks, sites } = trace;
  const args = splitArguments(argumentText(syscalls, row));
  let json = `{"name":${JSON.stringify(syscalls.names[syscalls.name[row] as number])},"args":${JSON.stringify(args)}`;
  const result = resultNumber(syscalls, row);
  if (result !== undefined) json += `,"result":${result}`;
  const duration = syscalls.duration[row] as number;
  if (duration >= 0) json += `,"duration_us":${Math.round(duration / 1000)}`;
  const stack = syscalls.stack[row] as number;
  const site = stack < 0 ? undefined : sites[stacks.site[stack] as number];
  if (site !== undefined) {
    const source = { file: site.file, line: site.line, ...(site.function === "" ? {} : { function: site.function }) };
    json += `,"source":${JSON.stringify(source)}`;
  }
  const start = syscalls.start[row] as number;
  if (!Number.isNaN(start)) json += `,"ts_us":${Math.floor(start / 1000)}`;
  const thread = threads[syscalls.thread[row] as number];
  if (thread !== undefined) json += `,"tid":${thread.tid},"pid":${thread.pid}`;
  const errno = syscalls.errnos[syscalls.errno[row] as number] ?? "";
  if (errno !== "") json += `,"errno":${JSON.stringify(errno)}`;
  if (!Number.isNaN(start)) json += `,"start_ns":${start}`;
  if (duration >= 0) json += `,"duration_ns":${duration}`;
  return `${json}}`;
}

export const renacerJsonWriter: TraceWriter = {
  id: "renacer-json",
  description: "renacer-json-v1 with times, threads and errnos added; one system call a line",
  extension: ".json",
  write: (input) => textChunks(renacerLines(input)),
};
