import { formatCount } from "../../../base/format.ts";
import { oneLine, truncate } from "../../../base/text.ts";
import { timesText } from "../compare/wording.ts";
import type { Golden } from "../golden.ts";

/** One golden in `ANALYSIS.md`. */
export interface AnalysisEntry {
  readonly name: string;
  readonly command: readonly string[];
  readonly calls: number;
  readonly threads: number;
  readonly samples: number;
  /** What varies between samples, in words. */
  readonly varies: readonly string[];
  /** The calls made most often, with how often. */
  readonly topCalls: readonly (readonly [name: string, calls: number])[];
}

/** The table stands between these lines; all other text is the user's. */
export const ANALYSIS_BEGIN = "<!-- goldentrace: table, written by `goldentrace accept` -->";
export const ANALYSIS_END = "<!-- goldentrace: end of table -->";

const TOP_CALLS = 5;
const SHOWN_VARIATIONS = 4;
const HEADING = "# Golden traces";
const COLUMNS = ["Golden", "Command", "Calls", "Threads", "Samples", "Varies", "Most calls"];

/** What `ANALYSIS.md` tells of a golden. */
export function analysisEntry({ header, behaviour }: Golden): AnalysisEntry {
  const counts = new Map<string, number>();
  const names = behaviour.shapes.map(({ name }) => name);
  for (const shape of behaviour.events.shape) {
    const name = names[shape] ?? "";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const topCalls = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, TOP_CALLS);
  const varies = header.varies.map(({ name, object, varies, min, max }) => {
    const what = object === "" ? name : `${name} ${object}`;
    return varies === "count" ? `${what} (${timesText(min, max)})` : `${what} (${varies})`;
  });
  return {
    name: header.name,
    command: header.command,
    calls: behaviour.events.length,
    threads: header.threads.length,
    samples: header.samples,
    varies: [...new Set(varies)],
    topCalls,
  };
}

/**
 * `ANALYSIS.md` with its table brought up to date. The user's text stays byte for byte: what is outside of the two marker lines is not
 * touched, and in a file without them the table is added at the end.
 * @param existing the file's text; undefined when there is none yet
 * @param entries all goldens of the folder
 */
export function analysisText(existing: string | undefined, entries: readonly AnalysisEntry[]): string {
  const eol = lineEnd(existing ?? "");
  const block = [ANALYSIS_BEGIN, "", ...table(entries), "", ANALYSIS_END].join(eol);
  if (existing === undefined || existing === "") return `${HEADING}${eol}${eol}${block}${eol}`;
  const place = findBlock(existing);
  if (place !== undefined) return existing.slice(0, place.from) + block + existing.slice(place.to);
  const gap = existing.endsWith("\n") ? eol : eol + eol;
  return `${existing}${gap}${block}${eol}`;
}

/** How most lines of a text end. */
function lineEnd(text: string): string {
  const windows = text.split("\r\n").length - 1;
  return windows * 2 > text.split("\n").length - 1 ? "\r\n" : "\n";
}

/** From a begin marker to the next end marker, without another begin between: a marker that lost its other half is the user's text. */
function findBlock(text: string): { from: number; to: number } | undefined {
  let from: number | undefined;
  let at = 0;
  for (const line of text.split("\n")) {
    const content = line.trimEnd();
    if (content === ANALYSIS_BEGIN) from = at;
    else if (content === ANALYSIS_END && from !== undefined) return { from, to: at + ANALYSIS_END.length };
    at += line.length + 1;
  }
  return undefined;
}

function table(entries: readonly AnalysisEntry[]): string[] {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row(COLUMNS),
    row(["---", "---", "--:", "--:", "--:", "---", "---"]),
    ...sorted.map((entry) => row(cells(entry))),
  ];
}

function cells({ name, command, calls, threads, samples, varies, topCalls }: AnalysisEntry): string[] {
  const shown = varies.slice(0, SHOWN_VARIATIONS).map((each) => code(each, 80));
  if (varies.length > shown.length) shown.push(`${formatCount(varies.length - shown.length)} more`);
  return [
    code(name, 80),
    command.length === 0 ? "" : code(command.join(" "), 120),
    formatCount(calls),
    formatCount(threads),
    formatCount(samples),
    shown.length === 0 ? "nothing" : shown.join("<br>"),
    topCalls.map(([call, count]) => `${code(call, 40)} ${formatCount(count)}`).join(", "),
  ];
}

/** A code span in a cell: nothing in it can end the span, the cell or the row. */
function code(text: string, max: number): string {
  const content = truncate(oneLine(text), max).replaceAll("|", "\\|");
  const longest = Math.max(0, ...Array.from(content.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(content) || content === "" ? " " : "";
  return `${fence}${space}${content}${space}${fence}`;
}
