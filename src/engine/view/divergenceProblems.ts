import type { BudgetResult, Comparison } from "../../protocol/comparison.ts";
import { placeOf, shown } from "./divergenceWords.ts";

/** An entry of the Problems view. */
export interface ComparisonProblem {
  /** Relative to the workspace; absolute for a file of budgets and outside of it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly severity: "error" | "warning" | "information";
  readonly message: string;
  /** What can be done about it. */
  readonly about:
    | { readonly type: "divergence"; readonly id: string }
    | { readonly type: "budget"; readonly name: string; readonly limit: number | null; readonly actual: number | null };
}

const SEVERITIES = { high: "error", medium: "warning", low: "information" } as const;

/** Divergences that have a place, and budgets that are not met; those without a place are in the Divergences view alone. */
export function problemsOf(comparison: Comparison): ComparisonProblem[] {
  const problems: ComparisonProblem[] = [];
  for (const divergence of comparison.divergences) {
    const place = placeOf(divergence);
    if (place === null) continue;
    const where = place.gone ? ` (golden line ${place.site.line}, which is gone)` : "";
    problems.push({
      file: place.site.file,
      line: place.site.line,
      severity: SEVERITIES[divergence.severity],
      message: `${shown(divergence.title, 500)}${where}`,
      about: { type: "divergence", id: divergence.id },
    });
  }
  for (const budget of comparison.budgets) if (!budget.passed) problems.push(...budgetProblems(budget));
  return problems;
}

/** At the budget's own line, and at the source line that it points to. */
function budgetProblems({ name, severity, message, source, site, limit, actual }: BudgetResult): ComparisonProblem[] {
  const common = {
    severity,
    message: shown(message, 500),
    about: { type: "budget", name, limit, actual },
  } as const;
  const places = [...(source.line > 0 ? [source] : []), ...(site === null ? [] : [site])];
  return places.map(({ file, line }) => ({ file, line, ...common }));
}
