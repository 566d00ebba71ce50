import type { SiteDifference } from "../../../protocol/comparison.ts";
import type { Differences, Side } from "./differences.ts";
import type { ToldGroup } from "./divergences.ts";

/** Calls listed for a line. */
const MAX_CALLS = 30;

interface Line {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly calls: Map<number, { golden: number; actual: number }>;
  readonly divergences: Set<string>;
  actualNs: number;
}

/**
 * The lines on which the two sides differ, in the sources as they are now: how often each call was made, and how long the run spent in
 * them. Calls of the golden whose line is gone are on no line.
 * @param told divergences; those that were cut off from the list are left out here, too
 */
export function siteTable(
  differences: Differences,
  told: readonly ToldGroup[],
  durationOf: ((row: number) => number) | undefined,
): SiteDifference[] {
  const lines = new Map<string, Line>();
  const bySite = { golden: new Map<number, Line>(), actual: new Map<number, Line>() };
  const lineAt = (side: Side, event: number): Line | undefined => {
    const site = differences.sites[side].events.site[event] as number;
    if (site < 0) return undefined;
    const cached = bySite[side].get(site);
    if (cached !== undefined) return cached;
    const place = side === "golden" ? differences.sites.now(site) : differences.sites.actual.sites[site];
    if (place === null || place === undefined) return undefined;
    const key = `${place.line} ${place.file}`;
    const line = lines.get(key) ?? { ...place, calls: new Map(), divergences: new Set<string>(), actualNs: 0 };
    lines.set(key, line);
    bySite[side].set(site, line);
    return line;
  };
  forEachComparedEvent(differences, (side, event, subject) => {
    const line = lineAt(side, event);
    if (line === undefined) return;
    const known = line.calls.get(subject);
    const call = known ?? { golden: 0, actual: 0 };
    if (known === undefined) line.calls.set(subject, call);
    call[side]++;
    if (side === "golden" || durationOf === undefined) return;
    const duration = durationOf(differences.sites.actual.events.row[event] as number);
    if (duration > 0) line.actualNs += duration;
  });
  for (const { group, divergence } of told) {
    const edits = group.family === "threads" ? group.creations : group.edits;
    for (const { edit } of edits) {
      for (const side of ["golden", "actual"] as const) {
        if (edit[side] >= 0) lineAt(side, edit[side])?.divergences.add(divergence.id);
      }
    }
  }
  return differing(differences, lines.values());
}

function differing(differences: Differences, lines: Iterable<Line>): SiteDifference[] {
  const texts = subjectTexts(differences);
  const table: SiteDifference[] = [];
  for (const { calls, divergences, actualNs, ...place } of lines) {
    const rows = [...calls].map(([subject, counts]) => ({
      ...(texts.get(subject) ?? { name: "", object: "" }),
      ...counts,
    }));
    if (divergences.size === 0 && rows.every(({ golden, actual }) => golden === actual)) continue;
    rows.sort((a, b) => Math.abs(b.actual - b.golden) - Math.abs(a.actual - a.golden) || b.actual - a.actual);
    table.push({
      file: place.file,
      line: place.line,
      function: place.function,
      goldenCalls: rows.reduce((sum, { golden }) => sum + golden, 0),
      actualCalls: rows.reduce((sum, { actual }) => sum + actual, 0),
      goldenNs: null,
      actualNs,
      divergences: [...divergences],
      calls: rows.slice(0, MAX_CALLS),
    });
  }
  return table.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

function subjectTexts({ vocabulary }: Differences): Map<number, { name: string; object: string }> {
  const texts = new Map<number, { name: string; object: string }>();
  for (const [token, { name, object }] of vocabulary.shapes.entries()) {
    const subject = vocabulary.subject[token] as number;
    if (!texts.has(subject)) texts.set(subject, { name, object });
  }
  return texts;
}

function forEachComparedEvent(
  { vocabulary, sites, pairs, removedThreads, addedThreads }: Differences,
  callback: (side: Side, event: number, subject: number) => void,
): void {
  const visit = (side: Side, events: Int32Array): void => {
    const { shape } = sites[side].events;
    const tokens = vocabulary[side];
    for (const event of events) {
      callback(side, event, vocabulary.subject[tokens[shape[event] as number] as number] as number);
    }
  };
  for (const side of ["golden", "actual"] as const) {
    for (const { streams, unordered } of pairs) {
      visit(side, streams[side].events);
      visit(side, unordered[side].events);
    }
    for (const { events } of side === "golden" ? removedThreads : addedThreads) visit(side, events);
  }
}
