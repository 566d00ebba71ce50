import { cutMiddle, displayWidth, padEnd, padStart } from "./displayWidth.ts";
import type { Style } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** The column that gives way, from the middle, when the table is wider than the terminal. */
  readonly flexible?: true;
  /** Least width of a flexible column. */
  readonly minimum?: number;
  /** The column is left out where the table would not fit otherwise; lowest first. */
  readonly optional?: number;
}

/** A column of numbers. */
export function right(title: string): Column {
  return { title, align: "right" };
}

/**
 * Lines of a table whose columns are as wide as their widest cell. Cells must be one line without control characters.
 *
 * @param width columns that the lines may take; flexible columns are cut to fit, then optional ones left out
 * @param styleCell colours a cell after it was padded; rows and columns count as in the arguments
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  style: Style,
  styleCell: (padded: string, row: number, column: number) => string = (padded) => padded,
): string[] {
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
  );
  const kept = keptColumns(columns, natural, width);
  const widths = columnWidths(columns, kept, natural, width);
  const line = (cells: readonly string[], row: number) =>
    kept
      .map((index) => {
        const room = widths[index]!;
        const cell = cutMiddle(cells[index] ?? "", room);
        const isLast = index === kept.at(-1);
        const padded = columns[index]!.align === "right" ? padStart(cell, room) : isLast ? cell : padEnd(cell, room);
        return row === -1 ? style.dim(padded) : styleCell(padded, row, index);
      })
      .join("  ")
      .trimEnd();
  return [
    line(
      columns.map((column) => column.title),
      -1,
    ),
    ...rows.map(line),
  ];
}

/** What a flexible column can be cut to when it says nothing else. */
const MINIMUM = 12;
const GAP = 2;

function keptColumns(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  let kept = columns.map((_, index) => index);
  const least = (index: number) =>
    columns[index]!.flexible === true ? Math.min(natural[index]!, columns[index]!.minimum ?? MINIMUM) : natural[index]!;
  const leastWidth = () => kept.reduce((sum, index) => sum + least(index) + GAP, -GAP);
  const optional = kept
    .filter((index) => columns[index]!.optional !== undefined)
    .sort((a, b) => columns[a]!.optional! - columns[b]!.optional!);
  for (const index of optional) {
    if (leastWidth() <= width) break;
    kept = kept.filter((other) => other !== index);
  }
  return kept;
}

/** By index in `columns`; meaningful for those that are kept. */
function columnWidths(
  columns: readonly Column[],
  kept: readonly number[],
  natural: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  let over = kept.reduce((sum, index) => sum + widths[index]! + GAP, -GAP) - width;
  // The widest flexible column gives way first.
  while (over > 0) {
    let widest = -1;
    for (const index of kept) {
      const column = columns[index]!;
      if (column.flexible !== true || widths[index]! <= (column.minimum ?? MINIMUM)) continue;
      if (widest === -1 || widths[index]! > widths[widest]!) widest = index;
    }
    if (widest === -1) break;
    widths[widest]!--;
    over--;
  }
  return widths;
}
