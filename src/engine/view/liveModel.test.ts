import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallRow, threadInfo, traceBatch } from "../../../test/support/batches.ts";
import { LIVE_TOP_SYSCALLS, type LiveSample } from "../../protocol/live.ts";
import { LiveModel } from "./liveModel.ts";
import { SampleSeries } from "./sampleSeries.ts";

test("counts calls, errors and time by name, largest time first", () => {
  const model = new LiveModel();
  model.addBatch(
    traceBatch({
      calls: [
        { start: 10, duration: 5, name: "read" },
        { start: 20, duration: 100, name: "openat", errno: "ENOENT" },
        { start: 30, name: "wait4" },
      ],
    }),
  );
  // Names have other ids in the next batch.
  model.addBatch(
    traceBatch({
      calls: [
        { start: 40, duration: 2, name: "openat" },
        { start: 50, duration: 9, name: "read" },
      ],
    }),
  );
  const update = model.update(60);
  expect(update.syscalls).toBe(5);
  expect(update.newestNs).toBe(120);
  expect(update.topSyscalls).toEqual([
    { name: "openat", calls: 2, errors: 1, totalNs: 102 },
    { name: "read", calls: 2, errors: 0, totalNs: 14 },
    { name: "wait4", calls: 1, errors: 0, totalNs: 0 },
  ]);
});

test("names at most the agreed number of calls", () => {
  const model = new LiveModel();
  const calls = Array.from({ length: 40 }, (_, i) => ({ start: i, duration: i, name: `call${i}` }));
  model.addBatch(traceBatch({ calls }));
  const top = model.update(1).topSyscalls;
  expect(top).toHaveLength(LIVE_TOP_SYSCALLS);
  expect(top[0]?.name).toBe("call39");
});

test("turns cumulative counts of the tree into rates", () => {
  const model = new LiveModel();
  model.addBatch(
    traceBatch({
      calls: [
        { start: 0.4e9, duration: 1, name: "a" },
        { start: 0.9e9, duration: 1, name: "a" },
      ],
      metrics: [
        { time: 0.5e9, readBytes: 1000, writtenBytes: 10, cpuPercent: 50, rssBytes: 4096, threads: 2 },
        { time: 0.5e9, pid: 42, readBytes: 7 },
      ],
    }),
  );
  model.addBatch(traceBatch({ metrics: [{ time: 1e9, readBytes: 500, writtenBytes: 110 }] }));
  expect(model.update(1e9).samples).toEqual([
    {
      timeNs: 0.5e9,
      cpuPercent: 50,
      rssBytes: 4096,
      readBytesPerSecond: 2000,
      writtenBytesPerSecond: 20,
      syscallsPerSecond: 2,
      threads: 2,
    },
    {
      timeNs: 1e9,
      cpuPercent: 0,
      rssBytes: 0,
      readBytesPerSecond: 0, // a child left the tree: no negative rate
      writtenBytesPerSecond: 200,
      syscallsPerSecond: 2,
      threads: 1,
    },
  ]);
});

test("what an attached program did before is no rate", () => {
  const model = new LiveModel({ attached: true });
  model.addBatch(
    traceBatch({
      metrics: [
        { time: 1e6, readBytes: 1e12 },
        { time: 1e9 + 1e6, readBytes: 1e12 + 50 },
      ],
    }),
  );
  expect(model.update(1).samples.map((sample) => sample.readBytesPerSecond)).toEqual([0, 50]);
});

test("every call is counted in exactly one sample", () => {
  const batches = fc.array(
    fc.record({
      calls: fc.array(fc.nat(1000), { maxLength: 20 }),
      metrics: fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 5 }),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(batches, (steps) => {
      const model = new LiveModel();
      let clock = 0;
      let calls = 0;
      const samples: LiveSample[] = [];
      for (const step of [...steps, { calls: [], metrics: [1] }]) {
        const starts = step.calls.map((start) => clock + start).sort((a, b) => a - b);
        const times = step.metrics.map((gap) => (clock += gap));
        calls += starts.length;
        model.addBatch(
          traceBatch({
            calls: starts.map((start) => ({ start, duration: 1, name: "x" })),
            metrics: times.map((time) => ({ time })),
          }),
        );
        samples.push(...model.update(clock).samples);
      }
      let previous = 0;
      let counted = 0;
      for (const sample of samples) {
        counted += (sample.syscallsPerSecond * (sample.timeNs - previous)) / 1e9;
        previous = sample.timeNs;
      }
      expect(counted).toBeCloseTo(calls, 3);
    }),
  );
});

test("an update holds what is new, a snapshot everything under the same number", () => {
  const model = new LiveModel();
  model.setState("running", 0);
  model.addBatch(traceBatch({ metrics: [{ time: 1e9 }], lines: [{ time: 2e9, text: "hello", level: 5 }] }));
  const first = model.update(2e9);
  model.addBatch(traceBatch({ metrics: [{ time: 3e9 }] }));
  const second = model.update(3e9);
  expect([first.sequence, second.sequence]).toEqual([1, 2]);
  expect(first.samples.map((sample) => sample.timeNs)).toEqual([1e9]);
  expect(second.samples.map((sample) => sample.timeNs)).toEqual([3e9]);
  expect(second).toMatchObject({ state: "running", logLines: 1, logCounts: { TRACE: 1 } });
  const snapshot = model.snapshot(4e9);
  expect(snapshot).toMatchObject({ sequence: 2, elapsedNs: 4e9 });
  expect(snapshot.samples.map((sample) => sample.timeNs)).toEqual([1e9, 3e9]);
});

test("counts threads and processes, signals, losses and notices", () => {
  const model = new LiveModel();
  model.addNotice("strace is old");
  model.addNotice("strace is old");
  model.addBatch(
    traceBatch({
      threads: [threadInfo(), threadInfo({ role: "thread", end: 5 }), threadInfo({ role: "process" })],
      signals: [{ time: 7, thread: 0, signal: "SIGCHLD", details: "" }],
      lost: 3,
    }),
  );
  expect(model.update(1)).toMatchObject({ threads: 3, processes: 2, signals: 1, lost: 3, notices: ["strace is old"] });
});

test("tells pauses with their ends", () => {
  const model = new LiveModel();
  for (const [state, time] of [
    ["running", 0],
    ["paused", 5],
    ["paused", 6],
    ["running", 9],
    ["paused", 12],
  ] as const) {
    model.setState(state, time);
  }
  expect(model.update(13).pauses).toEqual([
    { startNs: 5, endNs: 9 },
    { startNs: 12, endNs: null },
  ]);
});

test("too many notices are counted, not kept", () => {
  const model = new LiveModel();
  for (let i = 0; i < 500; i++) model.addNotice(`notice ${i}`);
  const { notices } = model.update(1);
  expect(notices).toHaveLength(51);
  expect(notices.at(-1)).toContain("450 more");
});

test("says when log lines are no longer in the view", () => {
  const model = new LiveModel({ logBudgetBytes: 1 << 20 });
  const lines = Array.from({ length: 10_000 }, (_, i) => ({ time: i, text: "y".repeat(100) }));
  model.addBatch(traceBatch({ lines }));
  model.addBatch(traceBatch({ lines }));
  expect(model.update(1).notices).toHaveLength(1);
});

test("everything an update holds survives JSON", () => {
  const model = new LiveModel();
  model.addBatch(traceBatch({ metrics: [{ time: 1, cpuPercent: Number.NaN, rssBytes: Number.NaN }] }));
  model.addBatch(traceBatch({ calls: [{ start: 3, name: "exit_group" } satisfies CallRow] }));
  const update = model.update(5);
  expect(JSON.parse(JSON.stringify(update))).toEqual(update);
});

const sample = (timeNs: number, value: number): LiveSample => ({
  timeNs,
  cpuPercent: value,
  rssBytes: value,
  readBytesPerSecond: value,
  writtenBytesPerSecond: value,
  syscallsPerSecond: value,
  threads: value,
});

test.each([15, 16])(
  "a series of %i points stays bounded, in order, and keeps peaks and the newest time",
  (capacity) => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 400 }), (values) => {
        const series = new SampleSeries(capacity);
        for (const [i, value] of values.entries()) series.push(sample(i, value));
        const points = series.all;
        expect(points.length).toBeLessThanOrEqual(capacity);
        expect(points.length).toBeGreaterThanOrEqual(Math.min(values.length, capacity >> 1));
        expect(points.at(-1)?.timeNs).toBe(values.length - 1);
        // Each point is the maximum of the samples since the point before it: nothing lost, nothing moved.
        let from = 0;
        const each = (points[0]?.timeNs ?? 0) + 1;
        for (const [i, point] of points.entries()) {
          if (i < points.length - 1) expect(point.timeNs + 1 - from).toBe(each);
          expect(point.cpuPercent).toBe(Math.max(...values.slice(from, point.timeNs + 1)));
          from = point.timeNs + 1;
        }
      }),
    );
  },
);
