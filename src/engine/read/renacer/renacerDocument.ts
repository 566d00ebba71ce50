import { quoteIntegers, scanJson } from "./jsonScan.ts";

/** A file that holds a document of renacer, with what may stand around it. */
export interface FoundDocument {
  /** The parsed object, unchecked. */
  readonly value: Record<string, unknown>;
  /** Whether its end was missing; events that were whole are there. */
  readonly cutOff: boolean;
  /** Integers that are numbers in the text and beyond 2^53; in `value` they are strings of digits. */
  readonly longIntegers: number;
  /** Where the document begins in the text. */
  readonly start: number;
}

export type DocumentProblem =
  /** Nothing in the text looks like a document of renacer. */
  | "none"
  /** The whole text is some other JSON. */
  | "other-json"
  | "too-deep"
  | "not-json"
  | "cut-off";

/** `{` and the first key that renacer writes, at the start of a line. */
const START = /^\{\s*"version"\s*:/gm;
const FORMAT = /"format"\s*:\s*"renacer-json-v1"/;

/** Whether the first bytes of a file look like a document of renacer, perhaps with a program's output before it. */
export function looksLikeRenacer(text: string): boolean {
  return FORMAT.test(text);
}

/**
 * Finds the document in what renacer printed: the program's output and a banner come before it in the same stream, anything may come
 * after. Programs print JSON, too, so the last place at which it can begin is where it begins.
 * @param acceptCutOff take a document without an end, up to its last whole event
 */
export function findRenacerDocument(text: string, acceptCutOff: boolean): FoundDocument | DocumentProblem {
  const starts = [...text.matchAll(START)].map(({ index }) => index);
  const first = /^\uFEFF?\s*(?=\{)/.exec(text);
  if (first !== null && !starts.includes(first[0].length)) starts.unshift(first[0].length);
  let problem: DocumentProblem = /^\s*\[/.test(text) ? otherList(text) : "none";
  // The last one that holds a document: only output behind it can look like a start, too.
  for (const start of starts.reverse().slice(0, 20)) {
    const found = parseAt(text, start, acceptCutOff);
    if (typeof found !== "string") {
      if (found.value.format === "renacer-json-v1") return found;
      problem = "other-json";
    } else if (problem === "none") {
      problem = found;
    }
  }
  return problem;
}

function parseAt(text: string, start: number, acceptCutOff: boolean): FoundDocument | DocumentProblem {
  const { end, tooDeep, lastItem, longIntegers } = scanJson(text, start);
  if (tooDeep) return "too-deep";
  let json: string;
  if (end !== -1) {
    json = quoteIntegers(text.slice(0, end), longIntegers).slice(start);
  } else {
    if (!acceptCutOff || lastItem === -1) return looksLikeRenacer(text.slice(start)) ? "cut-off" : "not-json";
    const whole = longIntegers.filter((position) => position <= lastItem);
    json = `${quoteIntegers(text.slice(0, lastItem), whole).slice(start)}]}`;
  }
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "other-json";
    return {
      value: value as Record<string, unknown>,
      cutOff: end === -1,
      longIntegers: longIntegers.length / 2,
      start,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return "not-json";
    throw error;
  }
}

/** A whole list is other JSON; a line such as `[renacer: …]` only begins like one. */
function otherList(text: string): DocumentProblem {
  const scan = scanJson(text, text.indexOf("["));
  if (scan.tooDeep) return "too-deep";
  if (scan.end === -1 || text.slice(scan.end).trim() !== "") return "none";
  return isJson(text) ? "other-json" : "none";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
