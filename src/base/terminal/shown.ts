import { oneLine } from "../text.ts";

/**
 * Text from a program, a path or a trace, safe on a terminal and in a CI log: one line, control characters visible, and the
 * workflow commands of CI systems (`##vso[…]`, `##[…]`, `::error::`), which are taken from anywhere in a log, broken.
 */
export function shown(text: string): string {
  return oneLine(text)
    .replace(/##(?=\w*\[)/g, "#\\#")
    .replace(/^(\s*):(?=:)/, "$1:\\");
}
