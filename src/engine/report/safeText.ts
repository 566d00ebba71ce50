import { shown } from "../../base/terminal/shown.ts";
import { truncate } from "../../base/text.ts";

/** Longest text from a trace that a report repeats, unless it says otherwise. */
export const MAX_TEXT = 300;

/**
 * Text from a trace, a golden or a configuration file for a report: one line of bounded length, control characters, bidirectional
 * overrides and line separators visible, lone surrogates replaced, and nothing in it that a CI system takes for a command, also when
 * the text is wrapped at any of its spaces.
 */
export function safe(text: string, max: number = MAX_TEXT): string {
  // Cut first, for a text may have many megabytes; escaping makes it longer, so that it is cut again.
  return truncate(shown(truncate(text, max * 2).toWellFormed()), max)
    .replace(/[\u2028\u2029\u061c]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/(\s):(?=:)/g, "$1:\\");
}
