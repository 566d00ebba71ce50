import fc from "fast-check";
import { expect, test } from "vitest";
import { addCalls, type CallSpec, traceBuilder } from "../../../test/support/traces.ts";
import type { Trace } from "../trace/trace.ts";
import { criticalPath } from "./criticalPath.ts";

interface ThreadSpec {
  readonly parent: number;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly role?: "process" | "thread";
}

/** Thread 0 is pid 100 from 0 on; the others are processes 101, 102, … unless they are threads of 100. */
function traceWith(threads: readonly ThreadSpec[], calls: readonly CallSpec[], end = 1000): Trace {
  const builder = traceBuilder();
  for (const [index, { parent, start, name = "child", role = "process" }] of threads.entries()) {
    const tid = 101 + index;
    builder.threads.add({ pid: role === "thread" ? 100 : tid, tid, parent, role, name, start });
  }
  addCalls(
    builder,
    [...calls].sort((a, b) => (a.start ?? 0) - (b.start ?? 0)),
  );
  builder.threads.exit(0, end, { kind: "exited", code: 0 });
  for (const [index, thread] of threads.entries())
    builder.threads.exit(index + 1, thread.end, { kind: "exited", code: 0 });
  return builder.build();
}

const path = (trace: Trace, options = {}) => {
  const { wallNs, syscallNs, segments } = criticalPath(trace, options);
  return { wallNs, syscallNs, segments: segments.map(({ thread, wallNs: own }) => [thread, own]) };
};

test("one thread: all of it", () => {
  const trace = traceWith([], [{ name: "read", start: 10, duration: 30 }]);
  expect(path(trace)).toEqual({ wallNs: 1000, syscallNs: 30, segments: [[0, 1000]] });
});

test("a parent that waits: through the child", () => {
  const trace = traceWith(
    [{ parent: 0, start: 100, end: 900 }],
    [
      { name: "wait4", start: 150, duration: 760, result: 101 },
      { name: "read", thread: 1, start: 200, duration: 50 },
      { name: "exit_group", thread: 1, start: 895, state: 2 },
    ],
  );
  expect(path(trace)).toEqual({
    wallNs: 1000,
    syscallNs: 50 + 15,
    segments: [
      [0, 100],
      [1, 795],
      [0, 105],
    ],
  });
});

test("two children at once: through the one that is waited for longest", () => {
  const trace = traceWith(
    [
      { parent: 0, start: 100, end: 500 },
      { parent: 0, start: 110, end: 800 },
    ],
    [
      { name: "wait4", start: 120, duration: 380, result: 101 },
      { name: "wait4", start: 505, duration: 295, result: 102 },
    ],
  );
  expect(path(trace).segments).toEqual([
    [0, 110],
    [2, 690],
    [0, 200],
  ]);
});

test("a pipe: the reader depends on the write of its bytes, not on later ones", () => {
  const calls = (readBytes: number): CallSpec[] => [
    { name: "write", thread: 1, start: 300, duration: 5, args: '4<pipe:[7]>, "x", 1', result: 1 },
    { name: "write", thread: 1, start: 700, duration: 5, args: '4<pipe:[7]>, "x", 1', result: 1 },
    { name: "read", start: 200, duration: 550, args: '3<pipe:[7]>, "x", 1', result: readBytes },
  ];
  const threads = [{ parent: 0, start: 50, end: 720 }];
  expect(path(traceWith(threads, calls(1))).segments).toEqual([
    [0, 50],
    [1, 250],
    [0, 700],
  ]);
  expect(path(traceWith(threads, calls(2))).segments).toEqual([
    [0, 50],
    [1, 650],
    [0, 300],
  ]);
});

test("the end of a pipe comes from who closes it", () => {
  const trace = traceWith(
    [{ parent: 0, start: 50, end: 950 }],
    [
      { name: "close", thread: 1, start: 600, duration: 1, args: "4<pipe:[7]>" },
      { name: "read", start: 100, duration: 510, args: '3<pipe:[7]>, "", 1', result: 0 },
    ],
  );
  expect(path(trace).segments).toEqual([
    [0, 50],
    [1, 550],
    [0, 400],
  ]);
});

test("a connection, with a poll in front of the read", () => {
  const trace = traceWith(
    [{ parent: 0, start: 50, end: 640 }],
    [
      { name: "sendto", thread: 1, start: 600, duration: 1, args: "4<UNIX-STREAM:[8->7]>, ..., 1", result: 1 },
      { name: "poll", start: 100, duration: 505, args: "[{fd=3}], 1, -1", result: 1 },
      { name: "recvfrom", start: 610, duration: 5, args: "3<UNIX-STREAM:[7->8]>, ..., 1", result: 1 },
    ],
  );
  expect(path(trace).segments).toEqual([
    [0, 50],
    [1, 550],
    [0, 400],
  ]);
});

test("a signal, from the kill", () => {
  const builder = traceBuilder();
  builder.threads.add({ pid: 101, tid: 101, parent: 0, role: "process", name: "child", start: 50 });
  addCalls(builder, [
    { name: "pause", start: 100, duration: 510, errno: "EINTR" },
    { name: "kill", thread: 1, start: 600, duration: 5, args: "100, SIGUSR1" },
  ]);
  builder.addSignal({
    time: 612,
    thread: 0,
    signal: "SIGUSR1",
    details: "si_signo=SIGUSR1, si_code=SI_USER, si_pid=101",
  });
  builder.threads.exit(0, 1000, { kind: "exited", code: 0 });
  builder.threads.exit(1, 620, { kind: "exited", code: 0 });
  expect(path(builder.build()).segments).toEqual([
    [0, 50],
    [1, 550],
    [0, 400],
  ]);
});

test("threads that join by a futex", () => {
  const trace = traceWith(
    [{ parent: 0, start: 100_000, end: 800_000, role: "thread" }],
    [
      { name: "futex", start: 200_000, duration: 610_000, args: "0x7f0, FUTEX_WAIT_BITSET, 101, NULL", result: 0 },
      { name: "exit", thread: 1, start: 790_000, state: 2 },
    ],
    1_000_000,
  );
  expect(path(trace).segments).toEqual([
    [0, 100_000],
    [1, 690_000],
    [0, 210_000],
  ]);
});

test("by system call time, and of some threads only", () => {
  const trace = traceWith(
    [{ parent: 0, start: 100, end: 900, name: "worker" }],
    [
      { name: "read", start: 200, duration: 400 },
      { name: "wait4", start: 850, duration: 60, result: 101 },
      { name: "write", thread: 1, start: 300, duration: 10 },
    ],
  );
  expect(path(trace).wallNs).toBe(1000);
  expect(path(trace, { by: "syscall" })).toMatchObject({ syscallNs: 410 });
  expect(path(trace, { counts: ({ name }: { name: string }) => name === "worker" }).wallNs).toBe(800);
});

test("never longer than the run, and its stretches do not overlap", () => {
  const call = fc.record({
    thread: fc.integer({ min: 0, max: 3 }),
    name: fc.constantFrom("read", "write", "wait4", "poll", "close", "exit_group", "kill", "futex"),
    start: fc.integer({ min: 100, max: 900 }),
    duration: fc.integer({ min: 0, max: 200 }),
    result: fc.integer({ min: -1, max: 103 }),
    args: fc.constantFrom(
      "3<pipe:[1]>, 1",
      "4<pipe:[1]>, 1",
      "3<UNIX-STREAM:[1->2]>",
      "0x1, FUTEX_WAIT, 1",
      "0x1, FUTEX_WAKE, 1",
      "",
    ),
  });
  const threads = [1, 2, 3].map((index) => ({ parent: index - 1, start: index * 10, end: 1000 }));
  fc.assert(
    fc.property(fc.array(call, { maxLength: 30 }), fc.constantFrom("wall", "syscall"), (calls, by) => {
      const { wallNs, segments } = criticalPath(traceWith(threads, calls), { by });
      expect(wallNs).toBeGreaterThanOrEqual(0);
      expect(wallNs).toBeLessThanOrEqual(1100);
      let until = 0;
      for (const { from, to, wallNs: own } of segments) {
        expect(from).toBeGreaterThanOrEqual(until);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(own).toBeLessThanOrEqual(to - from + 1e-9);
        until = from;
      }
    }),
  );
});
