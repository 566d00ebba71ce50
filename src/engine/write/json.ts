import { argumentText } from "../query/argumentText.ts";
import { logLevelName } from "../trace/levels.ts";
import { SyscallState, type Trace } from "../trace/trace.ts";
import { textChunks } from "./textChunks.ts";
import type { ExportInput, TraceWriter } from "./writer.ts";

const STATES: Readonly<Record<SyscallState, string>> = {
  [SyscallState.returned]: "returned",
  [SyscallState.unfinished]: "unfinished",
  [SyscallState.noResult]: "no-result",
};

/** Everything in a trace as one JSON document, one row a line. Times in nanoseconds from the origin; `null` where not known. */
function* jsonLines({ trace, manifest, summary, toolVersion }: ExportInput): Generator<string> {
  yield `{\n"format": "goldentrace-trace-v1",\n"generator": ${JSON.stringify(`goldentrace ${toolVersion}`)},\n`;
  yield `"originRealtimeNs": "${trace.clock.originRealtimeNs}",\n"originMonotonicNs": "${trace.clock.originMonotonicNs}",\n`;
  yield `"summary": ${JSON.stringify(summary)},\n`;
  yield `"manifest": ${JSON.stringify(manifest ?? null)},\n`;
  yield* list("problems", trace.problems.length, (row) => trace.problems[row]);
  yield* list("threads", trace.threads.length, (row) => {
    const thread = trace.threads[row]!;
    return { ...thread, start: known(thread.start), end: known(thread.end), exit: thread.exit ?? null };
  });
  yield* list("syscalls", trace.syscalls.length, (row) => syscallRow(trace, row));
  yield* list("logs", trace.logs.length, (row) => logRow(trace, row));
  yield* list("metrics", trace.metrics.length, (row) => metricRow(trace, row));
  yield* list("gpus", trace.gpus.length, (row) => gpuRow(trace, row));
  yield* list("signals", trace.signals.length, (row) => trace.signals[row]);
  yield* list("marks", trace.marks.length, (row) => trace.marks[row]);
  yield* list("stacks", trace.stacks.length, (row) => ({
    parent: trace.stacks.parent[row],
    frame: trace.stacks.frame[row],
    site: trace.stacks.site[row],
  }));
  yield* list("frames", trace.stacks.frames.length, (row) => trace.stacks.frames[row]);
  yield* list("sites", trace.sites.length, (row) => trace.sites[row], "\n");
  yield "}\n";
}

function* list(name: string, length: number, rowAt: (row: number) => unknown, after = ",\n"): Generator<string> {
  yield `${JSON.stringify(name)}: [`;
  for (let row = 0; row < length; row++) yield `${row === 0 ? "\n" : ",\n"}${JSON.stringify(rowAt(row))}`;
  yield `${length === 0 ? "" : "\n"}]${after}`;
}

function syscallRow({ syscalls }: Trace, row: number): unknown {
  return {
    name: syscalls.names[syscalls.name[row] as number],
    args: argumentText(syscalls, row),
    result: known(syscalls.result[row]),
    resultText: syscalls.resultTexts[syscalls.resultText[row] as number],
    errno: syscalls.errnos[syscalls.errno[row] as number] || undefined,
    state: STATES[syscalls.state[row] as SyscallState],
    start: known(syscalls.start[row]),
    duration: known(syscalls.duration[row]),
    thread: syscalls.thread[row],
    stack: index(syscalls.stack[row]),
  };
}

function logRow({ logs }: Trace, row: number): unknown {
  return {
    time: known(logs.time[row]),
    stream: logs.stream[row] === 0 ? "stdout" : "stderr",
    level: logLevelName(logs.level[row] as number),
    text: logs.text[row],
    message: logs.message[row],
    logger: logs.logger[row] || undefined,
    threadName: logs.threadName[row] || undefined,
    offset: logs.offset[row],
    byteLength: logs.byteLength[row],
    site: index(logs.site[row]),
  };
}

function metricRow({ metrics }: Trace, row: number): unknown {
  const { length, ...columns } = metrics;
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, known(column[row])]));
}

function gpuRow({ gpus }: Trace, row: number): unknown {
  const { length, name, ...columns } = gpus;
  const figures = Object.entries(columns).map(([key, column]) => [key, known(column[row])]);
  return { ...Object.fromEntries(figures), name: name[row] };
}

/** `null` for the `NaN` that stands for "not known". */
function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Leaves out the -1 that stands for "none". */
function index(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}

export const jsonWriter: TraceWriter = {
  id: "json",
  description: "everything in the run as one JSON document, one row a line",
  extension: ".json",
  write: (input) => textChunks(jsonLines(input)),
};
