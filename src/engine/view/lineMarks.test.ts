import { expect, test } from "vitest";
import type { Comparison, Divergence, SiteDifference } from "../../protocol/comparison.ts";
import { checkTestResult } from "./checkTests.ts";
import { divergenceEvents } from "./divergenceEvents.ts";
import { problemsOf } from "./divergenceProblems.ts";
import { divergencePlaces, divergenceTree } from "./divergenceTree.ts";
import { verdictState, verdictText } from "./divergenceWords.ts";
import { lineMarks, markedFiles } from "./lineMarks.ts";

const place = (file: string, line: number, name = "load") => ({ file, line, function: name });

function divergence(id: string, changes: Partial<Divergence> = {}): Divergence {
  const site = place("src/load.c", 17);
  return {
    id,
    kind: "count",
    severity: "medium",
    class: "file",
    name: "read",
    object: "<workspace>/config.toml",
    title: "12 more `read` of config.toml at load.c:17",
    thread: "main",
    site,
    goldenSite: site,
    golden: { count: 3, events: ["read(fd<config.toml>) = 1"], rows: [4] },
    actual: { count: 15, events: ["read(fd<config.toml>) = 2"], rows: [9] },
    ...changes,
  };
}

function siteDifference(line: number, changes: Partial<SiteDifference> = {}): SiteDifference {
  return {
    ...place("src/load.c", line),
    goldenCalls: 3,
    actualCalls: 15,
    goldenNs: 1_000_000,
    actualNs: 4_100_000,
    divergences: ["a"],
    calls: [{ name: "read", object: "<workspace>/config.toml", golden: 3, actual: 15 }],
    ...changes,
  };
}

function comparison(changes: Partial<Comparison> = {}): Comparison {
  return {
    schemaVersion: 1,
    verdict: "diverged",
    reason: null,
    confidence: 0.9,
    mode: "observable",
    golden: { name: "files", path: "/w/golden_traces/files.json" },
    actual: { name: "files", path: "/w/.goldentrace/runs/files_1" },
    goldenEvents: 100,
    actualEvents: 112,
    matched: 100,
    added: 12,
    removed: 0,
    changed: 0,
    divergences: [divergence("a")],
    ignored: [],
    notes: [],
    renacer: null,
    sites: [siteDifference(17)],
    performance: [],
    budgets: [],
    ...changes,
  };
}

const texts = (given: Comparison, file = "src/load.c") =>
  lineMarks(given, file).map(({ line, text }) => `${line}: ${text}`);

test.each<[string, Partial<Comparison>, string[]]>([
  ["counts and times", {}, ["17: +12 read · +3.10 ms"]],
  [
    "a time that is the golden's is not told",
    { sites: [siteDifference(17, { actualNs: 1_020_000 })] },
    ["17: +12 read"],
  ],
  ["times that nobody knows", { sites: [siteDifference(17, { goldenNs: null })] }, ["17: +12 read"]],
  [
    "a line that moved",
    { divergences: [divergence("a", { goldenSite: place("src/load.c", 12) })] },
    ["17: +12 read · +3.10 ms · golden line 12"],
  ],
  [
    "a line that is gone",
    {
      sites: [],
      divergences: [
        divergence("a", {
          kind: "removed",
          name: "fsync",
          title: "no longer calls fsync",
          site: null,
          goldenSite: place("src/load.c", 88, "save"),
          golden: { count: 1, events: ["fsync(3) = 0"], rows: [7] },
          actual: { count: 0, events: [], rows: [] },
        }),
      ],
    },
    ["88: -1 fsync · was on golden line 88"],
  ],
  [
    "calls with other arguments have no count",
    {
      sites: [siteDifference(17, { goldenNs: null, calls: [{ name: "openat", object: "x", golden: 1, actual: 1 }] })],
      divergences: [divergence("a", { kind: "changed", name: "openat" })],
    },
    ["17: openat changed"],
  ],
  [
    "many calls, the largest changes first",
    {
      sites: [
        siteDifference(17, {
          goldenNs: null,
          calls: ["stat", "read", "write", "close"].map((name, index) => ({
            name,
            object: "x",
            golden: 10,
            actual: 10 + (index - 1.5) * 4,
          })),
        }),
      ],
    },
    ["17: -6 stat · +6 close · -2 read · 1 more"],
  ],
  [
    "what programs say is no text of ours",
    {
      sites: [],
      divergences: [divergence("a", { kind: "exit", name: "exit", title: "exits\u001b[31m with\n3" })],
    },
    ["17: exits\\x1b[31m with\\n3"],
  ],
  [
    "a line that became slower and does the same",
    {
      sites: [],
      divergences: [],
      performance: [
        {
          metric: "syscallTime at src/load.c:20",
          unit: "ns",
          golden: 1e6,
          actual: 3e6,
          change: 2,
          noise: 0.1,
          pValue: 0.01,
          goldenSamples: 3,
          actualSamples: 3,
          verdict: "regressed",
          site: place("src/load.c", 20),
        },
      ],
    },
    ["20: +2.00 ms"],
  ],
])("marks: %s", (_, changes, expected) => {
  expect(texts(comparison(changes))).toEqual(expected);
});

test("the marks of a file are its own, and the gravest divergence colours a line", () => {
  const given = comparison({
    divergences: [divergence("a", { severity: "low" }), divergence("b", { severity: "high" })],
    sites: [siteDifference(17, { divergences: ["a", "b"] }), { ...siteDifference(3), file: "src/other.c" }],
  });
  expect(markedFiles(given)).toEqual(["src/load.c", "src/other.c"]);
  expect(lineMarks(given, "src/load.c").map(({ line, severity }) => [line, severity])).toEqual([[17, "high"]]);
  expect(lineMarks(given, "src/none.c")).toEqual([]);
});

test("the table of a mark has a row a call, their sum and the time", () => {
  const given = comparison({
    sites: [
      siteDifference(17, {
        calls: [
          { name: "read", object: "a", golden: 3, actual: 15 },
          { name: "close", object: "a", golden: 0, actual: 1 },
        ],
        actualCalls: 16,
      }),
    ],
  });
  expect(lineMarks(given, "src/load.c")[0]?.rows).toEqual([
    { label: "read a", golden: "3", actual: "15", change: "+12" },
    { label: "close a", golden: "0", actual: "1", change: "+1" },
    { label: "all calls", golden: "3", actual: "16", change: "+13" },
    { label: "time in calls", golden: "1.00 ms", actual: "4.10 ms", change: "+3.10 ms" },
  ]);
});

const MANY = comparison({
  divergences: [
    divergence("late", { site: place("src/b.c", 30), kind: "added" }),
    divergence("early", { site: place("src/b.c", 2) }),
    divergence("first", { site: place("src/a.c", 9), kind: "removed", severity: "high" }),
    divergence("nowhere", { site: null, goldenSite: null, kind: "exit" }),
  ],
  budgets: [
    {
      name: "startup",
      passed: false,
      severity: "error",
      actual: 20,
      limit: 10,
      unit: "ms",
      message: "startup: 20 ms of at most 10 ms",
      inconclusive: false,
      source: { file: "/w/goldentrace.toml", line: 7 },
      site: null,
    },
  ],
  ignored: [{ text: "read of clock", reason: "varies", count: 3 }],
});

test("the tree groups by file and by kind, and places are walked from top to bottom", () => {
  const outline = (grouping: "file" | "kind") =>
    divergenceTree(MANY, grouping).map(({ label, children }) => [label, ...children.map((child) => child.divergence)]);
  expect(outline("file")).toEqual([
    ["src/a.c", "first"],
    ["src/b.c", "early", "late"],
    ["Without a source line", "nowhere"],
    ["Budgets", null],
    ["Not compared", null],
  ]);
  expect(outline("kind").map(([label]) => label)).toEqual([
    "New",
    "No longer happens",
    "More or less often",
    "Ends differently",
    "Budgets",
    "Not compared",
  ]);
  const places = divergencePlaces(divergenceTree(MANY, "file")).map(
    ({ place: where }) => `${where?.file}:${where?.line}`,
  );
  expect(places).toEqual(["src/a.c:9", "src/b.c:2", "src/b.c:30", "/w/goldentrace.toml:7"]);
  const ids = divergenceTree(MANY, "file").flatMap(({ id, children }) => [id, ...children.map((child) => child.id)]);
  expect(new Set(ids).size).toBe(ids.length);
});

test("problems are divergences with a place, by severity, and budgets at their line", () => {
  expect(problemsOf(MANY).map(({ file, line, severity }) => `${file}:${line} ${severity}`)).toEqual([
    "src/b.c:30 warning",
    "src/b.c:2 warning",
    "src/a.c:9 error",
    "/w/goldentrace.toml:7 error",
  ]);
});

test("both sides of a diff have the same headings, and say what they leave out", () => {
  expect(divergenceEvents(comparison(), "a", "golden")).toBe(
    "# 12 more `read` of config.toml at load.c:17\nread(fd<config.toml>) = 1\n… and 2 more\n",
  );
  expect(divergenceEvents(MANY, null, "actual").match(/^# /gm)).toHaveLength(4);
  expect(divergenceEvents(comparison(), "gone", "actual")).toContain("not shown any more");
});

test.each<[string, Parameters<typeof checkTestResult>[0], Partial<Comparison>, string, number]>([
  ["holds", "holds", { verdict: "equivalent", divergences: [] }, "passed", 0],
  ["differs", "diverged", {}, "failed", 1],
  ["incomparable is never a pass", "incomparable", { verdict: "incomparable", reason: "no golden" }, "errored", 1],
  ["over budget", "over-budget", { ...MANY, divergences: [] }, "failed", 1],
  ["a failure always says something", "diverged", { divergences: [] }, "failed", 1],
])("a test that %s", (_, outcome, changes, state, messages) => {
  const result = checkTestResult(outcome, comparison(changes));
  expect(result.state).toBe(state);
  expect(result.messages).toHaveLength(messages);
});

test.each<[Partial<Comparison>, string, string]>([
  [{}, "fail", "1 difference"],
  [{ verdict: "equivalent", divergences: [] }, "pass", "as golden"],
  [{ verdict: "incomparable", reason: "x" }, "unknown", "not comparable"],
  [{ ...MANY, verdict: "equivalent", divergences: [] }, "fail", "1 over budget"],
])("the verdict in words", (changes, state, text) => {
  const given = comparison(changes);
  expect([verdictState(given), verdictText(given)]).toEqual([state, text]);
});
