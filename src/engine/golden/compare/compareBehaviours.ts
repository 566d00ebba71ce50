import { formatCount, plural } from "../../../base/format.ts";
import { oneLine } from "../../../base/text.ts";
import { COMPARISON_SCHEMA_VERSION, type Comparison } from "../../../protocol/comparison.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Golden } from "../golden.ts";
import { type DifferenceOptions, type Differences, differencesOf } from "./differences.ts";
import { type ToldGroup, tellGroups } from "./divergences.ts";
import { objectText } from "./eventText.ts";
import { describeRule, type Excluded, matchesRule } from "./exclusions.ts";
import { foldGroups } from "./foldGroups.ts";
import { type Group, groupsOf } from "./groups.ts";
import { type BehaviourComparison, type CompareOptions, incomparable } from "./options.ts";
import { obstacle } from "./preconditions.ts";
import { renacerScores } from "./renacerScores.ts";
import { compareImportance } from "./severity.ts";
import { siteTable } from "./siteTable.ts";
import { knownToRenacer, knownToSummary, vocabularyOf } from "./vocabulary.ts";

/** More divergences than a person reads; what is beyond is counted in a note. */
const MAX_DIVERGENCES = 500;
const MAX_IGNORED = 200;

/** Compares what a run did with a golden. Every difference is told with its place; see docs/goldens.md for what the figures mean. */
export function compareBehaviours(golden: Golden, actual: Behaviour, options: CompareOptions): BehaviourComparison {
  const reason = obstacle(golden, actual, options.run);
  if (reason !== undefined) return incomparable(reason, options.mode);

  const found = findDifferences(golden, actual, options);
  const { differences, told, ignored, notes } = found;
  if (told.length === 0 && nothingLeft(differences)) return incomparable(NOTHING_LEFT, options.mode);
  const { matched, unequal } = tally(differences, told);
  const shown = told.slice(0, MAX_DIVERGENCES);
  if (told.length > shown.length) {
    notes.push(`${plural(told.length - shown.length, "less important difference")} not listed.`);
  }
  const { compared } = differences;
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    verdict: told.length === 0 ? "equivalent" : "diverged",
    reason: null,
    confidence: confidenceOf(differences, matched),
    mode: found.mode,
    goldenEvents: compared.golden,
    actualEvents: compared.actual,
    matched,
    ...unequal,
    divergences: shown.map(({ divergence }) => divergence),
    ignored,
    notes,
    renacer: renacerScores(golden.behaviour, actual, options.totalNs),
    sites: siteTable(differences, shown, options.durationOf),
  };
}

const NOTHING_LEFT =
  "Ignore rules and what varies leave nothing to compare, so that no change would be found. Narrow [[golden.ignore]] in goldentrace.toml.";

function nothingLeft({ wanted, compared }: Differences): boolean {
  return wanted.golden + wanted.actual > 0 && compared.golden + compared.actual === 0;
}

export interface FoundDifferences {
  readonly mode: Comparison["mode"];
  readonly differences: Differences;
  /** Most important first, without the ignored ones. */
  readonly told: readonly ToldGroup[];
  readonly ignored: Comparison["ignored"];
  readonly notes: string[];
}

/** Compares, groups and ranks, without the checks on whether the two can be compared. */
export function findDifferences(golden: Golden, actual: Behaviour, options: CompareOptions): FoundDifferences {
  const notes: string[] = [];
  const how = howToCompare(golden, actual, options, notes);
  const differences = differencesOf(golden.behaviour, actual, how);
  const ignore = options.ignore ?? [];
  const ignored = [...excludedTexts(differences.excluded)];
  const byKind = ignore.filter(({ kind }) => kind !== undefined);
  const groups = [...groupsOf(differences), ...missing(differences)];
  // A rule is about a single call; without one nothing need be told twice.
  const alone = byKind.length === 0 ? [] : tellGroups(differences, groups);
  const left = new Set<Group>(groups);
  for (const each of alone) {
    const rule = byKind.find((candidate) => matchesDivergence(candidate, each));
    if (rule === undefined) continue;
    left.delete(each.group);
    ignored.push({
      text: `${each.divergence.title} (${rule.reason ?? describeRule(rule)})`,
      reason: "rule",
      count: Math.max(each.divergence.golden.count, each.divergence.actual.count, 1),
    });
  }
  const told = tellGroups(differences, foldGroups(differences, [...left]));
  told.sort((a, b) => compareImportance(a.divergence, b.divergence));
  addNotes(differences, golden, actual, notes);
  if (ignored.length > MAX_IGNORED) {
    notes.push(`${plural(ignored.length - MAX_IGNORED, "more ignored difference")} not listed.`);
    ignored.length = MAX_IGNORED;
  }
  return { mode: how.mode, differences, told, ignored, notes };
}

function howToCompare(golden: Golden, actual: Behaviour, options: CompareOptions, notes: string[]): DifferenceOptions {
  const common = {
    mode: options.mode,
    varies: golden.header.varies,
    ignore: options.ignore ?? [],
    ...(options.mapSite === undefined ? {} : { mapSite: options.mapSite }),
  };
  if (golden.origin !== "renacer") return common;
  const side = isSummary(golden.behaviour) ? "golden" : isSummary(actual) ? "run" : undefined;
  const summary = side !== undefined;
  notes.push(
    summary
      ? `The ${side} is a summary: only how often each system call was made is compared, start-up included.`
      : "The golden is a file of renacer: only names, failures and opened paths are compared.",
  );
  if (actual.threads.length > 1)
    notes.push("renacer's file holds the first thread only; the run's other threads are not compared.");
  return {
    ...common,
    firstThreadOnly: true,
    vocabulary: vocabularyOf(golden.behaviour, actual, summary ? knownToSummary : knownToRenacer),
    ...(summary ? { mode: "counts" as const, everything: true, returnedOnly: true } : {}),
  };
}

/** Of a summary nothing is known but the names of calls. */
function isSummary({ shapes }: Behaviour): boolean {
  return shapes.every(({ args, object }) => args.length === 0 && object === "");
}

function matchesDivergence(rule: { readonly kind?: string | undefined }, { divergence }: ToldGroup): boolean {
  const { name, object, kind, site, goldenSite } = divergence;
  const place = site ?? goldenSite;
  return matchesRule(rule, { name, object, kind, file: place?.file ?? "", function: place?.function ?? "" });
}

/** Calls that may vary in number, but that every sample had, and the run has not. */
function missing({ excluded, sites, pairs, vocabulary }: Differences): Group[] {
  const withSites = sites.actual.events.site.some((site) => site >= 0);
  return excluded.flatMap((each): Group[] => {
    const [first] = each.goldenEvents;
    if (first === undefined) return [];
    const same = (other: Excluded): boolean =>
      other.thread === each.thread &&
      other.name === each.name &&
      other.object === each.object &&
      (!withSites || other.function === each.function);
    if (excluded.some((other) => same(other) && other.actual > 0)) return [];
    if (!pairs.some(({ label }) => label === each.thread)) return [];
    const { shape, site } = sites.golden.events;
    return [
      {
        family: "calls",
        kind: "removed",
        label: each.thread,
        token: vocabulary.golden[shape[first] as number] as number,
        functionId: sites.functionId("golden", site[first] as number),
        edits: each.goldenEvents.map((event) => ({ kind: "removed", golden: event, actual: -1 })),
        total: { golden: each.golden, actual: 0 },
        known: true,
        change: { what: "none" },
      },
    ];
  });
}

/** What was left out, where leaving it out made a difference. */
function* excludedTexts(excluded: readonly Excluded[]): Generator<Comparison["ignored"][number]> {
  for (const { reason, name, object, function: inFunction, why, golden, actual } of excluded) {
    if (golden === actual) continue;
    const call = `\`${oneLine(name)}\`${object === "" ? "" : ` of ${objectText(object)}`}`;
    const where = inFunction === "" ? "" : ` in ${oneLine(inFunction)}()`;
    const counts = `${formatCount(actual)} instead of ${formatCount(golden)}`;
    yield { text: `${call}${where}: ${counts} (${oneLine(why)})`, reason, count: Math.abs(actual - golden) };
  }
}

function addNotes(differences: Differences, golden: Golden, actual: Behaviour, notes: string[]): void {
  for (const { label, givenUp } of differences.pairs) {
    if (givenUp === 0) continue;
    notes.push(
      `${plural(givenUp, "event")} of ${oneLine(label)} are too different to be aligned in reasonable time: they are compared by what they do, not by their order.`,
    );
  }
  const unmapped = [...differences.sites.unmappedFiles];
  if (unmapped.length > 0) {
    const files = unmapped.slice(0, 3).map(oneLine).join(", ") + (unmapped.length > 3 ? ", …" : "");
    notes.push(`Lines of ${files} could not be followed from the golden to now: places are matched by function.`);
  }
  if (golden.behaviour.sites.length > 0 && actual.sites.length === 0) {
    notes.push("The golden has source lines and the run has none: record with stacks to see where.");
  }
  if (differences.wanted.golden === 0 && differences.wanted.actual === 0) {
    notes.push("Neither side does anything that this mode compares; only threads and exit codes were compared.");
  }
}

/** Events that match, and those that do not, after what is ignored was taken out. */
function tally(
  differences: Differences,
  told: readonly ToldGroup[],
): { matched: number; unequal: { added: number; removed: number; changed: number } } {
  const unequal = { added: 0, removed: 0, changed: 0 };
  for (const { group } of told) {
    if (group.family === "threads") {
      const events = group.threads.reduce((sum, each) => sum + each.events.length, group.creations.length);
      if (group.side === "golden") unequal.removed += events;
      else unequal.added += events;
      continue;
    }
    for (const edit of group.edits) {
      if (edit.kind === "added") unequal.added++;
      else if (edit.kind === "removed") unequal.removed++;
      else unequal.changed++;
    }
  }
  const matched = differences.pairs.reduce((sum, pair) => sum + pair.matched, 0);
  return { matched, unequal };
}

/**
 * Matched share of what was compared (Dice: 2M / (G + A)) times the share of what the mode wants compared that was compared: what samples
 * varied in, what a rule ignores and what alignment gave up lowers it.
 */
function confidenceOf({ wanted, compared, pairs }: Differences, matched: number): number {
  const total = compared.golden + compared.actual;
  const alike = total === 0 ? 1 : (2 * matched) / total;
  const all = wanted.golden + wanted.actual;
  const givenUp = pairs.reduce((sum, pair) => sum + pair.givenUp, 0);
  const coverage = all === 0 ? 1 : (total - givenUp) / all;
  return Math.max(0, Math.min(1, alike * coverage));
}
