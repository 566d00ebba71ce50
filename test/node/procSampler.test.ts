import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MetricSample } from "../../src/engine/trace/records.ts";
import { ProcSampler, type ProcSamplerOptions } from "../../src/node/procSampler.ts";
import { missing, ProgramWorkspace } from "./programs.ts";

const MIB = 1 << 20;
const MS = 1e6;
// The kernel tells waited-for children's time in ticks of 10 ms, rounded down once for user and once for system time, and
// brings a running task's time up to date at its own tick (at most 10 ms apart).
const TICK_ERROR_NS = 30 * MS;

const workspace = new ProgramWorkspace("sampler");
let program = "";

beforeAll(() => {
  workspace.source("usage.c");
  workspace.build("cc", ["-O2", "-pthread", "-o", "usage", "usage.c"]);
  program = join(workspace.path, "usage");
});
afterAll(() => workspace.dispose());

interface Measured {
  readonly rows: MetricSample[];
  /** The last row of the whole tree. */
  readonly tree: MetricSample;
  readonly said: { readonly selfNs: number; readonly childrenNs: number; readonly maxRssBytes: number };
  readonly pid: number;
}

/** A sampler of what a child does, with the samples it takes. */
function sampling(child: ChildProcess, options: Partial<ProcSamplerOptions> = {}) {
  const origin = process.hrtime.bigint();
  const rows: MetricSample[] = [];
  const sampler = new ProcSampler({
    intervalMs: 20,
    now: () => Number(process.hrtime.bigint() - origin),
    roots: () => (child.pid === undefined ? [] : [child.pid]),
    onSamples: (samples) => rows.push(...samples),
    ...options,
  });
  return { sampler, rows };
}

/** Runs the program under a sampler; the last sample is taken when it has said what it used and still lives. */
async function measure(args: readonly string[], options: Partial<ProcSamplerOptions> = {}): Promise<Measured> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const pid = child.pid;
  if (pid === undefined) throw new Error("The program did not start");
  const { sampler, rows } = sampling(child, options);
  sampler.start();
  const said = await lastLine(child);
  sampler.sampleNow();
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
  sampler.stop();
  const tree = rows.filter((row) => row.pid === 0).at(-1);
  if (tree === undefined) throw new Error("No sample was taken");
  return { rows, tree, said, pid };
}

async function lastLine(child: ChildProcess): Promise<Measured["said"]> {
  if (child.stdout === null) throw new Error("The program has no output");
  for await (const line of createInterface({ input: child.stdout })) return usageOf(line);
  throw new Error("The program ended without a word");
}

function usageOf(line: string): Measured["said"] {
  const match = /^self (\d+) children (\d+) maxrss (\d+)$/.exec(line);
  if (match === null) throw new Error(`The program said: ${line}`);
  return { selfNs: Number(match[1]), childrenNs: Number(match[2]), maxRssBytes: Number(match[3]) };
}

function expectCpu(actualNs: number, expectedNs: number): void {
  expect(actualNs).toBeGreaterThan(expectedNs - TICK_ERROR_NS);
  // What it uses after it looked at itself: printing a line and exiting.
  expect(actualNs).toBeLessThan(expectedNs + TICK_ERROR_NS);
}

describe("the sampler", () => {
  it("measures what one process says it used", async () => {
    const { rows, tree, said, pid } = await measure(["own"]);
    const own = rows.filter((row) => row.pid === pid);
    const last = own.at(-1);
    expectCpu(tree.cpuNs, said.selfNs);
    expectCpu(last?.cpuNs ?? 0, said.selfNs);
    // The kernel counts resident pages of each CPU apart and adds them up late: 64 pages a CPU and kind at most.
    expect(Math.abs((last?.peakRssBytes ?? 0) - said.maxRssBytes)).toBeLessThan(4 * MIB);
    expect(tree.peakRssBytes).toBeGreaterThan(64 * MIB);
    expect(tree.peakRssBytes).toBeLessThan(64 * MIB + said.maxRssBytes / 2);
    // Beyond its 8 and 4 MiB it writes a line and reads what the loader reads of libc.
    expect(tree.writtenBytes).toBeGreaterThanOrEqual(8 * MIB);
    expect(tree.writtenBytes).toBeLessThan(8 * MIB + 4096);
    expect(tree.readBytes).toBeGreaterThanOrEqual(4 * MIB);
    expect(tree.readBytes).toBeLessThan(4 * MIB + 65536);
    expect(tree.minorFaults).toBeGreaterThan(100);
    expectMonotone(rows);
  });

  it.each([true, false])("counts short-lived children once (kernel lists children: %s)", async (childrenListed) => {
    const { tree, said, rows } = await measure(["children", "20", "20"], { childrenListed });
    expectCpu(tree.cpuNs, said.selfNs + said.childrenNs);
    expect(tree.writtenBytes).toBeGreaterThanOrEqual(20 * MIB);
    expect(tree.writtenBytes).toBeLessThan(20 * MIB + 65536);
    expectMonotone(rows);
  });

  it("keeps what children used that the kernel adds to nobody", async () => {
    // Each child lives for 100 ms, so that even a busy machine's sampler sees half of it.
    const { tree, said } = await measure(["ignored", "3", "100"], { intervalMs: 10 });
    expect(said.childrenNs).toBe(0);
    expect(tree.cpuNs).toBeGreaterThan(said.selfNs + 3 * 50 * MS);
    expect(tree.cpuNs).toBeLessThan(said.selfNs + 3 * 100 * MS + TICK_ERROR_NS);
  });

  it("adds up threads, ended ones included", async () => {
    const { tree, said, rows } = await measure(["threads", "4"]);
    expectCpu(tree.cpuNs, said.selfNs);
    expect(Math.max(...rows.map((row) => row.threads))).toBe(5);
  });

  it("keeps a process whose parent has ended", async () => {
    const { tree, rows } = await measure(["orphan"]);
    expect(tree.cpuNs).toBeGreaterThan(200 * MS - TICK_ERROR_NS);
    expect(tree.cpuNs).toBeLessThan(200 * MS + 2 * TICK_ERROR_NS);
    expectMonotone(rows);
  });

  it("counts from now on for a process that ran before", async () => {
    const { tree, said } = await measure(["own"], { attached: true });
    expect(tree.cpuNs).toBeLessThanOrEqual(said.selfNs + TICK_ERROR_NS);
    const late = await measureLate();
    expect(late.tree.cpuNs).toBeLessThan(TICK_ERROR_NS);
    expect(late.tree.writtenBytes).toBeLessThan(MIB);
  });

  it("has the time up to the last instruction of a program that ends between two samples", async () => {
    const child = spawn(program, ["children", "5", "20"], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const { sampler, rows } = sampling(child, { intervalMs: 60_000 });
    sampler.start();
    const said = await lastLine(child);
    await exited;
    sampler.stop();
    expect(rows.filter(({ pid }) => pid === 0)).toHaveLength(2);
    expectCpu(rows.at(-1)?.cpuNs ?? 0, said.selfNs + said.childrenNs);
  });

  it.skipIf(missing("strace") !== undefined)(
    "never counts the tracer, which begins as the program's descendant",
    async () => {
      const strace = ["-DDD", "-f", "-o", "/dev/null", program, "children", "10", "20"];
      const child = spawn("strace", strace, { stdio: ["pipe", "pipe", "inherit"] });
      const exited = once(child, "exit");
      const { sampler, rows } = sampling(child, { intervalMs: 10, traced: true });
      sampler.start();
      const said = await lastLine(child);
      sampler.sampleNow();
      const tracer = tracerOf(child.pid ?? 0);
      child.stdin.end();
      await exited;
      sampler.stop();
      expect(tracer).toBeGreaterThan(0);
      expect(rows.filter(({ pid }) => pid === tracer)).toEqual([]);
      expect(Math.max(...rows.map(({ processes }) => processes))).toBe(2);
      expectCpu(rows.at(-1)?.cpuNs ?? 0, said.selfNs + said.childrenNs);
    },
  );

  it("tells per cent of one CPU since the row before, at most all CPUs", async () => {
    const { rows, pid } = await measure(["own"], { intervalMs: 50 });
    for (const kind of [pid, 0]) {
      const own = rows.filter((row) => row.pid === kind);
      expect(own.length).toBeGreaterThan(2);
      for (const [index, row] of own.entries()) {
        const before = own[index - 1] ?? row;
        const share = row.time === before.time ? 0 : (row.cpuNs - before.cpuNs) / (row.time - before.time);
        expect(row.cpuPercent).toBeCloseTo(100 * Math.min(share, availableParallelism()), 6);
      }
    }
  });

  it("reads a tree that is too large in slices, and says that samples come less often", async () => {
    const trees: MetricSample[] = [];
    const notices: string[] = [];
    const child = spawn(program, ["crowd", "300"], { stdio: ["pipe", "pipe", "inherit"] });
    await lastLine(child);
    const exited = once(child, "exit");
    const { sampler } = sampling(child, {
      intervalMs: 10,
      onSamples: (samples) => trees.push(...samples.filter(({ pid }) => pid === 0)),
      onNotice: (message) => {
        notices.push(message);
        child.stdin.end();
      },
    });
    sampler.start();
    await exited;
    sampler.stop();
    expect(sampler.problems()).toEqual([
      { kind: "metrics-missing", losesData: false, message: expect.stringMatching(/^So many processes/) },
    ]);
    expect(notices[0]).toMatch(
      /^So many processes ran that metrics were sampled up to .* apart instead of every 10\.0 ms\.$/,
    );
    expect(trees[0]?.processes).toBe(301);
  });

  it("takes a sample at once and one at the end", async () => {
    const { rows } = await measure(["own"], { intervalMs: 60_000 });
    const tree = rows.filter((row) => row.pid === 0);
    expect(tree.map((row) => row.processes)).toEqual([1, 1, 0]);
  });
});

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

async function measureLate(): Promise<{ tree: MetricSample }> {
  const child = spawn(program, ["own"], { stdio: ["pipe", "pipe", "inherit"] });
  await lastLine(child);
  const { sampler, rows } = sampling(child, { intervalMs: 1000, attached: true });
  sampler.start();
  sampler.sampleNow();
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
  sampler.stop();
  const tree = rows.filter((row) => row.pid === 0).at(-1);
  if (tree === undefined) throw new Error("No sample was taken");
  return { tree };
}

/** Nothing that is counted ever falls, in the tree or in a process. */
function expectMonotone(rows: readonly MetricSample[]): void {
  const last = new Map<number, MetricSample>();
  for (const row of rows) {
    const before = last.get(row.pid);
    if (before !== undefined) {
      for (const key of ["time", "cpuNs", "readBytes", "writtenBytes", "minorFaults", "voluntarySwitches"] as const) {
        expect(row[key]).toBeGreaterThanOrEqual(before[key]);
      }
    }
    last.set(row.pid, row);
  }
}

it.skipIf(missing("taskset") !== undefined)("adds up what processes wait for a processor that they share", async () => {
  const cpu = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  const loop = "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done";
  const child = spawn("taskset", ["-c", cpu, "sh", "-c", `(${loop}) & (${loop}); wait`], { stdio: "inherit" });
  const { sampler } = sampling(child);
  sampler.start();
  expect(sampler.waited()).toBeUndefined();
  await once(child, "exit");
  sampler.stop();
  const { waitNs, overNs } = sampler.waited() ?? { waitNs: 0, overNs: 1 };
  // While both of them run, one of them waits.
  expect(waitNs / overNs).toBeGreaterThan(0.4);
});
