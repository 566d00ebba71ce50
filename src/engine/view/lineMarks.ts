import { formatCount, formatNs } from "../../base/format.ts";
import type { Comparison, Divergence, SiteDifference } from "../../protocol/comparison.ts";
import { objectText } from "../golden/compare/eventText.ts";
import { gravest, placeOf, type Severity, shown, signedCount, signedNs } from "./divergenceWords.ts";

/** A row of the hover's table; every text is plain and safe to show once it is escaped for Markdown. */
export interface MarkRow {
  readonly label: string;
  readonly golden: string;
  readonly actual: string;
  readonly change: string;
}

/** What is drawn on a line of source: a projection of a comparison. */
export interface LineMark {
  /** 1-based, in the file as it was when the run was made. */
  readonly line: number;
  readonly function: string;
  /** For the end of the line: `+12 read · +3.1 ms`. */
  readonly text: string;
  readonly severity: Severity;
  /** The line's number in the golden's sources, where it is another. */
  readonly goldenLine: number | null;
  /** The line that differed is not there any more; this one stands at its place. */
  readonly gone: boolean;
  readonly divergences: readonly { readonly id: string; readonly title: string; readonly severity: Severity }[];
  readonly rows: readonly MarkRow[];
}

/** Names of calls spelled out at a line's end. */
const NAMES_SHOWN = 3;
/** A change of time is told from this share of the golden's time on, and from this many nanoseconds. */
const TIME_SHARE = 0.1;
const TIME_LEAST_NS = 50_000;
/** Rows of a hover's table. */
const ROWS_SHOWN = 12;

/** Files that have marks, as the comparison names them. */
export function markedFiles(comparison: Comparison): string[] {
  const files = new Set(comparison.sites.map(({ file }) => file));
  for (const divergence of comparison.divergences) {
    const place = placeOf(divergence);
    if (place !== null) files.add(place.site.file);
  }
  for (const { site, verdict } of comparison.performance) {
    if (site !== null && verdict === "regressed") files.add(site.file);
  }
  return [...files].sort();
}

/** The marks of a file, by line. @param file as the comparison names it */
export function lineMarks(comparison: Comparison, file: string): LineMark[] {
  const lines = new Map<number, Collected>();
  const at = (line: number, name: string): Collected => {
    const known = lines.get(line) ?? { line, function: name, site: null, divergences: new Map(), slower: null };
    lines.set(line, known);
    return known;
  };
  const byId = new Map(comparison.divergences.map((divergence) => [divergence.id, divergence]));
  for (const site of comparison.sites) {
    if (site.file !== file) continue;
    const collected = at(site.line, site.function);
    collected.site = site;
    for (const id of site.divergences) {
      const divergence = byId.get(id);
      if (divergence !== undefined) collected.divergences.set(id, divergence);
    }
  }
  for (const divergence of comparison.divergences) {
    const place = placeOf(divergence);
    if (place?.site.file !== file) continue;
    at(place.site.line, place.site.function).divergences.set(divergence.id, divergence);
  }
  for (const { site, verdict, golden, actual } of comparison.performance) {
    if (site?.file !== file || verdict !== "regressed" || golden === null || actual === null) continue;
    at(site.line, site.function).slower = actual - golden;
  }
  return [...lines.values()].map(markOf).sort((a, b) => a.line - b.line);
}

interface Collected {
  readonly line: number;
  readonly function: string;
  site: SiteDifference | null;
  readonly divergences: Map<string, Divergence>;
  slower: number | null;
}

function markOf({ line, function: name, site, divergences, slower }: Collected): LineMark {
  const told = [...divergences.values()];
  const gone = site === null && told.length > 0 && told.every((divergence) => divergence.site === null);
  const moved =
    told.find(({ goldenSite }) => goldenSite !== null && goldenSite.line !== line)?.goldenSite?.line ?? null;
  const goldenLine = gone ? (told[0]?.goldenSite?.line ?? null) : moved;
  const parts = [...countParts(site, told), ...timeParts(site, slower)];
  if (parts.length === 0) parts.push(...wordParts(told));
  if (parts.length === 0) parts.push("differs");
  if (goldenLine !== null) parts.push(gone ? `was on golden line ${goldenLine}` : `golden line ${goldenLine}`);
  return {
    line,
    function: shown(name, 100),
    text: parts.join(" · "),
    // A line that only takes longer matters less than one that does something else.
    severity: told.length === 0 ? (slower === null ? "low" : "medium") : gravest(told.map(({ severity }) => severity)),
    goldenLine,
    gone,
    divergences: told.map(({ id, title, severity }) => ({ id, title: shown(title), severity })),
    rows: rowsOf(site, told, slower),
  };
}

/** `+12 read`, the largest changes first; of divergences where the line has no table of calls. */
function countParts(site: SiteDifference | null, told: readonly Divergence[]): string[] {
  const changes = new Map<string, number>();
  const add = (name: string, change: number) => changes.set(name, (changes.get(name) ?? 0) + change);
  if (site !== null) for (const call of site.calls) add(call.name, call.actual - call.golden);
  else for (const { name, golden, actual, kind } of told) if (counted(kind)) add(name, actual.count - golden.count);
  const parts = [...changes]
    .filter(([, change]) => change !== 0)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([name, change]) => `${signedCount(change)} ${shown(name, 40)}`);
  const more = parts.length - NAMES_SHOWN;
  return more > 0
    ? [...parts.slice(0, NAMES_SHOWN), `${formatCount(more)} more`]
    : [...parts, ...alterations(told, parts)];
}

const counted = (kind: Divergence["kind"]): boolean => kind === "added" || kind === "removed" || kind === "count";

/** Differences that no count shows: other arguments, another order. */
function alterations(told: readonly Divergence[], parts: readonly string[]): string[] {
  const words = wordParts(told.filter(({ kind }) => !counted(kind)));
  return parts.length === 0 ? [] : words.slice(0, 1);
}

const KIND_WORDS: Partial<Readonly<Record<Divergence["kind"], string>>> = {
  changed: "changed",
  order: "reordered",
  "thread-added": "new",
  "thread-removed": "missing",
};

function wordParts(told: readonly Divergence[]): string[] {
  const words = told.map(({ kind, name, title }) => {
    const word = KIND_WORDS[kind];
    return word === undefined ? shown(title, 80) : `${shown(name, 40)} ${word}`;
  });
  return [...new Set(words)].slice(0, NAMES_SHOWN);
}

function timeParts(site: SiteDifference | null, slower: number | null): string[] {
  if (slower !== null) return [signedNs(slower)];
  if (site === null || site.goldenNs === null) return [];
  const change = site.actualNs - site.goldenNs;
  const tells = Math.abs(change) >= TIME_LEAST_NS && Math.abs(change) >= TIME_SHARE * site.goldenNs;
  return tells ? [signedNs(change)] : [];
}

function rowsOf(site: SiteDifference | null, told: readonly Divergence[], slower: number | null): MarkRow[] {
  const rows: MarkRow[] = [];
  if (site === null) {
    for (const { name, object, golden, actual } of told) rows.push(countRow(name, object, golden.count, actual.count));
  } else {
    for (const { name, object, golden, actual } of site.calls) {
      rows.push(countRow(name, object, golden, actual));
    }
  }
  const cut = rows.length - ROWS_SHOWN;
  if (cut > 0) rows.splice(ROWS_SHOWN, cut, { label: `${formatCount(cut)} more`, golden: "", actual: "", change: "" });
  if (site !== null) {
    if (site.calls.length > 1) rows.push(countRow("all calls", "", site.goldenCalls, site.actualCalls));
    if (site.goldenNs !== null) {
      rows.push({
        label: "time in calls",
        golden: formatNs(site.goldenNs),
        actual: formatNs(site.actualNs),
        change: signedNs(site.actualNs - site.goldenNs),
      });
    }
  } else if (slower !== null) {
    rows.push({ label: "time in calls", golden: "", actual: "", change: signedNs(slower) });
  }
  return rows;
}

function countRow(name: string, object: string, golden: number, actual: number): MarkRow {
  return {
    label: object === "" ? shown(name, 60) : `${shown(name, 60)} ${objectText(object)}`,
    golden: formatCount(golden),
    actual: formatCount(actual),
    change: signedCount(actual - golden),
  };
}
