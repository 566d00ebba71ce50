import { formatCount } from "../../base/format.ts";
import { cutToWidth, padEnd } from "../../base/terminal/displayWidth.ts";
import { shown } from "../../base/terminal/shown.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { Style } from "../terminal/style.ts";

export interface SummaryTextOptions {
  readonly style: Style;
  /** Columns to fill. */
  readonly width: number;
  /** Show every row of every table. */
  readonly all: boolean;
  /** Explain each variable that was set for TRACE logs. */
  readonly env: boolean;
}

/** The line below a table that leaves rows out; none where all are shown. */
export function more(count: number, style: Style): string[] {
  return count > 0 ? [style.dim(`… and ${formatCount(count)} more (--all shows ${count === 1 ? "it" : "them"})`)] : [];
}

const LABEL_WIDTH = 12;

export function label(name: string, style: Style): string {
  return style.dim(padEnd(name, LABEL_WIDTH));
}

/** A label and what it says, without colours, which goes on below itself where the line is too narrow. */
export function labelled(name: string, text: string, { style, width }: SummaryTextOptions): string[] {
  return wrapText(text, Math.max(20, width - LABEL_WIDTH)).map(
    (line, index) => label(index === 0 ? name : "", style) + line,
  );
}

/** Like `labelled`, cut to one line. */
export function labelledLine(name: string, text: string, { style, width }: SummaryTextOptions): string {
  return label(name, style) + cutToWidth(shown(text), Math.max(20, width - LABEL_WIDTH));
}
