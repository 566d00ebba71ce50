import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBudgets } from "./parseBudgets.ts";
import { parseConfig } from "./parseConfig.ts";

const renacer = (text: string) => parseBudgets("/w/renacer.toml", text);

test("dialect A: every type with its values", () => {
  const { budgets, problems } = renacer(`
[[assertion]]
name = "latency"
type = "critical_path"
max_duration_ms = 100.5
trace_name_pattern = "api_.*"

[[assertion]]
name = "calls"
type = "span_count"
max_spans = 10_000
fail_on_violation = false
applies_to = ["a*", "b"]

[[assertion]]
name = "rss"
type = "memory_usage"
max_bytes = 500_000_000
tracking_mode = "rss"

[[assertion]]
name = "god"
type = "anti_pattern"
pattern = "PCIeBottleneck"
threshold = 0.8
process_name_pattern = "work.*"

[[assertion]]
name = "own"
type = "custom"
expression = "calls('read') <= 5"

[[assertion]]
name = "off"
type = "critical_path"
max_duration_ms = 1
enabled = false
`);
  expect(problems).toEqual([]);
  expect(budgets.map(({ rule, ...rest }) => ({ ...rest, rule: { ...rule, expression: undefined } }))).toMatchObject([
    {
      name: "latency",
      severity: "error",
      appliesTo: [],
      source: { file: "/w/renacer.toml", line: 5, column: 1 },
      rule: { kind: "critical-path", max: 100.5e6, clock: "wall", pattern: "api_.*" },
    },
    { severity: "warning", appliesTo: ["a*", "b"], rule: { kind: "span-count", max: 10_000 } },
    { rule: { kind: "memory", max: 5e8, of: "rss" } },
    { rule: { kind: "anti-pattern", pattern: "PcieBottleneck", threshold: 0.8, process: "work.*" } },
    { rule: { kind: "custom", text: "calls('read') <= 5" } },
  ]);
});

test("dialect B: every table with its values", () => {
  const { budgets, problems } = renacer(`
[performance.budgets]
backend = { max_time_ms = 2.0, max_syscalls = 200 }
"gpu_*" = { max_syscalls = 10 }

[[assertions]]
name = "share"
description = "mostly computing"
check = "syscall_percentage"
syscall = "write"
max_percentage = 35.0

[[assertions]]
name = "maps"
check = "syscall_count"
syscall = "mmap"
max_count = 30

[[assertions]]
name = "fast"
check = "total_time"
max_time_ms = 2.0

[[assertions]]
name = "floor"
check = "min_time"
min_time_ms = 3
clock = "wall"
applies_to = "gpu_*"

[regression]
time_threshold_percent = 10.0
syscall_threshold_percent = 15.0

[golden_traces]
format = "renacer-json-v1"

[[golden_traces.baselines]]
name = "backend"
file = "golden_traces/backend.json"
max_deviation_percent = 10.0

[[anti_patterns.rules]]
name = "pcie"
check = "ratio"
syscalls = ["write", "read"]
min_ratio = 0.5
severity = "warning"

[[anti_patterns.rules]]
name = "thrashing"
check = "syscall_count"
syscall = "mmap"
max_count = 50
severity = "error"

[ci]
fail_on_budget_exceeded = false
fail_on_regression = true
fail_on_anti_patterns = ["error"]
`);
  expect(problems).toEqual([]);
  expect(budgets.map(({ name, severity, appliesTo, rule }) => ({ name, severity, appliesTo, rule }))).toEqual([
    rowOf("share", "warning", [], { kind: "syscall-share", max: 0.35, syscall: "write" }),
    rowOf("maps", "warning", [], { kind: "syscall-count", max: 30, syscall: "mmap" }),
    rowOf("fast", "warning", [], { kind: "total-time", max: 2e6, clock: "syscall" }),
    rowOf("floor", "warning", ["gpu_*"], { kind: "min-time", min: 3e6, clock: "wall" }),
    rowOf("backend: time", "warning", ["backend"], { kind: "total-time", max: 2e6, clock: "syscall" }),
    rowOf("backend: system calls", "warning", ["backend"], { kind: "syscall-count", max: 200 }),
    rowOf("gpu_*: system calls", "warning", ["gpu_*"], { kind: "syscall-count", max: 10 }),
    rowOf("regression: time", "error", [], { kind: "regression", figure: "time", threshold: 0.1, clock: "wall" }),
    rowOf("regression: system calls", "error", [], {
      kind: "regression",
      figure: "syscalls",
      threshold: 0.15,
      eitherWay: false,
    }),
    rowOf("backend: deviation of system calls", "error", ["backend"], {
      kind: "regression",
      figure: "syscalls",
      threshold: 0.1,
      eitherWay: true,
    }),
    rowOf("backend: deviation of time", "error", ["backend"], {
      kind: "regression",
      figure: "time",
      threshold: 0.1,
      clock: "syscall",
    }),
    rowOf("pcie", "warning", [], { kind: "ratio", max: 0.5, syscalls: ["write", "read"] }),
    rowOf("thrashing", "error", [], { kind: "syscall-count", max: 50, syscall: "mmap" }),
  ]);
});

function rowOf(name: string, severity: string, appliesTo: string[], rule: object) {
  return { name, severity, appliesTo, rule };
}

/** A text with one mistake, marked by `»` and `«` around what the problem must point to. */
test.each([
  ["»assertoin« = 1", 'unknown key "assertoin": did you mean assertion?'],
  ["[»asertion«]\nx = 1", 'unknown key "asertion": did you mean assertion?'],
  ['[»assertion«]\nname = "x"', "[assertion] must be a list: write [[assertion]]"],
  ["»assertion« = 3", '"assertion" must be a list of tables'],
  ['[[assertion]]\nname = "x"\n»typ« = "span_count"', 'unknown key "typ": did you mean type?'],
  ['[[assertion]]\nname = "x"\ntype = »"span_cuont"«\nmax_spans = 1', "did you mean span_count?"],
  ['[[»assertion«]]\nname = "x"\ntype = "span_count"', '"max_spans" must be given'],
  ['[[»assertion«]]\ntype = "span_count"\nmax_spans = 1', '"name" must be given'],
  ['[[assertion]]\nname = »""«\ntype = "span_count"\nmax_spans = 1', '"name" must not be empty'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »1.5«', '"max_spans" must be a whole number, not 1.5'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »-1«', '"max_spans" must not be negative'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »"9"«', '"max_spans" must be a number, not "9"'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »nan«', '"max_spans" must be a number, not NaN'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »inf«', '"max_spans" must be finite'],
  ['[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = »1979-05-27«', "must be a number, not a date"],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\n»max_bytes« = 1',
    'belongs to type = "memory_usage" and not to "span_count"',
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\nspan_name_pattern = »"a("«',
    "is no regular expression: Unterminated group",
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\nspan_name_pattern = »"(a+)+"«',
    "could take for ever",
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\nenabled = »"no"«',
    '"enabled" must be true or false, not "no"',
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\nenabled = false\n»threshhold« = 2',
    'unknown key "threshhold"',
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "anti_pattern"\npattern = »"GodProces"«\nthreshold = 0.8',
    "did you mean GodProcess?",
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "anti_pattern"\npattern = "TightLoop"\nthreshold = »80«',
    '"threshold" must be between 0 and 1, not 80',
  ],
  ['[[assertion]]\nname = "x"\ntype = "memory_usage"\nmax_bytes = 1\ntracking_mode = »"rrs"«', "did you mean rss?"],
  [
    '[[assertion]]\nname = "x"\ntype = "custom"\nexpression = "wall_ms < 5 and »cals«(\'read\') < 2"',
    "did you mean calls?",
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "custom"\nexpression = "trace».s«pans.iter().all(|s| s.duration_ms < 50)"',
    "Rust",
  ],
  [
    '[[assertion]]\nname = "x"\ntype = "span_count"\nmax_spans = 1\n[[assertion]]\nname = »"x"«\ntype = "span_count"\nmax_spans = 1',
    "already (line 2)",
  ],
  ['[[assertions]]\nname = "x"\ncheck = »"syscal_count"«\nmax_count = 1', "did you mean syscall_count?"],
  [
    '[[assertions]]\nname = "x"\ncheck = "syscall_percentage"\nsyscall = "write"\nmax_percentage = »350«',
    "between 0 and 100",
  ],
  [
    '[[assertions]]\nname = "x"\ncheck = "total_time"\nmax_time_ms = 1\nsyscall = "read"\nclock = »"wall"«',
    'must be "syscall"',
  ],
  ['[[assertions]]\nname = "x"\ncheck = "total_time"\nmax_time_ms = 1\nclock = »"cpu"«', "known are wall, syscall"],
  [
    '[[assertions]]\nname = "x"\ncheck = "total_time"\nmax_time_ms = 1\napplies_to = »[1]«',
    "must be a list of texts, not a list",
  ],
  ["[performance]\n»budget« = 1", 'unknown key "budget": did you mean budgets?'],
  ["[performance.budgets]\nx = { »max_tim_ms« = 1 }", "did you mean max_time_ms?"],
  ["[performance.budgets]\nx = »5«", '"performance.budgets.x" must be a table'],
  ["[performance.budgets]\n»x« = {}", '"x" must have "max_time_ms" or "max_syscalls"'],
  ["performance.budgets.x.»max_syscals« = 5", "did you mean max_syscalls?"],
  ["[regression]\n»time_threshold« = 10", "unknown key"],
  ['[[golden_traces.baselines]]\nname = "a"\nmax_deviation_percent = »true«', "must be a number, not true"],
  ['[golden_traces]\nformat = »"otlp"«', "known are renacer-json-v1"],
  ['[[anti_patterns.rules]]\nname = "x"\ncheck = "ratio"\nsyscalls = ["read"]\nmin_ratio = »1.5«', "between 0 and 1"],
  [
    '[[anti_patterns.rules]]\nname = "x"\ncheck = "ratio"\nsyscalls = ["read"]\nmin_ratio = 0.5\nseverity = »"fatal"«',
    "known are error, warning, info",
  ],
  ["[anti_patterns]\n»rule« = 1", "did you mean rules?"],
  ['[ci]\nfail_on_anti_patterns = »["eror"]«', "did you mean error?"],
  ["[ci]\n»fail_on_regresion« = true", "did you mean fail_on_regression?"],
  ["[semantic_equivalence]\nmin_confidence = »90«", "between 0 and 1"],
  ["[lamport_clock]\n»enable« = true", "did you mean enabled?"],
  ['[»targets«.a]\nprogram = "x"', '"targets" belongs into goldentrace.toml'],
  ["a = 1\n»a« = 2", "not valid TOML"],
])("%j", (marked, message) => {
  const before = marked.slice(0, marked.indexOf("»"));
  const meant = marked.slice(marked.indexOf("»") + 1, marked.indexOf("«"));
  const { budgets, problems } = renacer(marked.replace(/[»«]/g, ""));
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(errors.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  expect(errors[0]).toMatchObject({ line, column });
  if (!message.startsWith("not valid")) expect(errors[0]?.endColumn).toBe(column + meant.length);
  // Of two budgets with one name the first one stands.
  expect(budgets.filter(({ source }) => source.line === line)).toEqual([]);
});

test("settings without effect are remarked on, and only where they ask for something", () => {
  const text = `
[project]
name = "x"
[semantic_equivalence]
enabled = true
min_confidence = 0.90
check_write_patterns = true
[lamport_clock]
enabled = true
[otlp]
enabled = false
[ci]
fail_fast = true
compare_with_baseline = true
export_format = "json"
[quality_gates]
anything = 1
[[cluster]]
name = "x"
`;
  const { budgets, problems } = renacer(text);
  expect(problems.map(({ line, severity }) => [line, severity])).toEqual([
    [2, "remark"],
    [4, "remark"],
    [8, "remark"],
    [13, "remark"],
    [15, "remark"],
    [16, "remark"],
    [18, "remark"],
  ]);
  for (const { message } of problems) expect(message).toMatch(/ ha(?:s|ve) no effect here because /);
  expect(budgets).toMatchObject([{ rule: { kind: "confidence", min: 0.9 }, source: { line: 6 } }]);
});

test("a target that does not exist is remarked on", () => {
  const { problems } = parseConfig(`
[targets.train]
program = "x"
[performance.budgets]
trian = { max_syscalls = 5 }
"tr*" = { max_syscalls = 5 }
`);
  expect(problems).toMatchObject([
    { line: 5, column: 1, severity: "warning", message: expect.stringContaining("did you mean train?") },
  ]);
});

test("an ignore rule that names nothing, half a sample and a folder without a name are mistakes", () => {
  const problemsOf = (lines: string): unknown =>
    parseConfig(lines).problems.map(({ line, message }) => `${line}: ${message}`);
  expect(problemsOf('[[golden.ignore]]\nreason = "flaky"')).toEqual([
    "1: the rule ignores everything: give it one of name, object, file, function, kind",
  ]);
  expect(problemsOf('[golden]\nsamples = 1.5\ndir = ""')).toEqual([
    '2: "golden.samples" must be a whole number',
    '3: "golden.dir" must not be empty',
  ]);
});

test("budgets beside settings in goldentrace.toml", () => {
  const { config, budgets, problems } = parseConfig(
    `
[golden]
mode = "strict"
ignore = [{ kind = "removed" }]
rulesOff = ["paths-nonsense"]
[[golden.rules]]
id = "mine"
match = "(a+)+"
replace = "x"
[targets.a]
program = "x"
[targets.a.golden]
ignore = [{ kind = "remved" }]
[[assertion]]
name = "n"
type = "span_count"
max_spans = 5
`,
    "/w/goldentrace.toml",
  );
  expect(config.golden?.mode).toBe("strict");
  expect(budgets).toMatchObject([{ name: "n", source: { file: "/w/goldentrace.toml", line: 17 } }]);
  expect(problems.map(({ line, column }) => [line, column])).toEqual([
    [5, 13],
    [8, 9],
    [13, 20],
  ]);
  expect(problems[2]?.message).toContain("did you mean removed?");
});

test("any text is read or refused, in time", () => {
  const piece = fc.constantFrom(
    ...[
      "[",
      "]",
      "[[",
      "]]",
      "assertion",
      "performance.budgets",
      "ci",
      "=",
      '"',
      "\n",
      "1",
      "{",
      "}",
      ".",
      "type",
      ",",
    ],
    ...["name", "true", "#", "critical_path", "'", "threshold", "[[assertion]]\n", 'type = "custom"\n', "\uFEFF"],
    ...["[[anti_patterns.rules]]\n", "anti_patterns = 1\n", "[semantic_equivalence]\n", "golden_traces", "é"],
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const problem of renacer(pieces.join("")).problems) expect(problem.message).not.toBe("");
    }),
  );
});

test.each([
  [`assertion = ${"[".repeat(100_000)}`],
  [`assertion = ${"{a=".repeat(100_000)}`],
  [`${"a.".repeat(50_000)}a = 1`],
  ["x".repeat(1_000_000)],
  ["__proto__ = 1\n[constructor]\nprototype = 2"],
])("a hostile text is refused: %#", (text) => {
  expect(renacer(text).problems.length).toBeGreaterThan(0);
  expect(renacer(text).budgets).toEqual([]);
});
