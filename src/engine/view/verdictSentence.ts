import { formatCount, plural } from "../../base/format.ts";
import { oneLine, truncate } from "../../base/text.ts";
import type { Comparison } from "../../protocol/comparison.ts";

/** Divergences that a sentence names. */
const NAMED = 3;
const MAX_TITLE = 120;

/** How a run compares with its golden, in one to four lines. */
export function verdictSentence(comparison: Comparison): string {
  const { verdict, divergences, golden, reason, performance, budgets } = comparison;
  const name = oneLine(golden.name);
  const slower = performance.filter((each) => each.verdict === "regressed").length;
  const failed = budgets.filter(({ passed, severity }) => !passed && severity === "error").length;
  const more = [
    ...(slower === 0 ? [] : [`${plural(slower, "figure")} of performance worse`]),
    ...(failed === 0 ? [] : [`${plural(failed, "budget")} exceeded`]),
  ].map((text) => `; ${text}`);
  switch (verdict) {
    case "equivalent":
      return `Equivalent to the golden ${name} (${formatCount(comparison.matched)} events compared)${more.join("")}`;
    case "incomparable":
      // Without a golden there are budgets only.
      if (golden.path === "" && budgets.length > 0)
        return `No golden ${name} yet${more.join("") || "; budgets are kept"}`;
      return `Not comparable with the golden ${name}: ${oneLine(reason ?? "no reason is known")}`;
    case "diverged": {
      const titles = divergences.slice(0, NAMED).map(({ title }) => `  ${truncate(oneLine(title), MAX_TITLE)}`);
      const rest = divergences.length - titles.length;
      return [
        `Diverged from the golden ${name}: ${plural(divergences.length, "difference")}${more.join("")}`,
        ...titles,
        ...(rest === 0 ? [] : [`  and ${formatCount(rest)} more`]),
      ].join("\n");
    }
  }
}
