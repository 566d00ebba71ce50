import * as z from "zod/mini";

/**
 * The outcome of comparing a run with a golden (or with another run): what `diff --json` prints, each entry of `check --json` holds and
 * `comparison.json` in a run folder stores. Every surface that tells of a difference is a projection of this.
 * Times in nanoseconds, sizes in bytes, lines 1-based.
 */

export const COMPARISON_SCHEMA_VERSION = 1;

const siteSchema = z.object({
  /** Relative to the workspace, with forward slashes; absolute when outside of it. */
  file: z.string(),
  line: z.number(),
  function: z.string(),
});

const sideSchema = z.object({
  /** How many events of this side the divergence covers. */
  count: z.number(),
  /** The first of them as one-line texts (at most `MAX_EVENT_TEXTS`), normalised. */
  events: z.array(z.string()),
  /** Indexes of the first of them: rows of the run's `syscalls`, or event numbers of the golden. */
  rows: z.array(z.number()),
});

export const MAX_EVENT_TEXTS = 20;

/** What kind of difference it is. */
export const DIVERGENCE_KINDS = [
  /** Happens now, and never did (of this kind, at this place, on this object) in the golden. */
  "added",
  /** Happened in the golden, and does not any more. */
  "removed",
  /** Happens more or less often than in the golden. */
  "count",
  /** The same call on the same object with other arguments or another result. */
  "changed",
  /** The same calls in another order. */
  "order",
  "thread-added",
  "thread-removed",
  /** The program ended with another exit code or signal. */
  "exit",
] as const;

export const SEVERITIES = ["high", "medium", "low"] as const;

const divergenceSchema = z.object({
  /** Stable over runs: made from kind, name, object, thread and function, never from line numbers. */
  id: z.string(),
  kind: z.enum(DIVERGENCE_KINDS),
  severity: z.enum(SEVERITIES),
  /** `EventClass` of the calls; empty for threads and exits. */
  class: z.string(),
  /** The system call, the thread's key, or `exit`. */
  name: z.string(),
  /** What the call acts on, normalised: a path, an address, a pipe; may be empty. */
  object: z.string(),
  /** One line as a person would tell it: `save() at model.c:88 no longer calls fsync on model.bin`. */
  title: z.string(),
  /** Key of the thread, such as `main` or `main>worker`. */
  thread: z.string(),
  /** In the sources as they are now; null without stacks, or where the line is gone. */
  site: z.nullable(siteSchema),
  /** In the sources that the golden was recorded from. */
  goldenSite: z.nullable(siteSchema),
  golden: sideSchema,
  actual: sideSchema,
});

/** One line of source on which the two sides differ in count or time. */
const siteDifferenceSchema = z.object({
  file: z.string(),
  line: z.number(),
  function: z.string(),
  goldenCalls: z.number(),
  actualCalls: z.number(),
  goldenNs: z.nullable(z.number()),
  actualNs: z.number(),
  /** Ids of the divergences on this line. */
  divergences: z.array(z.string()),
  /** Calls by name, those that differ first. */
  calls: z.array(z.object({ name: z.string(), object: z.string(), golden: z.number(), actual: z.number() })),
});

export const PERFORMANCE_VERDICTS = [
  "same",
  "regressed",
  "improved",
  /** Worse, and longer waiting for a processor than the golden's samples had to do explains it: other programs kept the machine. */
  "busy",
  /** Too few samples on one side to tell; never a pass in disguise. */
  "not-enough-samples",
  /** The golden's samples come from another machine. */
  "other-machine",
  /** Not measured on one side. */
  "missing",
] as const;

const performanceSchema = z.object({
  /** `wall`, `cpu`, `peakRss`, `readBytes`, `writtenBytes`, `syscallTime`, `mappedBytes`, or `syscallTime at FILE:LINE`. */
  metric: z.string(),
  unit: z.enum(["ns", "bytes", "count"]),
  /** Mean of the golden's samples. */
  golden: z.nullable(z.number()),
  actual: z.nullable(z.number()),
  /** (actual - golden) / golden; null where it is not defined. */
  change: z.nullable(z.number()),
  /** Relative standard deviation of the golden's samples; null with fewer than two. */
  noise: z.nullable(z.number()),
  /** One-sided, after correction for the number of metrics; null where no test was possible. */
  pValue: z.nullable(z.number()),
  goldenSamples: z.number(),
  actualSamples: z.number(),
  verdict: z.enum(PERFORMANCE_VERDICTS),
  site: z.nullable(siteSchema),
});

const budgetSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  severity: z.enum(["error", "warning"]),
  /** Null when it could not be judged; then `passed` is false and `inconclusive` true. */
  actual: z.nullable(z.number()),
  limit: z.nullable(z.number()),
  unit: z.string(),
  message: z.string(),
  inconclusive: z.boolean(),
  /** Where the budget is written: absolute path and 1-based line; 0 when not known. */
  source: z.object({ file: z.string(), line: z.number() }),
  /** Source line that the violation points to, for anti-patterns with a site. */
  site: z.nullable(siteSchema),
});

export const comparisonSchema = z.object({
  schemaVersion: z.number(),
  /** Behaviour only: performance and budgets have verdicts of their own. */
  verdict: z.enum(["equivalent", "diverged", "incomparable"]),
  /** Why it is incomparable, with the way out; null otherwise. */
  reason: z.nullable(z.string()),
  /** 0 to 1; defined in docs/goldens.md. */
  confidence: z.number(),
  mode: z.enum(["observable", "strict", "counts"]),
  golden: z.object({ name: z.string(), path: z.string() }),
  actual: z.object({ name: z.string(), path: z.string() }),
  /** Compared events of the golden and of the run: what is left after start-up, noise classes and learned variation. */
  goldenEvents: z.number(),
  actualEvents: z.number(),
  matched: z.number(),
  added: z.number(),
  removed: z.number(),
  changed: z.number(),
  divergences: z.array(divergenceSchema),
  /** Differences that were not counted because the golden's samples differed in the same way; one text each. */
  ignored: z.array(z.object({ text: z.string(), reason: z.enum(["varies", "rule"]), count: z.number() })),
  /** Remarks on how the comparison was done: regions that alignment gave up, lines that could not be mapped. */
  notes: z.array(z.string()),
  /** The two scores that renacer's library defines, computed on the aligned sequence; 0 to 1, null where incomparable. */
  renacer: z.nullable(
    z.object({
      validatorRate: z.number(),
      validatorPasses: z.boolean(),
      overall: z.number(),
      overallPasses: z.boolean(),
    }),
  ),
  sites: z.array(siteDifferenceSchema),
  performance: z.array(performanceSchema),
  budgets: z.array(budgetSchema),
});

export type Comparison = z.infer<typeof comparisonSchema>;
export type Divergence = z.infer<typeof divergenceSchema>;
export type DivergenceKind = Divergence["kind"];
export type DivergenceSide = z.infer<typeof sideSchema>;
export type ComparisonSite = z.infer<typeof siteSchema>;
export type SiteDifference = z.infer<typeof siteDifferenceSchema>;
export type PerformanceResult = z.infer<typeof performanceSchema>;
export type BudgetResult = z.infer<typeof budgetSchema>;
