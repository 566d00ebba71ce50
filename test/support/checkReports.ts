import fc from "fast-check";
import type { CheckEntry, CheckOutcome, CheckReport } from "../../src/engine/report/checkReport.ts";
import {
  type BudgetResult,
  COMPARISON_SCHEMA_VERSION,
  type Comparison,
  type ComparisonSite,
  DIVERGENCE_KINDS,
  type Divergence,
  type DivergenceSide,
  PERFORMANCE_VERDICTS,
  type PerformanceResult,
  SEVERITIES,
} from "../../src/protocol/comparison.ts";

export const WORKSPACE = "/home/u/project";

export function comparisonOf(parts: Partial<Comparison> = {}): Comparison {
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    verdict: (parts.divergences?.length ?? 0) > 0 ? "diverged" : "equivalent",
    reason: null,
    confidence: 1,
    mode: "observable",
    golden: { name: "train", path: "golden_traces/train.json" },
    actual: { name: "r", path: ".goldentrace/runs/r" },
    goldenEvents: 1234,
    actualEvents: 1234,
    matched: 1234,
    added: 0,
    removed: 0,
    changed: 0,
    divergences: [],
    ignored: [],
    notes: [],
    renacer: null,
    sites: [],
    performance: [],
    budgets: [],
    ...parts,
  };
}

export function divergenceOf(parts: Partial<Divergence> = {}): Divergence {
  const site = { file: "src/model.c", line: 88, function: "save" };
  return {
    id: "removed-fsync-1a2b3c",
    kind: "removed",
    severity: "high",
    class: "file",
    name: "fsync",
    object: "model.bin",
    title: "`save()` at model.c:88 no longer calls fsync on model.bin",
    thread: "main",
    site,
    goldenSite: { ...site, line: 86 },
    golden: sideOf(["fsync(model.bin) = 0"]),
    actual: sideOf([]),
    ...parts,
  };
}

export function sideOf(events: string[], count = events.length): DivergenceSide {
  return { count, events, rows: events.map((_, index) => index) };
}

export function performanceOf(parts: Partial<PerformanceResult> = {}): PerformanceResult {
  return {
    metric: "wall",
    unit: "ns",
    golden: 1.2e9,
    actual: 1.44e9,
    change: 0.2,
    noise: 0.021,
    pValue: 0.001,
    goldenSamples: 3,
    actualSamples: 3,
    verdict: "regressed",
    site: null,
    ...parts,
  };
}

export function budgetOf(parts: Partial<BudgetResult> = {}): BudgetResult {
  return {
    name: "startup",
    passed: false,
    severity: "error",
    actual: 120e6,
    limit: 100e6,
    unit: "ns",
    message: "critical path 120 ms, limit 100 ms",
    inconclusive: false,
    source: { file: `${WORKSPACE}/goldentrace.toml`, line: 14 },
    site: null,
    ...parts,
  };
}

export function entryOf(target: string, outcome: CheckOutcome, parts: Partial<Comparison> = {}): CheckEntry {
  const comparison = comparisonOf({
    golden: { name: target, path: `golden_traces/${target}.json` },
    ...(outcome === "incomparable"
      ? { verdict: "incomparable", reason: "The trace is cut off.", confidence: 0, matched: 0 }
      : {}),
    ...parts,
  });
  return { target, comparison, outcome, runId: "r", durationMs: 1420 };
}

export function reportOf(...entries: CheckEntry[]): CheckReport {
  return { tool: "0.1.0", workspace: WORKSPACE, entries };
}

/** One target of every outcome, with everything that a report can tell. */
export const FULL_REPORT: CheckReport = reportOf(
  entryOf("hello", "holds"),
  entryOf("train", "diverged", {
    confidence: 0.9724,
    divergences: [
      divergenceOf(),
      divergenceOf({
        id: "count-read-77",
        kind: "count",
        severity: "medium",
        name: "read",
        object: "data.bin",
        title: "42 more `read` of data.bin at load.c:17",
        thread: "main>worker",
        site: { file: "src/load.c", line: 17, function: "load_batch" },
        goldenSite: { file: "src/load.c", line: 17, function: "load_batch" },
        golden: sideOf(Array.from({ length: 8 }, () => "read(data.bin, 4096) = 4096")),
        actual: sideOf(
          [
            ...Array.from({ length: 12 }, () => "read(data.bin, 512) = 512"),
            "read(data.bin, 512) = 100",
            "read(data.bin, 512) = 0",
          ],
          50,
        ),
      }),
      divergenceOf({
        id: "added-connect-9",
        kind: "added",
        name: "connect",
        object: "127.0.0.1:5432",
        title: "new connection to 127.0.0.1:5432",
        site: null,
        goldenSite: null,
        golden: sideOf([]),
        actual: sideOf(["connect(127.0.0.1:5432) = 0"]),
      }),
      divergenceOf({
        id: "order-rename-3",
        kind: "order",
        severity: "low",
        name: "rename",
        title: "`rename` of model.tmp now comes before `write` to model.tmp at model.c:91",
        site: { file: "src/model.c", line: 91, function: "save" },
        goldenSite: { file: "src/model.c", line: 89, function: "save" },
        golden: sideOf(["write(model.tmp, 65536) = 65536", "rename(model.tmp, model.bin) = 0"]),
        actual: sideOf(["rename(model.tmp, model.bin) = 0", "write(model.tmp, 65536) = 65536"]),
      }),
    ],
    performance: [
      performanceOf(),
      performanceOf({ metric: "cpu", golden: 0.9e9, actual: 0.7e9, change: -0.222, verdict: "improved" }),
      performanceOf({ metric: "peakRss", unit: "bytes", golden: 5e7, actual: 5e7, change: 0, verdict: "same" }),
      performanceOf({
        metric: "syscallTime at src/load.c:17",
        golden: 3e6,
        actual: 6.1e6,
        change: 1.033,
        site: { file: "src/load.c", line: 17, function: "load_batch" },
      }),
      performanceOf({ metric: "readBytes", unit: "bytes", verdict: "not-enough-samples", noise: null, change: null }),
    ],
    budgets: [
      budgetOf(),
      budgetOf({
        name: "calls",
        severity: "warning",
        message: "1,250 calls, limit 1,000",
        source: { file: "", line: 0 },
      }),
      budgetOf({ name: "memory", passed: true, message: "12 MiB, limit 50 MiB" }),
    ],
    ignored: [{ text: "number of `poll` at loop.c:3", reason: "varies", count: 17 }],
    notes: ["Lines of src/load.c were mapped by function name: the golden's version of it is not in git."],
  }),
  entryOf("slow", "over-budget", { performance: [performanceOf({ change: 0.35 })] }),
  entryOf("server", "incomparable", {
    reason:
      "The golden golden_traces/server.json was made on aarch64, the run on x86_64: accept it again on this machine.",
  }),
);

const HOSTILE_PARTS = [
  "\n::error::injected",
  "::set-output name=x::y",
  " ::stop-commands::t",
  "##[error]x",
  "##vso[task.setvariable]x",
  "\r::warning::x",
  "\u2028::debug::x",
  "\u001b]0;title\u0007",
  "\u001b[31m",
  "\u202egnp.exe",
  "\u200b",
  "]]>",
  "</failure><!--",
  '"><script>alert(1)</script>',
  "&amp;&#0;",
  "\u0000\u0001\u000b\ufffe\uffff",
  "\ud800",
  "\udfff",
  "| a | b |",
  "```\n# heading",
  "`code",
  "![x](https://evil.example/x.png)",
  "[click](javascript:alert(1))",
  "@everyone",
  "%0A%25%2C",
  ",line=1,title=x",
  "</details>",
  "漢字🙂",
  "a/../../b",
  "::",
  " ",
  "x",
  "long".repeat(200),
];

/** Texts such as a program could put into its trace to be taken for something else. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE_PARTS), fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 5 })
  .map((parts) => parts.join(""));

const figure = fc.constantFrom(0, 1, 2, 17, 1e6, 2 ** 53, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.1234);
const hostileSite: fc.Arbitrary<ComparisonSite | null> = fc.option(
  fc.record({ file: hostileText, line: fc.constantFrom(0, 1, 88, -3, 1.5, Number.NaN), function: hostileText }),
);
const hostileSide: fc.Arbitrary<DivergenceSide> = fc.record({
  count: fc.nat(30),
  events: fc.array(hostileText, { maxLength: 7 }),
  rows: fc.constant([]),
});

/** Reports in which every text is hostile. */
export const hostileReport: fc.Arbitrary<CheckReport> = fc.record({
  tool: hostileText,
  workspace: fc.oneof(
    fc.constant(WORKSPACE),
    hostileText.map((text) => `/${text}`),
  ),
  entries: fc.array(
    fc.record({
      target: hostileText,
      outcome: fc.constantFrom<CheckOutcome>("holds", "diverged", "over-budget", "incomparable"),
      runId: fc.constant(null),
      durationMs: figure,
      comparison: fc
        .record({
          reason: fc.option(hostileText),
          confidence: figure,
          golden: fc.record({ name: hostileText, path: hostileText }),
          divergences: fc.array(
            fc.record({
              id: hostileText,
              kind: fc.constantFrom(...DIVERGENCE_KINDS),
              severity: fc.constantFrom(...SEVERITIES),
              class: hostileText,
              name: hostileText,
              object: hostileText,
              title: hostileText,
              thread: hostileText,
              site: hostileSite,
              goldenSite: hostileSite,
              golden: hostileSide,
              actual: hostileSide,
            }),
            { maxLength: 4 },
          ),
          ignored: fc.array(
            fc.record({ text: hostileText, reason: fc.constantFrom("varies", "rule"), count: figure }),
            { maxLength: 3 },
          ),
          notes: fc.array(hostileText, { maxLength: 2 }),
          performance: fc.array(
            fc.record({
              metric: hostileText,
              unit: fc.constantFrom("ns", "bytes", "count"),
              golden: fc.option(figure),
              actual: fc.option(figure),
              change: fc.option(figure),
              noise: fc.option(figure),
              pValue: fc.option(figure),
              goldenSamples: fc.nat(3),
              actualSamples: fc.nat(3),
              verdict: fc.constantFrom(...PERFORMANCE_VERDICTS),
              site: hostileSite,
            }),
            { maxLength: 3 },
          ),
          budgets: fc.array(
            fc.record({
              name: hostileText,
              passed: fc.boolean(),
              severity: fc.constantFrom("error", "warning"),
              actual: fc.option(figure),
              limit: fc.option(figure),
              unit: hostileText,
              message: hostileText,
              inconclusive: fc.boolean(),
              source: fc.record({ file: hostileText, line: fc.nat(5) }),
              site: hostileSite,
            }),
            { maxLength: 3 },
          ),
        })
        .map((parts) => comparisonOf(parts)),
    }),
    { maxLength: 3 },
  ),
});
