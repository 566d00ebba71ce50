import { parse, TomlError } from "smol-toml";
import { ExpectedError } from "../../base/errors.ts";
import type { BudgetResult, Divergence } from "../../protocol/comparison.ts";

/**
 * The text of goldentrace.toml with a rule under which a divergence does not count any more: its kind of call on its object, in its function.
 * @throws ExpectedError where the text is not valid, or has its rules in a list that the rule cannot be appended to
 */
export function addIgnoreRule(text: string, divergence: Divergence): string {
  const { name, object, kind, title, site, goldenSite } = divergence;
  const where = site ?? goldenSite;
  const fields: [string, string][] = [["kind", kind]];
  if (name !== "") fields.push(["name", name]);
  if (object !== "") fields.push(["object", object]);
  if (where !== null) fields.push(["file", where.file]);
  if (where !== null && where.function !== "") fields.push(["function", where.function]);
  fields.push(["reason", title]);
  const rule = `[[golden.ignore]]\n${fields.map(([key, value]) => `${key} = ${tomlString(value)}\n`).join("")}`;
  const base = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const edited = `${base}${base === "" ? "" : "\n"}${rule}`;
  try {
    parse(edited);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ExpectedError("The rule cannot be added to goldentrace.toml as it is written", {
      wayOut: `Repair its problems, or add to golden.ignore by hand:\n${rule}`,
      cause: error,
    });
  }
  return edited;
}

/** A TOML basic string. */
function tomlString(text: string): string {
  // JSON escapes all that TOML wants escaped, but for DEL; TOML takes no half of a surrogate pair.
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007F");
}

/** A number in a text and what replaces it. Line and columns count from 0. */
export interface NumberEdit {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly written: string;
}

/** Room above what was measured, so that the next run does not fail by a hair. */
const ROOM = 1.1;
const NUMBER = /[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * The edit that raises a violated budget to what was measured and a tenth, in the unit that it is written in. Undefined where the
 * budget's number is not on its line, or where a higher number would not help.
 */
export function raiseBudget(
  text: string,
  { source, actual, limit, unit }: Pick<BudgetResult, "source" | "actual" | "limit" | "unit">,
): NumberEdit | undefined {
  if (actual === null || limit === null || !(actual > limit) || limit < 0) return undefined;
  const lines = text.split("\n");
  const header = /^\s*\[/;
  for (let line = source.line - 1; line >= 0 && line < lines.length; line++) {
    const content = lines[line] ?? "";
    if (line >= source.line && header.test(content)) return undefined;
    const found = numberOf(content, limit);
    if (found === undefined) continue;
    const { from, to, value } = found;
    const raised = limit === 0 ? actual * ROOM : value * (actual / limit) * ROOM;
    // Numbers of bytes and of calls may have no fraction, and no share is larger than the whole.
    const isWhole = (unit === "count" || unit === "bytes") && !content.slice(0, from).includes('"', start(content));
    if (isWhole) return { line, from, to, written: rounded(Math.ceil(raised - 1e-9)).replace(/\..*/, "") };
    const most = unit === "share" && limit > 0 ? value / limit : Number.POSITIVE_INFINITY;
    return { line, from, to, written: raised >= most ? String(Number(most.toPrecision(9))) : rounded(raised) };
  }
  return undefined;
}

/** Factors between a number as it is written and the unit that budgets are judged in. */
const SCALES = [1, 1e3, 1e6, 1e9, 60e9, 1024, 1024 ** 2, 1024 ** 3, 1e-2];

/** Where the value of a line begins; 0 where it has none. */
const start = (content: string): number => content.indexOf("=") + 1;

/** The number after a line's `=` that is the limit, in any unit. */
function numberOf(content: string, limit: number): { from: number; to: number; value: number } | undefined {
  const begin = start(content);
  if (begin === 0) return undefined;
  for (const match of content.slice(begin).matchAll(NUMBER)) {
    const value = Number(match[0].replaceAll("_", ""));
    if (!SCALES.some((scale) => Math.abs(value * scale - limit) <= 1e-9 * Math.abs(limit))) continue;
    const from = begin + match.index;
    return { from, to: from + match[0].length, value };
  }
  return undefined;
}

/** Upwards to two significant digits, without an exponent. */
function rounded(value: number): string {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  const up = Math.ceil(value / step - 1e-9) * step;
  return step >= 1 ? String(Math.round(up)) : up.toFixed(Math.min(12, -Math.floor(Math.log10(step))));
}
