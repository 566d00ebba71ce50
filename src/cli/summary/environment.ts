import { plural } from "../../base/format.ts";
import { cutMiddle, cutToWidth } from "../../base/terminal/displayWidth.ts";
import { shown } from "../../base/terminal/shown.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { RunSummary } from "../../engine/query/summary.ts";
import { TRACE_VARIABLES } from "../../engine/read/logs/traceEnv.ts";
import { shellWord } from "../../engine/write/shellWord.ts";
import type { SummaryTextOptions } from "./section.ts";

/** Values longer than this are paths that nobody reads at a glance. */
const SHORT_VALUE = 24;
const SHORT_LINES = 2;

/** What was set in the program's environment for TRACE logs: its beginning, or each variable with the reason. */
export function environment(summary: RunSummary, { style, width, env }: SummaryTextOptions): string[] {
  const set = Object.entries(summary.envSet);
  if (set.length === 0) return [];
  const title = `${plural(set.length, "variable")} set so that the program logs at TRACE level`;
  if (env) {
    return [
      ...wrapText(title, width).map((line) => style.bold(line)),
      ...set.flatMap(([name, value]) => [
        ...wrapText(shown(`${name}=${shellWord(value)}`), width),
        ...wrapText(`    ${whyOf(name)}`, width).map((line) => style.dim(line)),
      ]),
    ];
  }
  const words = set.map(([name, value]) => shown(`${name}=${cutMiddle(shellWord(value), SHORT_VALUE)}`));
  const lines = wrapText(words.join(" "), width);
  const last = cutToWidth(lines.slice(SHORT_LINES - 1).join(" "), width);
  return [
    ...wrapText(`${title} (--env explains them)`, width).map((line) => style.bold(line)),
    ...lines.slice(0, SHORT_LINES - 1),
    ...(last === "" ? [] : [last]),
  ];
}

function whyOf(name: string): string {
  return TRACE_VARIABLES.find((variable) => variable.name === name)?.why ?? "Asked for by traceEnv.";
}
