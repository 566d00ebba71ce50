import type { BudgetResult, ComparisonSite, Divergence, PerformanceResult } from "../../protocol/comparison.ts";
import { KIND_LABELS, placeOf } from "../view/divergenceWords.ts";
import type { CheckEntry, CheckReport } from "./checkReport.ts";
import { diffLines } from "./eventLines.ts";
import type { ReportOptions } from "./options.ts";
import { type Place, pathBelow, placeBelow } from "./places.ts";
import { safe } from "./safeText.ts";
import { countsText, PERFORMANCE_WORDS, performanceText, reasonText, whereText } from "./words.ts";

export const FINDING_LEVELS = ["error", "warning", "note"] as const;
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** What a finding is an instance of: a kind of divergence, or one of ours. */
export type FindingRule = Divergence["kind"] | "budget" | "performance" | "incomparable";

/** One thing that is wrong with one target, for annotations. Texts are safe to show. */
export interface Finding {
  readonly target: string;
  readonly level: FindingLevel;
  readonly rule: FindingRule;
  /** Stable over runs, and unique in a report. */
  readonly fingerprint: string;
  /** Few words on what kind of thing it is. */
  readonly label: string;
  /** One line, without the target's name. */
  readonly title: string;
  /** Further lines: where, how often, and the events of both sides as a diff. */
  readonly details: readonly string[];
  /** Where it is shown: the line of source, else the budget's line, else the golden. Null where all of these are outside of the root. */
  readonly place: Place | null;
  readonly function: string;
}

interface Candidate {
  readonly finding: Finding;
  /** Smaller is told first. */
  readonly weight: number;
  /** Calls concerned. */
  readonly events: number;
}

const DIVERGENCE_LEVELS = { high: "error", medium: "warning", low: "note" } as const;
const DIVERGENCE_WEIGHTS = { high: 1, medium: 4, low: 8 } as const;

/**
 * Everything that is wrong, the most important first: what could not be compared, then by level and gravity, taking turns between
 * targets, so that a target with many differences does not hide the others. A target that fails has at least one error.
 */
export function findings(report: CheckReport, options: ReportOptions = {}): Finding[] {
  const root = options.root ?? report.workspace;
  const ranked: { readonly candidate: Candidate; readonly turn: number; readonly entry: number }[] = [];
  report.entries.forEach((entry, index) => {
    const candidates = candidatesOf(entry, root, report.workspace);
    const turns = new Map<number, number>();
    for (const candidate of candidates) {
      const turn = turns.get(candidate.weight) ?? 0;
      turns.set(candidate.weight, turn + 1);
      ranked.push({ candidate, turn, entry: index });
    }
  });
  ranked.sort(
    (a, b) =>
      FINDING_LEVELS.indexOf(a.candidate.finding.level) - FINDING_LEVELS.indexOf(b.candidate.finding.level) ||
      a.candidate.weight - b.candidate.weight ||
      a.turn - b.turn ||
      b.candidate.events - a.candidate.events ||
      a.entry - b.entry,
  );
  return unique(ranked.map(({ candidate }) => candidate.finding));
}

/** Of one target, gravest first. */
function candidatesOf(entry: CheckEntry, root: string, workspace: string): Candidate[] {
  const { comparison, outcome } = entry;
  const golden = pathBelow(root, workspace, comparison.golden.path);
  const fallback: Place | null = golden === null ? null : { file: golden, line: 1 };
  const at = (...sites: readonly ({ readonly file: string; readonly line: number } | null)[]): Place | null => {
    for (const site of sites) {
      const place = placeBelow(root, workspace, site);
      if (place !== null) return place;
    }
    return fallback;
  };
  const list: Candidate[] = [];
  if (outcome === "incomparable") list.push(incomparable(entry, fallback));
  for (const divergence of comparison.divergences) {
    list.push(ofDivergence(entry.target, divergence, at(placeOf(divergence)?.site ?? null)));
  }
  const failing = comparison.budgets.filter(({ passed }) => !passed);
  for (const budget of failing) list.push(ofBudget(entry.target, budget, at(budget.site, budget.source)));
  // Where neither behaviour nor a budget fails the check, it was performance that did.
  const fails = outcome === "over-budget" && !failing.some(({ severity }) => severity === "error");
  for (const result of comparison.performance) {
    if (result.verdict === "regressed") list.push(ofPerformance(entry.target, result, at(result.site), fails));
  }
  list.sort((a, b) => a.weight - b.weight || b.events - a.events);
  const [first, ...others] = list;
  const mustFail = outcome !== "holds" && !list.some(({ finding }) => finding.level === "error");
  return first !== undefined && mustFail
    ? [{ ...first, finding: { ...first.finding, level: "error" } }, ...others]
    : list;
}

function incomparable({ target, comparison }: CheckEntry, place: Place | null): Candidate {
  return {
    finding: {
      target: safe(target),
      level: "error",
      rule: "incomparable",
      fingerprint: `incomparable:${target}`,
      label: "Cannot be compared",
      title: reasonText(comparison),
      details: [],
      place,
      function: "",
    },
    weight: 0,
    events: 0,
  };
}

function ofDivergence(target: string, divergence: Divergence, place: Place | null): Candidate {
  const about = [whereText(divergence), countsText(divergence)].filter((text) => text !== "");
  return {
    finding: {
      target: safe(target),
      level: DIVERGENCE_LEVELS[divergence.severity],
      rule: divergence.kind,
      fingerprint: `${target}:${divergence.id}`,
      label: KIND_LABELS[divergence.kind],
      title: safe(divergence.title, 500),
      details: [...about, ...diffLines(divergence)],
      place,
      function: functionOf(divergence.site ?? divergence.goldenSite),
    },
    weight: DIVERGENCE_WEIGHTS[divergence.severity],
    events: Math.abs(divergence.actual.count - divergence.golden.count),
  };
}

function ofBudget(target: string, budget: BudgetResult, place: Place | null): Candidate {
  const isError = budget.severity === "error";
  return {
    finding: {
      target: safe(target),
      level: isError ? "error" : "warning",
      rule: "budget",
      fingerprint: `budget:${target}:${budget.name}`,
      label: budget.inconclusive ? "Budget not judged" : "Over budget",
      title: `${safe(budget.name)}: ${safe(budget.message, 500)}`,
      details: [],
      place,
      function: functionOf(budget.site),
    },
    weight: isError ? 2 : 6,
    events: 0,
  };
}

function ofPerformance(target: string, result: PerformanceResult, place: Place | null, fails: boolean): Candidate {
  return {
    finding: {
      target: safe(target),
      level: fails ? "error" : "warning",
      rule: "performance",
      fingerprint: `performance:${target}:${result.metric}`,
      label: `Performance ${PERFORMANCE_WORDS[result.verdict]}`,
      title: performanceText(result),
      details: [],
      place,
      function: functionOf(result.site),
    },
    weight: fails ? 3 : 7,
    events: 0,
  };
}

const functionOf = (site: ComparisonSite | null): string => (site === null ? "" : safe(site.function));

/** Gives findings whose fingerprints are equal, such as two differences in one place, a number each. */
function unique(all: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  return all.map((finding) => {
    const number = (seen.get(finding.fingerprint) ?? 0) + 1;
    seen.set(finding.fingerprint, number);
    return number === 1 ? finding : { ...finding, fingerprint: `${finding.fingerprint}#${number}` };
  });
}
