import type { SiteDifference } from "../../../protocol/comparison.ts";
import type { BehaviourSite } from "../behaviour.ts";
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
  lastSubject: number;
  lastCall: { golden: number; actual: number } | undefined;
}

/**
 * The lines that divergences are on, in the sources as they are now: how often each call was made, and how long the run spent in them.
 * Calls of the golden whose line is gone are on no line.
 * @param told divergences; those that were cut off from the list are left out here, too
 */
export function siteTable(
  differences: Differences,
  told: readonly ToldGroup[],
  durationOf: ((row: number) => number) | undefined,
): SiteDifference[] {
  const lines = linesOf(differences);
  for (const { group, divergence } of told) {
    const edits = group.family === "threads" ? group.creations : group.edits;
    for (const side of ["golden", "actual"] as const) {
      const { site } = differences.sites[side].events;
      let last = -1;
      for (const edit of edits) {
        if (edit[side] < 0) continue;
        const of = site[edit[side]] as number;
        if (of === last) continue;
        last = of;
        lines[side][of]?.divergences.add(divergence.id);
      }
    }
  }
  const marked = new Set([...lines.golden, ...lines.actual].filter((line) => line !== undefined && isMarked(line)));
  if (marked.size === 0) return [];
  for (const side of ["golden", "actual"] as const) {
    // Most events are on lines that have no divergence.
    const wanted = lines[side].map((line) => (line !== undefined && isMarked(line) ? line : undefined));
    forEachComparedEvent(differences, side, (event, subject) => {
      const line = wanted[siteOf(differences, side, event)];
      if (line === undefined) return;
      callOn(line, subject)[side]++;
      if (side === "golden" || durationOf === undefined) return;
      const duration = durationOf(differences.sites.actual.events.row[event] as number);
      if (duration > 0) line.actualNs += duration;
    });
  }
  return differing(
    differences,
    [...marked].filter((line) => line !== undefined),
  );
}

const isMarked = ({ divergences }: Line): boolean => divergences.size > 0;

const siteOf = ({ sites }: Differences, side: Side, event: number): number => sites[side].events.site[event] as number;

function callOn(line: Line, subject: number): { golden: number; actual: number } {
  // A line mostly makes one call.
  if (line.lastCall !== undefined && line.lastSubject === subject) return line.lastCall;
  let call = line.calls.get(subject);
  if (call === undefined) {
    call = { golden: 0, actual: 0 };
    line.calls.set(subject, call);
  }
  line.lastSubject = subject;
  line.lastCall = call;
  return call;
}

/** For each site of each side its line as it is now. */
function linesOf({ sites }: Differences): { readonly [side in Side]: (Line | undefined)[] } {
  const lines = new Map<string, Line>();
  const lineAt = (place: BehaviourSite | null): Line | undefined => {
    if (place === null) return undefined;
    const key = `${place.line} ${place.file}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const made: Line = {
      ...place,
      calls: new Map(),
      divergences: new Set(),
      actualNs: 0,
      lastSubject: -1,
      lastCall: undefined,
    };
    lines.set(key, made);
    return made;
  };
  return {
    golden: sites.golden.sites.map((_, site) => lineAt(sites.now(site))),
    actual: sites.actual.sites.map(lineAt),
  };
}

function differing(differences: Differences, lines: Iterable<Line>): SiteDifference[] {
  const texts = subjectTexts(differences);
  const table: SiteDifference[] = [];
  for (const { calls, divergences, actualNs, file, line, function: name } of lines) {
    const rows = [...calls].map(([subject, counts]) => ({
      ...(texts.get(subject) ?? { name: "", object: "" }),
      ...counts,
    }));
    rows.sort((a, b) => Math.abs(b.actual - b.golden) - Math.abs(a.actual - a.golden) || b.actual - a.actual);
    table.push({
      file,
      line,
      function: name,
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
  side: Side,
  callback: (event: number, subject: number) => void,
): void {
  const { shape } = sites[side].events;
  const subjectOf = vocabulary[side].map((token) => vocabulary.subject[token] as number);
  const visit = (events: Int32Array): void => {
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as number;
      callback(event, subjectOf[shape[event] as number] as number);
    }
  };
  for (const { streams, unordered } of pairs) {
    visit(streams[side].events);
    visit(unordered[side].events);
  }
  for (const { events } of side === "golden" ? removedThreads : addedThreads) visit(events);
}
