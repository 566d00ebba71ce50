import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTables, type TableFiles } from "./arrowIn.ts";
import { ArrowTables, type TableChunk, writeTables } from "./arrowOut.ts";
import { TABLE_NAMES, type TableName } from "./arrowSchema.ts";
import type { SyscallRecord } from "./records.ts";
import type { Trace } from "./trace.ts";
import { TraceBuilder } from "./traceBuilder.ts";

const CLOCK = { originRealtimeNs: 1_700_000_000_123_456_789n, originMonotonicNs: 5n };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Files as they are on disk after the chunks were appended. */
function join(chunks: Iterable<TableChunk>): Record<TableName, Uint8Array> {
  const parts = new Map<TableName, Uint8Array[]>(TABLE_NAMES.map((name) => [name, []]));
  for (const { file, bytes } of chunks) parts.get(file)?.push(bytes.slice());
  const joined = [...parts].map(([name, pieces]) => [name, new Uint8Array(pieces.flatMap((piece) => [...piece]))]);
  return Object.fromEntries(joined) as Record<TableName, Uint8Array>;
}

function addCall(builder: TraceBuilder, call: Partial<SyscallRecord>, args = ""): void {
  const bytes = encoder.encode(args);
  const whole = {
    start: 0,
    duration: 10,
    thread: 0,
    name: "read",
    state: 0 as const,
    errno: "",
    result: 0,
    resultText: "",
  };
  builder.addSyscall({ ...whole, stack: -1, ...call }, bytes, 0, bytes.length);
}

/** Fills a builder with something of everything; called twice, a recording with two batches. */
function fill(builder: TraceBuilder, from: number): void {
  const { threads, stacks } = builder;
  if (threads.length === 0) {
    threads.add({ pid: 10, tid: 10, parent: -1, role: "main", name: "sh", start: 0 });
    threads.add({ pid: 10, tid: 11, parent: 0, role: "thread", name: "worker", start: 5 });
  } else {
    threads.exec(0, '/bin/we"ird, name');
    threads.exit(1, 90, { kind: "killed", signal: "SIGSEGV", coreDumped: true });
    threads.add({ pid: 12, tid: 12, parent: 1, role: "process", name: "child", start: 70 });
  }
  const main = stacks.internFrame("/bin/prog", "main", 0x1139);
  const callee = stacks.internFrame("/bin/prog", `f${from}`, 0x2000 + from);
  const stack = builder.internStack([callee, main]);
  addCall(builder, { start: from + 3, stack, thread: 1, result: 12 }, '3</tmp/ü>, ""..., 12');
  addCall(builder, { start: from + 1, name: "openat", result: -1, errno: "ENOENT" }, 'AT_FDCWD, "x"');
  addCall(builder, { start: from + 4, name: "mmap", result: 2 ** 47, resultText: "0x800000000000" });
  addCall(builder, { start: from + 5, name: "syscall_0x1ff", result: -(2 ** 52) - 1 });
  addCall(builder, { start: from + 6, name: "exit_group", state: 2, result: Number.NaN, duration: Number.NaN }, "0");
  addCall(builder, { start: from + 7, state: 1, errno: "EXOTIC", result: Number.NaN, duration: Number.NaN });
  addCall(builder, {
    start: from + 8,
    name: "ioctl",
    result: 2 ** 64,
    resultText: "18446744073709551615",
  });
  const line = { offset: from, byteLength: 7, message: "m", logger: "app.x", threadName: "T", level: 20 };
  builder.addLog({ ...line, time: from, stream: "stderr", text: "INFO m\u{1f600}", site: { file: "a.py", line: 7 } });
  builder.addLog({ ...line, time: from + 1, stream: "stdout", text: "", level: 0, site: undefined });
  const counts = {
    threads: 1,
    processes: 2,
    voluntarySwitches: 3,
    involuntarySwitches: 4,
    minorFaults: 5,
    majorFaults: 6,
  };
  const sizes = { rssBytes: 2 ** 40, peakRssBytes: Number.NaN, readBytes: 1, writtenBytes: 2 };
  builder.addMetric({ time: from, pid: 0, cpuPercent: 12.5, cpuNs: 1e9, ...sizes, ...counts });
  const gpu = { name: "NVIDIA H100 80GB HBM3", utilizationPercent: 97, powerWatts: 412.57 };
  const gpuMemory = { memoryBytes: 2 ** 36, memoryTotalBytes: 2 ** 36 + 1, programMemoryBytes: Number.NaN };
  builder.addGpu({ time: from + 2, gpu: 1, ...gpu, ...gpuMemory });
  builder.addSignal({ time: from, thread: 1, signal: "SIGCHLD", details: "si_signo=SIGCHLD" });
  builder.addMark({ time: from, thread: -1, kind: "pause", name: "", value: "by user" });
}

/** A trace as plain data, so that two of them can be compared whatever their tables' order. */
function plain(trace: Omit<Trace, "clock" | "problems">): unknown {
  const { syscalls, logs, metrics, gpus, stacks, sites } = trace;
  const site = (index: number) => sites[index] ?? null;
  const frames = (node: number): unknown[] => {
    const names: unknown[] = [];
    for (let at = node; at >= 0; at = stacks.parent[at] as number) {
      const frame = stacks.frames[stacks.frame[at] as number];
      names.push([
        frame?.module,
        frame?.address,
        frame?.symbol,
        frame?.sites.map(site),
        site(stacks.site[at] as number),
      ]);
    }
    return names;
  };
  return {
    threads: trace.threads,
    signals: trace.signals,
    marks: trace.marks,
    syscalls: Array.from({ length: syscalls.length }, (_, i) => [
      syscalls.start[i],
      syscalls.duration[i],
      syscalls.thread[i],
      syscalls.names[syscalls.name[i] as number],
      syscalls.state[i],
      syscalls.errnos[syscalls.errno[i] as number],
      // 2^64 - 1 does not fit 64 signed bits; its text is exact.
      syscalls.result[i] === 2 ** 64 ? -1 : syscalls.result[i],
      syscalls.resultTexts[syscalls.resultText[i] as number] ?? "",
      frames(syscalls.stack[i] as number),
      decoder.decode(syscalls.argBytes.subarray(syscalls.argStart[i], syscalls.argEnd[i])),
    ]),
    logs: Array.from({ length: logs.length }, (_, i) => [
      [logs.time[i], logs.stream[i], logs.level[i], logs.offset[i], logs.byteLength[i], site(logs.site[i] as number)],
      [logs.text[i], logs.message[i], logs.logger[i], logs.threadName[i]],
    ]),
    metrics: Object.fromEntries(Object.entries(metrics).map(([key, column]) => [key, [...[column].flat()]])),
    gpus: Object.fromEntries(Object.entries(gpus).map(([key, column]) => [key, [...[column].flat()]])),
  };
}

function recorded(): { files: Record<TableName, Uint8Array>; whole: Trace } {
  const whole = new TraceBuilder(CLOCK);
  fill(whole, 0);
  fill(whole, 100);
  const builder = new TraceBuilder(CLOCK);
  const tables = new ArrowTables();
  const chunks = tables.begin();
  fill(builder, 0);
  chunks.push(...tables.append(builder.takeBatch(50)));
  fill(builder, 100);
  chunks.push(...tables.append(builder.takeBatch(150)), ...tables.end());
  return { files: join(chunks), whole: whole.build() };
}

describe("tables of a recording", () => {
  test("hold what was recorded, batch by batch", () => {
    const { files, whole } = recorded();
    const { tables, problems } = readTables(files);
    expect(problems).toEqual([]);
    expect(plain(tables)).toEqual(plain(whole));
  });

  test("hold it again after compaction, with the sites found meanwhile", () => {
    const { tables } = readTables(recorded().files);
    const site = { file: "/work/ö.c", line: 7, column: 3, function: "f(int)" };
    const inlined = { file: "/work/b.h", line: 9, column: 0, function: "g" };
    const trace: Trace = {
      ...tables,
      clock: CLOCK,
      problems: [],
      sites: [...tables.sites, site, inlined],
      stacks: {
        ...tables.stacks,
        site: tables.stacks.site.map((_, i) => (i === 1 ? tables.sites.length : -1)),
        frames: tables.stacks.frames.map((frame, i) =>
          i === 0 ? { ...frame, sites: [tables.sites.length + 1, tables.sites.length] } : frame,
        ),
      },
    };
    const again = readTables(join(writeTables(trace)));
    expect(again.problems).toEqual([]);
    expect(plain(again.tables)).toEqual(plain(trace));
  });

  test("are readable and empty right after the beginning", () => {
    const tables = new ArrowTables();
    const files = join([...tables.begin(), ...tables.end()]);
    const read = readTables({ ...files, gpus: undefined });
    expect(read.problems).toEqual([]);
    expect(read.tables.syscalls.length).toBe(0);
  });

  test("have none for GPUs where there was none, also after compaction, and nothing is missing then", () => {
    const builder = new TraceBuilder(CLOCK);
    const tables = new ArrowTables();
    const chunks = tables.begin();
    chunks.push(...tables.append(builder.takeBatch(1)), ...tables.end());
    const read = readTables({ ...join(chunks), gpus: undefined });
    expect(read.problems).toEqual([]);
    expect(read.tables.gpus.length).toBe(0);
    const compacted = [...writeTables({ ...read.tables, clock: CLOCK, problems: [] })];
    expect([...chunks, ...compacted].some(({ file }) => file === "gpus")).toBe(false);
  });

  test("cut at any byte: all whole batches are there, and the loss is told", () => {
    const { files, whole } = recorded();
    const { syscalls: file, threads, stacks, frames } = files;
    const expected = plain(whole) as { syscalls: unknown[] };
    let most = 0;
    // The first part is schema and dictionaries; there a sample of positions will do.
    const dense = file.length - 3500;
    for (let length = 0; length < file.length; length += length < dense ? 97 : 1) {
      const { tables, problems } = readTables({ threads, stacks, frames, syscalls: file.subarray(0, length) });
      expect(problems.map((problem) => problem.message)).toEqual([
        expect.stringContaining("Missing in the run folder: logs.arrow"),
        expect.stringContaining("Cut off: syscalls.arrow without an end mark"),
      ]);
      // Seven rows a batch, never less than were there with fewer bytes.
      if (tables.syscalls.length === most) continue;
      most = tables.syscalls.length;
      expect(most % 7).toBe(0);
      expect((plain(tables) as { syscalls: unknown[] }).syscalls).toEqual(expected.syscalls.slice(0, most));
    }
    expect(most).toBe(14);
  });

  test("missing files are told, and threads that are referred to get a stand-in", () => {
    const { files } = recorded();
    const { tables, problems } = readTables({ ...files, threads: undefined, stacks: undefined });
    expect(problems.map((problem) => problem.message)).toEqual([
      "Missing in the run folder: threads.arrow, stacks.arrow.",
      expect.stringContaining("refer to rows that are missing"),
    ]);
    expect(tables.threads.map((thread) => thread.tid)).toEqual([10, 11]);
    expect([...tables.syscalls.stack].every((stack) => stack === -1)).toBe(true);
  });

  test("bytes changed at random never make a consumer read beyond a table", () => {
    const { files } = recorded();
    const table = fc.constantFrom(...TABLE_NAMES);
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(table, edits, (name, changes) => {
        const bytes = files[name].slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { tables } = readTables({ ...files, [name]: bytes } as TableFiles);
        checkIndexes(tables);
      }),
      { numRuns: 200 },
    );
  });

  test("anything at all is survived", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const files = Object.fromEntries(TABLE_NAMES.map((name) => [name, bytes])) as TableFiles;
        const { tables, problems } = readTables(files);
        expect(problems.length).toBeGreaterThan(0);
        checkIndexes(tables);
      }),
    );
  });
});

/** What every consumer relies on. */
function checkIndexes(tables: Omit<Trace, "clock" | "problems">): void {
  const { syscalls, threads, stacks, sites, logs } = tables;
  const within = (index: number, length: number) => index >= 0 && index < length;
  for (let row = 0; row < syscalls.length; row++) {
    expect(Number.isFinite(syscalls.start[row])).toBe(true);
    if (row > 0) expect(syscalls.start[row]).toBeGreaterThanOrEqual(syscalls.start[row - 1] as number);
    expect(within(syscalls.thread[row] as number, threads.length)).toBe(true);
    expect(within(syscalls.name[row] as number, syscalls.names.length)).toBe(true);
    expect(within(syscalls.errno[row] as number, syscalls.errnos.length)).toBe(true);
    expect(syscalls.state[row]).toBeLessThanOrEqual(2);
    const text = syscalls.resultText[row] as number;
    expect(text === -1 || within(text, syscalls.resultTexts.length)).toBe(true);
    const stack = syscalls.stack[row] as number;
    expect(stack === -1 || within(stack, stacks.length)).toBe(true);
    expect(syscalls.argStart[row]).toBeLessThanOrEqual(syscalls.argEnd[row] as number);
    expect(syscalls.argEnd[row]).toBeLessThanOrEqual(syscalls.argBytes.length);
  }
  for (let node = 0; node < stacks.length; node++) {
    expect(stacks.parent[node]).toBeLessThan(node);
    expect(within(stacks.frame[node] as number, stacks.frames.length)).toBe(true);
    const site = stacks.site[node] as number;
    expect(site === -1 || within(site, sites.length)).toBe(true);
  }
  for (const { sites: own } of stacks.frames) for (const site of own) expect(within(site, sites.length)).toBe(true);
  for (const [index] of threads.entries()) {
    let steps = 0;
    for (let at = index; at !== -1; at = threads[at]?.parent ?? -1) expect(steps++).toBeLessThanOrEqual(threads.length);
  }
  for (const site of logs.site) expect(site === -1 || within(site, sites.length)).toBe(true);
  for (const { thread } of tables.signals) expect(within(thread, threads.length)).toBe(true);
  for (const { thread } of tables.marks) expect(thread === -1 || within(thread, threads.length)).toBe(true);
}
