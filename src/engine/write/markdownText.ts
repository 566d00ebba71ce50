import { oneLine, truncate } from "../../base/text.ts";

const MAX_CELL = 300;

/**
 * Text from a program as a code span: nothing in it is markup, a link, HTML or the end of a table cell. Long text is cut.
 * Empty text gives an empty string, for a code span cannot be empty.
 */
export function code(text: string): string {
  const shown = truncate(oneLine(text), MAX_CELL);
  if (shown === "") return "";
  const longestRun = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longestRun + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") || (/^ .* $/.test(shown) && shown.trim() !== "") ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/**
 * A row of a GFM table. Bars inside cells are escaped; one that follows a backslash is shown as `\x7c`, for parsers disagree on
 * whether `\\|` ends the cell.
 */
export function tableRow(cells: readonly string[]): string {
  const safe = cells.map((cell) => cell.replace(/\\\|/g, "\\\\x7c").replaceAll("|", "\\|"));
  return `| ${safe.join(" | ")} |`;
}

/** A GFM table. `align` has one letter a column: `l` or `r`. */
export function table(header: readonly string[], align: string, rows: readonly (readonly string[])[]): string {
  const rule = `|${[...align].map((letter) => (letter === "r" ? "---:" : "---")).join("|")}|`;
  return [tableRow(header), rule, ...rows.map(tableRow)].join("\n");
}

/** Our own or the kernel's short words (errno names, dates) with every character that Markdown or HTML could take as markup escaped. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()<>#+!|~&]/g, (character) =>
    character === "<" ? "&lt;" : character === ">" ? "&gt;" : character === "&" ? "&amp;" : `\\${character}`,
  );
}
