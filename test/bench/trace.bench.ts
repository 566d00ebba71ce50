import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { StraceReader } from "../../src/engine/read/strace/straceReader.ts";
import { readTables } from "../../src/engine/trace/arrowIn.ts";
import { ArrowTables, writeTables } from "../../src/engine/trace/arrowOut.ts";
import type { Trace } from "../../src/engine/trace/trace.ts";
import { TraceBuilder } from "../../src/engine/trace/traceBuilder.ts";
import { readTableFiles } from "../../src/node/runFolder/openRun.ts";
import { calibrate, calibrationLine } from "./calibration.ts";
import { copyLines, readSpans } from "./straceFloor.ts";
import { straceLog } from "./straceLog.ts";

/**
 * strace text to columns, columns to a run's tables, and back: events a second, bytes an event, and the time to open a run.
 * Times are processor time of this process. `npm run bench trace [EVENTS]`
 */

const CLOCK = { originRealtimeNs: 1_700_000_000_000_000_000n, originMonotonicNs: 0n };
const CHUNK = 1 << 16;
const RUNS = 9;

/** The obvious way to do it: the yardstick in the same run. */
const PATTERN = /^(\d+)\s+(\d+\.\d+) (?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$/;
const RESULT =
  /^(.*?)(?: <unfinished \.\.\.>|\)\s+= (-?\d+|0x[0-9a-f]+|\?)(?:<[^>]*>)?(?: (E[A-Z]+) \([^)]*\))?(?: <([\d.]+)>)?)$/;

async function withRegularExpressions(file: string): Promise<number> {
  const names = new Map<string, number>();
  const intern = (text: string): number => {
    const id = names.get(text) ?? names.size;
    names.set(text, id);
    return id;
  };
  const columns = {
    start: [] as number[],
    tid: [] as number[],
    name: [] as number[],
    args: [] as number[],
    result: [] as number[],
  };
  const open = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const found = PATTERN.exec(line);
    if (found === null) continue;
    const [, tid = "", time = "", name, rest = "", resumed, more = ""] = found;
    if (line.endsWith("<unfinished ...>")) {
      open.set(tid, rest);
      continue;
    }
    const whole = RESULT.exec(name === undefined ? `${open.get(tid) ?? ""}${more}` : rest);
    if (whole === null) continue;
    columns.start.push(Number(time));
    columns.tid.push(Number(tid));
    columns.name.push(intern(name ?? resumed ?? ""));
    columns.args.push(intern(whole[1] ?? ""));
    columns.result.push(Number(whole[2]));
  }
  return columns.start.length;
}

function parse(text: Buffer): { builder: TraceBuilder; events: number } {
  const builder = new TraceBuilder(CLOCK);
  const reader = new StraceReader(builder, { captureData: false });
  for (let at = 0; at < text.length; at += CHUNK) reader.push(text.subarray(at, at + CHUNK));
  const { badLines } = reader.end();
  if (badLines > 0) throw new Error(`${badLines} lines of the synthetic log could not be read`);
  return { builder, events: builder.counts.syscalls };
}

/**
 * Bytes behind the columns of a trace's calls, and those of its result texts estimated as V8 stores them: 13 characters and
 * more as a part of a longer string, shorter ones as strings of their own.
 */
function bytesOf({ syscalls }: Trace): number {
  const buffers = new Set<ArrayBufferLike>();
  let texts = 0;
  for (const column of Object.values(syscalls)) if (ArrayBuffer.isView(column)) buffers.add(column.buffer);
  for (const text of syscalls.resultTexts) texts += 8 + (text.length < 13 ? 16 : 32) + text.length;
  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, texts);
}

/** Milliseconds of processor time that this process has used: other processes on the machine do not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Measured {
  readonly best: number;
  readonly median: number;
}

function times(work: () => void): Measured {
  return inTurns(work)[0];
}

/** Measures some works in turns, so that what else happens on the machine meets them all. */
function inTurns<T extends readonly (() => void)[]>(...works: T): { [K in keyof T]: Measured } {
  const measured = works.map((): number[] => []);
  for (let run = 0; run < RUNS; run++) {
    for (const [i, work] of works.entries()) {
      const begin = processorMs();
      work();
      measured[i]?.push(processorMs() - begin);
    }
  }
  return measured.map((all) => {
    all.sort((a, b) => a - b);
    return { best: all[0] as number, median: all[RUNS >> 1] as number };
  }) as { [K in keyof T]: Measured };
}

const events = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(path.join(tmpdir(), "goldentrace-bench-"));
try {
  const line = (what: string, figures: string): void => console.log(`${what.padEnd(44)} ${figures}`);
  const rate = (count: number, ms: number): string => `${(count / ms / 1000).toFixed(2)} M events/s`;
  const text = straceLog(events);
  const file = path.join(folder, "strace.log");
  writeFileSync(file, text);
  console.log(calibrationLine(calibrate()));

  const lines = copyLines(text);
  const [parsed, built, copied, spans] = inTurns(
    () => void parse(text),
    () => void parse(text).builder.build(),
    () => void copyLines(text),
    () => void readSpans(text, lines),
  );
  const count = parse(text).events;
  const against = (other: Measured): string =>
    `${(parsed.median / other.median).toFixed(2)} times as long, best runs ${(parsed.best / other.best).toFixed(2)}`;
  line("log", `${count} events, ${(text.length / count).toFixed(0)} bytes an event`);
  line("strace text to columns", `${rate(count, parsed.median)} median of ${RUNS}, ${rate(count, parsed.best)} best`);
  line("the same, sorted into one array a column", `${rate(count, built.median)}, ${rate(count, built.best)} best`);
  line(
    "only line feeds found and arguments copied",
    `${rate(count, copied.median)}; the reader takes ${against(copied)}`,
  );
  line("only spans, nothing kept or checked", `${rate(count, spans.median)}; the reader takes ${against(spans)}`);
  const begin = processorMs();
  const withRegex = await withRegularExpressions(file);
  const regex = processorMs() - begin;
  line("readline and regular expressions", `${rate(withRegex, regex)}, ratio ${(regex / parsed.median).toFixed(1)}`);

  const trace = parse(text).builder.build();
  line("in memory", `${(bytesOf(trace) / count).toFixed(1)} bytes an event`);

  const tables = new Map<string, Uint8Array[]>();
  const written = times(() => {
    tables.clear();
    for (const chunk of writeTables(trace)) tables.set(chunk.file, [...(tables.get(chunk.file) ?? []), chunk.bytes]);
  });
  let size = 0;
  for (const [name, chunks] of tables) {
    const bytes = Buffer.concat(chunks);
    size += bytes.length;
    writeFileSync(path.join(folder, `${name}.arrow`), bytes);
  }
  line(
    "columns to tables, compacted",
    `${rate(count, written.median)}, ${(size / count).toFixed(1)} bytes an event on disk`,
  );

  const live = times(() => {
    const stream = new ArrowTables();
    stream.begin();
    const builder = new TraceBuilder(CLOCK);
    const reader = new StraceReader(builder, { captureData: false });
    for (let at = 0; at < text.length; at += CHUNK * 4) {
      reader.push(text.subarray(at, at + CHUNK * 4));
      stream.append(builder.takeBatch(0));
    }
    stream.end();
  });
  line("text to columns to tables, in batches of 2,000", rate(count, live.median));

  const opened: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = processorMs();
    const { tables: read } = readTables(await readTableFiles(folder));
    opened.push(processorMs() - start);
    if (read.syscalls.length !== count) throw new Error("The run was not read whole");
  }
  const [first = 0] = opened;
  opened.sort((a, b) => a - b);
  line(
    "open the run, files read included",
    `${opened[RUNS >> 1]?.toFixed(0)} ms median, ${opened[0]?.toFixed(0)} ms best, ${first.toFixed(0)} ms the first time`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
