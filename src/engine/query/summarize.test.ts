import { expect, test } from "vitest";
import { addCalls, manifestOf, traceBuilder, traceOf } from "../../../test/support/traces.ts";
import { SyscallState, type Trace } from "../trace/trace.ts";
import { summarize } from "./summarize.ts";

const EXTRA = { path: "/runs/x", name: "x" };

test("counts what returned, as strace -c does, and lists the rest apart", () => {
  const { syscalls, unreturned, events } = summarize(
    traceOf([
      { name: "read", duration: 10 },
      { name: "read", duration: 30, errno: "EAGAIN" },
      { name: "read", duration: 20 },
      { name: "wait4", errno: "ERESTARTSYS", state: SyscallState.noResult },
      { name: "openat", duration: 500 },
      { name: "futex", state: SyscallState.unfinished },
      { name: "exit_group", state: SyscallState.noResult },
    ]),
    manifestOf(),
    EXTRA,
  );
  expect(syscalls).toEqual([
    { name: "openat", calls: 1, errors: 0, totalNs: 500, p50Ns: 500, p99Ns: 500, maxNs: 500 },
    { name: "read", calls: 3, errors: 1, totalNs: 60, p50Ns: 20, p99Ns: 30, maxNs: 30 },
    { name: "wait4", calls: 1, errors: 1, totalNs: 0, p50Ns: 0, p99Ns: 0, maxNs: 0 },
  ]);
  expect(unreturned).toEqual([
    { name: "exit_group", calls: 1 },
    { name: "futex", calls: 1 },
  ]);
  expect(events).toBe(7);
});

test("groups failures by errno, call and path, most frequent first", () => {
  const missing = { name: "openat", args: 'AT_FDCWD</w>, "lib.so", O_RDONLY', errno: "ENOENT" };
  const { errors } = summarize(
    traceOf([
      { name: "access", args: '"/etc/x", R_OK', errno: "EACCES" },
      missing,
      { name: "read", args: "5</srv/sock>, 8", errno: "EAGAIN" },
      missing,
    ]),
    manifestOf(),
    EXTRA,
  );
  expect(errors).toEqual([
    { errno: "ENOENT", syscall: "openat", path: "lib.so", count: 2 },
    { errno: "EACCES", syscall: "access", path: "/etc/x", count: 1 },
    { errno: "EAGAIN", syscall: "read", path: "/srv/sock", count: 1 },
  ]);
});

test("finds the slowest calls in order, with their text", () => {
  const durations = [5, 900, 20, 900, 1, 7, 8, 9, 10, 11, 12, 13, 14];
  const { slowest } = summarize(
    traceOf(durations.map((duration, index) => ({ name: "read", args: `${index}`, duration, result: index }))),
    manifestOf(),
    EXTRA,
  );
  expect(slowest.map((call) => call.durationNs)).toEqual([900, 900, 20, 14, 13, 12, 11, 10, 9, 8]);
  expect(slowest[0]).toMatchObject({ name: "read", args: "1", result: "1", tid: 100, site: null });
  expect(slowest[1]).toMatchObject({ args: "3" });
});

test("adds up calls by source line", () => {
  const builder = traceBuilder();
  const inner = builder.stacks.internFrame("/lib/libc.so", "read", 10);
  const outer = builder.stacks.internFrame("/w/app", "main", 20);
  const stack = builder.internStack([inner, outer]);
  const other = builder.internStack([inner, builder.stacks.internFrame("/w/app", "main", 24)]);
  addCalls(builder, [
    { name: "read", duration: 10, stack },
    { name: "read", duration: 5, stack: other },
    { name: "read", duration: 99 },
  ]);
  const built = builder.build();
  const trace: Trace = {
    ...built,
    sites: [
      { file: "/w/app.c", line: 7, column: 3, function: "main" },
      { file: "/w/app.c", line: 7, column: 12, function: "main" },
    ],
    stacks: { ...built.stacks, site: built.stacks.site.map((_, index) => (index === other ? 1 : 0)) },
  };
  const { sites, sitesMissing } = summarize(trace, manifestOf(), EXTRA);
  expect(sites).toEqual([{ file: "/w/app.c", line: 7, function: "main", calls: 2, totalNs: 15 }]);
  expect(sitesMissing).toBeNull();
});

test("says how to get source lines", () => {
  const trace = traceOf([{ name: "read" }]);
  expect(summarize(trace, manifestOf(), EXTRA).sitesMissing).toContain("--stacks");
  expect(summarize(trace, undefined, EXTRA).sitesMissing).toContain("names no source lines");
});

test("counts levels, threads, signals and metrics", () => {
  const builder = traceBuilder();
  builder.threads.add({ pid: 101, tid: 101, parent: 0, role: "process", name: "child", start: 50 });
  builder.threads.exit(1, 80, { kind: "killed", signal: "SIGSEGV", coreDumped: false });
  addCalls(builder, [
    { name: "read", duration: 3 },
    { name: "write", thread: 1, duration: 4 },
  ]);
  for (const level of [5, 20, 20, 0, 45]) {
    const text = "line";
    const record = {
      stream: "stdout",
      offset: 0,
      byteLength: 4,
      text,
      message: text,
      logger: "",
      threadName: "",
    } as const;
    builder.addLog({ ...record, time: 0, level, site: undefined });
  }
  builder.addSignal({ time: 0, thread: 0, signal: "SIGCHLD", details: "" });
  builder.addSignal({ time: 1, thread: 0, signal: "SIGCHLD", details: "" });
  const sample = { cpuPercent: 1, threads: 1, processes: 1, voluntarySwitches: 0, involuntarySwitches: 0 };
  const rest = { minorFaults: 0, majorFaults: 0, readBytes: 10, writtenBytes: 20 };
  builder.addMetric({ ...sample, ...rest, time: 0, pid: 0, cpuNs: 5, rssBytes: 100, peakRssBytes: 100 });
  builder.addMetric({ ...sample, ...rest, time: 0, pid: 100, cpuNs: 5, rssBytes: 100, peakRssBytes: 700 });
  builder.addMetric({ ...sample, ...rest, time: 1, pid: 0, cpuNs: 9, rssBytes: 90, peakRssBytes: 100 });
  const summary = summarize(builder.build(), manifestOf(), EXTRA);
  expect(summary.logs).toEqual({ TRACE: 1, INFO: 2, ERROR: 1, none: 1 });
  expect(summary.signals).toEqual([{ signal: "SIGCHLD", count: 2 }]);
  expect(summary).toMatchObject({ cpuNs: 9, peakRssBytes: 700, readBytes: 10, writtenBytes: 20 });
  expect(summary.threads).toMatchObject([
    { tid: 100, parent: -1, parentTid: null, syscalls: 1, syscallNs: 3, endNs: null, exit: null },
    {
      tid: 101,
      parent: 0,
      parentTid: 100,
      syscalls: 1,
      syscallNs: 4,
      endNs: 80,
      exit: { code: null, signal: "SIGSEGV" },
    },
  ]);
});

test("a loss met while reading makes a run incomplete whatever its manifest says", () => {
  const trace = traceOf([{ name: "read" }]);
  const cut: Trace = { ...trace, problems: [{ kind: "cut-off", message: "The file ends early", losesData: true }] };
  const summary = summarize(cut, manifestOf(), EXTRA);
  expect(summary.complete).toBe(false);
  expect(summary.problems).toHaveLength(1);
});

test("a foreign trace is summarised from itself", () => {
  const builder = traceBuilder();
  builder.threads.exec(0, "/bin/ls");
  builder.threads.exit(0, 30_000, { kind: "exited", code: 2 });
  addCalls(builder, [
    { name: "read", start: 1000, duration: 500 },
    { name: "write", start: 9000, duration: 1000 },
  ]);
  expect(summarize(builder.build(), undefined, { ...EXTRA, format: "strace" })).toMatchObject({
    run: "x",
    command: ["/bin/ls"],
    recorder: { id: "strace" },
    startedAt: "2026-11-22T02:30:12.015Z",
    complete: true,
    exit: { code: 2, signal: null },
    wallNs: 9000,
    cpuNs: null,
  });
});

test("an empty trace has a summary", () => {
  expect(summarize(traceOf([]), undefined, EXTRA)).toMatchObject({
    events: 0,
    syscalls: [],
    slowest: [],
    wallNs: null,
  });
});
