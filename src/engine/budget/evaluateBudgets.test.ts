import { expect, test } from "vitest";
import { addCalls, type CallSpec, manifestOf, traceBuilder, traceOf } from "../../../test/support/traces.ts";
import type { BudgetResult } from "../../protocol/comparison.ts";
import type { GoldenPerformance } from "../../protocol/goldenFile.ts";
import type { Trace } from "../trace/trace.ts";
import { evaluateBudgets } from "./evaluateBudgets.ts";
import type { BudgetContext } from "./evaluateContext.ts";
import { parseBudgets } from "./parseBudgets.ts";

const MS = 1e6;
const repeat = (count: number, call: CallSpec): CallSpec[] => Array.from({ length: count }, () => call);

function run(toml: string, trace: Trace, context: Partial<BudgetContext> = {}): BudgetResult[] {
  const { budgets, problems } = parseBudgets("/w/renacer.toml", toml);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return evaluateBudgets(budgets, { trace, manifest: manifestOf(), target: "app", ...context });
}

function only(toml: string, trace: Trace, context: Partial<BudgetContext> = {}): BudgetResult {
  const results = run(toml, trace, context);
  expect(results).toHaveLength(1);
  return results[0] as BudgetResult;
}

const assertion = (type: string, rest: string): string => `[[assertion]]\nname = "b"\ntype = "${type}"\n${rest}`;
const check = (kind: string, rest: string): string => `[[assertions]]\nname = "b"\ncheck = "${kind}"\n${rest}`;
const pattern = (name: string, threshold: number, rest = ""): string =>
  assertion("anti_pattern", `pattern = "${name}"\nthreshold = ${threshold}\n${rest}`);

const CALLS: CallSpec[] = [
  ...repeat(3, { name: "read", result: 100, duration: 2 * MS, args: "3</w/data>, 4096" }),
  ...repeat(2, { name: "openat", errno: "ENOENT", duration: 1 * MS, args: 'AT_FDCWD, "/w/x", O_RDONLY' }),
  { name: "write", result: 5, duration: 2 * MS, args: "1</dev/pts/0>, 5" },
];
const ORDINARY = timed(CALLS, 125 * MS);

/** A trace of one thread that ends at a time. */
function timed(calls: readonly CallSpec[], end: number): Trace {
  const builder = traceBuilder();
  addCalls(builder, calls);
  builder.threads.exit(0, end, { kind: "exited", code: 0 });
  return builder.build();
}

const WALL = { manifest: manifestOf({ wallNs: 125 * MS }) };

test.each([
  [
    assertion("critical_path", "max_duration_ms = 125"),
    true,
    "critical path 125 ms of wall time (limit 125 ms); 10.0 ms of it in system calls",
  ],
  [assertion("critical_path", "max_duration_ms = 100"), false, "critical path 125 ms of wall time (limit 100 ms)"],
  [
    assertion("critical_path", 'max_duration_ms = 9\nclock = "syscall"'),
    false,
    "critical path 10.0 ms of system call time (limit 9.00 ms); 125 ms of wall time along it",
  ],
  [assertion("critical_path", 'max_duration_ms = 1\ntrace_name_pattern = "prog"'), false, "of wall time"],
  [assertion("critical_path", 'max_duration_ms = 1\ntrace_name_pattern = "a.p"'), false, "of wall time"],
  [assertion("span_count", "max_spans = 6"), true, "6 system calls (limit 6)"],
  [assertion("span_count", "max_spans = 5"), false, "6 system calls (limit 5)"],
  [
    assertion("span_count", 'max_spans = 2\nspan_name_pattern = "open.*"'),
    true,
    '2 system calls named like "open.*" (limit 2)',
  ],
  [assertion("span_count", 'max_spans = 0\nspan_name_pattern = "pen.*"'), true, "0 system calls"],
  [check("syscall_count", 'syscall = "read"\nmax_count = 2'), false, "3 calls of read (limit 2)"],
  [check("syscall_count", "max_count = 6"), true, "6 system calls (limit 6)"],
  [
    check("syscall_percentage", 'syscall = "read"\nmax_percentage = 60'),
    true,
    "read: share of the system call time 60 % (limit 60 %)",
  ],
  [check("syscall_percentage", 'syscall = "read"\nmax_percentage = 59.9'), false, "60 % (limit 59.9 %)"],
  [check("total_time", "max_time_ms = 9"), false, "total system call time 10.0 ms (limit 9.00 ms)"],
  [check("total_time", 'max_time_ms = 124\nclock = "wall"'), false, "run time (wall time) 125 ms (limit 124 ms)"],
  [check("total_time", 'max_time_ms = 6\nsyscall = "read"'), true, "system call time of read 6.00 ms (limit 6.00 ms)"],
  [check("min_time", "min_time_ms = 10"), true, "total system call time 10.0 ms (at least 10.0 ms expected)"],
  [check("min_time", "min_time_ms = 11"), false, "(at least 11.0 ms expected)"],
  [
    "[performance.budgets]\napp = { max_time_ms = 10 }\nother = { max_syscalls = 1 }",
    true,
    "total system call time 10.0 ms (limit 10.0 ms)",
  ],
  ['[performance.budgets]\n"a*" = { max_syscalls = 5 }', false, "6 system calls (limit 5)"],
  [
    '[[anti_patterns.rules]]\nname = "b"\ncheck = "ratio"\nsyscalls = ["read", "write"]\nmin_ratio = 0.5',
    false,
    "read and write: share of the system call time 80 % (limit 50 %)",
  ],
  [
    assertion("custom", "expression = \"calls('read') == 3 and wall_ms <= 125\""),
    true,
    "holds: calls('read') = 3, wall_ms = 125 ms of wall time",
  ],
  [
    assertion("custom", 'expression = "wall_ms < 100"'),
    false,
    "wall_ms < 100 does not hold: wall_ms = 125 ms of wall time",
  ],
  [assertion("custom", "expression = \"opens('/w/*') <= 1\""), false, "opens('/w/*') = 2"],
])("%s: %s", (toml, passed, message) => {
  const result = only(toml, ORDINARY, WALL);
  expect(result.message).toContain(message);
  expect(result).toMatchObject({
    passed,
    inconclusive: false,
    severity: toml.includes("anti_patterns") ? "warning" : "error",
  });
});

test("what is switched off or for other targets is not judged", () => {
  expect(run(assertion("span_count", "max_spans = 0\nenabled = false"), ORDINARY)).toEqual([]);
  expect(run(assertion("span_count", 'max_spans = 0\napplies_to = ["x*", "ap"]'), ORDINARY)).toEqual([]);
  expect(only(assertion("span_count", 'max_spans = 0\napplies_to = ["x*", "ap?"]'), ORDINARY).passed).toBe(false);
  expect(only(assertion("span_count", "max_spans = 0\nfail_on_violation = false"), ORDINARY).severity).toBe("warning");
});

test("memory: bytes that were mapped and grown, or the sampled peak", () => {
  const trace = traceOf([
    {
      name: "mmap",
      args: "NULL, 1048576, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0",
      resultText: "0x7f0000000000",
    },
    { name: "brk", args: "NULL", resultText: "0x1000" },
    { name: "brk", args: "0x3000", resultText: "0x3000" },
  ]);
  const bytes = 1_048_576 + 0x2000;
  expect(only(assertion("memory_usage", `max_bytes = ${bytes}`), trace)).toMatchObject({ passed: true, actual: bytes });
  expect(only(assertion("memory_usage", `max_bytes = ${bytes - 1}`), trace)).toMatchObject({ passed: false });
  const rss = assertion("memory_usage", 'max_bytes = 1\ntracking_mode = "rss"');
  expect(only(rss, trace)).toMatchObject({ passed: false, inconclusive: true, actual: null });
});

test.each<[string, Trace, Partial<BudgetContext>, string, boolean]>([
  ["span_count", lossy(), {}, "events were lost", true],
  ["span_count", ORDINARY, { manifest: manifestOf({ lost: 3 }) }, "3 system calls were lost", true],
  [
    "span_count",
    ORDINARY,
    { manifest: manifestOf({ stopped: { by: "user", how: "kill", afterNs: 5 } }) },
    "stopped",
    true,
  ],
  ["span_count", traceOf([]), {}, "no system calls", true],
  ["critical_path", untimed(), {}, "no times", true],
  ["critical_path", lossy(), {}, "events were lost", true],
])("%s of an incomplete trace is inconclusive: %#", (type, trace, context, reason, inconclusive) => {
  const limit = type === "span_count" ? "max_spans = 1000" : "max_duration_ms = 1000000";
  const result = only(assertion(type, limit), trace, context);
  expect(result).toMatchObject({ passed: false, inconclusive });
  expect(result.message).toContain(reason);
});

test("what exceeds the limit even without the lost part is a violation", () => {
  const result = only(assertion("span_count", "max_spans = 2"), lossy());
  expect(result).toMatchObject({ passed: false, inconclusive: false, actual: 6 });
  expect(result.message).toContain("that is not all: events were lost");
});

test("calls that a filter kept out are not counted as none", () => {
  const manifest = manifestOf({ recorder: { ...manifestOf().recorder, filter: "openat" } });
  const result = only(check("syscall_count", 'syscall = "fsync"\nmax_count = 5'), ORDINARY, { manifest });
  expect(result).toMatchObject({ passed: false, inconclusive: true });
  expect(only(check("syscall_count", 'syscall = "openat"\nmax_count = 5'), ORDINARY, { manifest }).passed).toBe(true);
});

test("a name that nothing has is told as a warning", () => {
  const result = only(assertion("critical_path", 'max_duration_ms = 1\ntrace_name_pattern = "api_.*"'), ORDINARY);
  expect(result).toMatchObject({ passed: false, inconclusive: true, severity: "warning" });
});

const MACHINE = { arch: "x64", cpus: 2, kernel: "6.1.0", hostname: "box", recorder: "strace" };
const SAMPLE: GoldenPerformance["samples"][number] = {
  ...{ wallNs: 100 * MS, cpuNs: null, peakRssBytes: null, readBytes: null, writtenBytes: null },
  ...{ syscallNs: 10 * MS, mappedBytes: 0, sites: [] },
};
const BASELINE: GoldenPerformance = { schemaVersion: 1, name: "app", machine: MACHINE, samples: [SAMPLE, SAMPLE] };
const withCalls = (counts: readonly number[]): GoldenPerformance => ({
  ...BASELINE,
  samples: counts.map((calls) => ({ ...SAMPLE, calls })),
});

test.each<[string, Partial<BudgetContext>, boolean, boolean, string]>([
  [
    "time_threshold_percent = 25",
    { baseline: BASELINE, machine: MACHINE },
    true,
    false,
    "wall time 125 ms against 100 ms in the golden, +25 % (limit +25 %, mean of 2 samples)",
  ],
  ["time_threshold_percent = 24", { baseline: BASELINE, machine: MACHINE }, false, false, "(limit +24 %"],
  [
    'time_threshold_percent = 0\nclock = "syscall"',
    { baseline: BASELINE, machine: MACHINE },
    true,
    false,
    "system call time 10.0 ms",
  ],
  [
    "time_threshold_percent = 25",
    { baseline: BASELINE, machine: { ...MACHINE, cpus: 4 } },
    false,
    true,
    "another machine",
  ],
  ["time_threshold_percent = 25", {}, false, true, "there is no golden"],
  [
    "syscall_threshold_percent = 20",
    { goldenSummary: { calls: 5 } },
    true,
    false,
    "system calls 6 against 5 in the golden, +20 %",
  ],
  ["syscall_threshold_percent = 19", { goldenSummary: { calls: 5 } }, false, false, "(limit +19 %)"],
  ["syscall_threshold_percent = 19", { goldenSummary: { calls: 50 } }, true, false, "-88 %"],
  [
    "syscall_threshold_percent = 20",
    // Reads in a row from a stream are one event of the golden.
    { goldenSummary: { calls: 2 }, baseline: withCalls([4, 8]) },
    true,
    false,
    "system calls 6 against 6 in the golden, +0 % (limit +20 %, mean of 2 samples)",
  ],
])("[regression] %s", (line, context, passed, inconclusive, message) => {
  const result = only(`[regression]\n${line}`, ORDINARY, { ...WALL, ...context });
  expect(result.message).toContain(message);
  expect(result).toMatchObject({ passed, inconclusive });
});

test("deviation from a baseline counts both ways for system calls", () => {
  const toml = '[[golden_traces.baselines]]\nname = "app"\nmax_deviation_percent = 10';
  const results = run(toml, ORDINARY, { ...WALL, goldenSummary: { calls: 50 }, baseline: BASELINE, machine: MACHINE });
  expect(results.map(({ passed }) => passed)).toEqual([false, true]);
});

test("confidence of the comparison", () => {
  const toml = "[semantic_equivalence]\nmin_confidence = 0.9";
  expect(run(toml, ORDINARY)).toEqual([]);
  expect(only(toml, ORDINARY, { confidence: 0.9 }).passed).toBe(true);
  expect(only(toml, ORDINARY, { confidence: 0.89 }).passed).toBe(false);
  expect(only(toml, ORDINARY, { confidence: null })).toMatchObject({ passed: false, inconclusive: true });
});

const stat: CallSpec = { name: "newfstatat", args: 'AT_FDCWD, "/w/lock", {}, 0', result: 0 };
const small: CallSpec = { name: "read", args: "3</w/data>, 1", result: 1 };

test.each<[string, Trace, number, string]>([
  ["TightLoop", traceOf(repeat(1000, stat)), 0.9, "newfstatat was called 1,000 times in a row"],
  ["TightLoop", traceOf(repeat(500, stat).flatMap((call) => [call, small])), 0, "without progress"],
  ["TightLoop", traceOf(repeat(1000, small)), 0, "without progress"],
  ["TightLoop", traceOf(repeat(1000, { ...small, errno: "EBADF", result: -1 })), 0.9, "read was called"],
  ["SmallIo", traceOf(repeat(1000, small)), 0.9, "/w/data was read 1,000 times, 100 % of them fewer than 512 bytes"],
  ["SmallIo", traceOf(repeat(1000, { ...small, result: 4096 })), 0, "no file"],
  ["SmallIo", traceOf(repeat(1000, { ...small, args: "3<pipe:[7]>, 1" })), 0, "no file"],
  [
    "RepeatedOpen",
    traceOf(repeat(100, { name: "openat", args: 'AT_FDCWD, "/w/x", O_RDONLY', result: 3 })),
    0.9,
    "/w/x was opened 100 times",
  ],
  ["RepeatedOpen", traceOf([...CALLS]), 0, "/w/x was opened 2 times"],
  [
    "BusyPolling",
    traceOf(repeat(1000, { name: "poll", args: "[{fd=3}], 1, 0", result: 0 })),
    0.9,
    "100 % of them in vain",
  ],
  [
    "BusyPolling",
    traceOf(repeat(1000, { name: "poll", args: "[{fd=3}], 1, 50", result: 0, duration: 50 * MS })),
    0,
    "no thread",
  ],
  ["BusyPolling", traceOf(repeat(1000, { name: "poll", args: "[{fd=3}], 1, -1", result: 1 })), 0, "no thread"],
  ["GodProcess", ORDINARY, 0, "there is only one process"],
  ["GodProcess", family(), 0.9, "worker (process 101) has 90 % of the critical path's wall time"],
])("%s %#: confidence %d", (name, trace, confidence, message) => {
  const at = only(pattern(name, confidence), trace);
  expect(at.message).toContain(message);
  expect(at.actual).toBeCloseTo(confidence);
  expect(at).toMatchObject({
    passed: at.actual !== null && at.actual <= confidence,
    inconclusive: false,
    limit: confidence,
  });
  if (confidence > 0) expect(only(pattern(name, confidence - 0.01), trace).passed).toBe(false);
});

test("only the processes that are meant are looked at", () => {
  expect(only(pattern("GodProcess", 0.5, 'process_name_pattern = "pro."'), family()).passed).toBe(true);
  expect(only(pattern("GodProcess", 0.5, 'process_name_pattern = "worker"'), family()).passed).toBe(false);
  expect(only(pattern("GodProcess", 0.5, 'process_name_pattern = "x"'), family())).toMatchObject({
    severity: "warning",
    inconclusive: true,
  });
});

test("an anti-pattern points to the line that shows it", () => {
  const builder = traceBuilder();
  addCalls(builder, repeat(1000, stat));
  const trace = builder.build();
  const withSite: Trace = {
    ...trace,
    syscalls: { ...trace.syscalls, stack: new Int32Array(1000) },
    sites: [{ file: "/home/u/w/src/load.c", line: 17, column: 0, function: "load" }],
    stacks: { ...trace.stacks, length: 1, site: Int32Array.of(0) },
  };
  expect(only(pattern("TightLoop", 0.5), withSite).site).toEqual({ file: "src/load.c", line: 17, function: "load" });
});

test.each([
  [undefined, null],
  [[{ category: "gpu_memcpy", name: "Memcpy DtoH (Device -> Pageable)", durationNs: 9 }], null],
  [
    [
      { category: "gpu_memcpy", name: "Memcpy HtoD (Pageable -> Device)", durationNs: 30 },
      { category: "Kernel", name: "volta_sgemm", durationNs: 100 },
      { category: "gpu_memcpy", name: "Memcpy DtoH (Device -> Pageable)", durationNs: 900 },
    ],
    0.3,
  ],
  [[{ category: "gpu_memcpy", name: "Memcpy HtoD (Host -> Device)", durationNs: 30 }], 1],
])("PcieBottleneck %#", (gpuSpans, confidence) => {
  const result = only(pattern("PcieBottleneck", 0.5), ORDINARY, { gpuSpans });
  expect(result.actual).toBe(confidence);
  expect(result).toMatchObject({ passed: confidence === 0.3, inconclusive: confidence === null });
});

function lossy(): Trace {
  return { ...ORDINARY, problems: [{ kind: "lost-events", message: "events were lost.", losesData: true }] };
}

function untimed(): Trace {
  return traceOf(CALLS.map((call) => ({ ...call, duration: Number.NaN })));
}

/** A parent that waits 900 of 1000 ns for its child. */
function family(): Trace {
  const builder = traceBuilder();
  builder.threads.add({ pid: 101, tid: 101, parent: 0, role: "process", name: "worker", start: 50 });
  addCalls(builder, [
    { name: "wait4", start: 60, duration: 900, result: 101 },
    { name: "exit_group", thread: 1, start: 950, state: 2 },
  ]);
  builder.threads.exit(1, 955, { kind: "exited", code: 0 });
  builder.threads.exit(0, 1000, { kind: "exited", code: 0 });
  return builder.build();
}
