import type { Comparison } from "../../protocol/comparison.ts";
import type { CheckOutcome } from "./checkReport.ts";

/** What a comparison means for a check. A target without a golden is judged by its budgets alone. */
export function outcomeOf(
  { verdict, budgets, performance: figures }: Comparison,
  settings: { readonly performance: "report" | "fail" | "off" },
  hasGolden: boolean,
): CheckOutcome {
  const errors = budgets.filter(({ severity, passed }) => severity === "error" && !passed);
  const judged = hasGolden || budgets.length === 0 ? verdict : "equivalent";
  // A budget that could not be judged is not kept.
  if (judged === "incomparable" || errors.some(({ inconclusive }) => inconclusive)) return "incomparable";
  if (judged === "diverged") return "diverged";
  if (errors.length > 0) return "over-budget";
  if (settings.performance === "fail" && figures.some((each) => each.verdict === "regressed")) return "over-budget";
  return "holds";
}
