import { cutMiddle, displayWidth, padEnd, padStart } from "./displayWidth.ts";
import type { Style } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** The column that gives way, from the middle, when the table is wider than the terminal. */
  readonly flexible?: true;
  /** Least width of a flexible column. */
  readonly minimum?: number;
}

/**
 * Lines of a table whose columns are as wide as their widest cell. Cells must be one line without control characters.
 *
 * @param width columns that the lines may take; flexible columns are cut to fit
 * @param styleCell colours a cell after it was padded
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
  const widths = columnWidths(columns, natural, width);
  const line = (cells: readonly string[], row: number) =>
    columns
      .map((column, index) => {
        const room = widths[index]!;
        const cell = cutMiddle(cells[index] ?? "", room);
        const isLast = index === columns.length - 1;
        const padded = column.align === "right" ? padStart(cell, room) : isLast ? cell : padEnd(cell, room);
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

function columnWidths(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, each) => sum + each, 0) + 2 * (widths.length - 1) - width;
  // The widest flexible column gives way first.
  while (over > 0) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      if (column.flexible !== true || widths[index]! <= (column.minimum ?? 12)) continue;
      if (widest === -1 || widths[index]! > widths[widest]!) widest = index;
    }
    if (widest === -1) break;
    widths[widest]!--;
    over--;
  }
  return widths;
}
