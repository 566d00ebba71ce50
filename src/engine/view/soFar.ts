import type { Comparison, Divergence } from "../../protocol/comparison.ts";

/**
 * The part of a comparison that the rest of a run cannot take back: what happens that never did, or more often than in the golden. What is
 * missing by now may still come.
 */
export function soFar(comparison: Comparison): Comparison {
  const divergences = comparison.divergences.filter(isFinal);
  const kept = new Set(divergences.map(({ id }) => id));
  const sites = comparison.sites.flatMap((site) => {
    const calls = site.calls.filter(({ golden, actual }) => actual > golden);
    const ids = site.divergences.filter((id) => kept.has(id));
    return ids.length === 0 ? [] : [{ ...site, calls, divergences: ids, goldenNs: null }];
  });
  return {
    ...comparison,
    verdict: comparison.verdict === "diverged" && divergences.length === 0 ? "equivalent" : comparison.verdict,
    divergences,
    sites,
    performance: [],
    budgets: [],
    notes: ["The run is still being recorded; what is missing by now may still come."],
  };
}

function isFinal({ kind, golden, actual }: Divergence): boolean {
  if (kind === "added" || kind === "thread-added") return true;
  return kind === "count" && actual.count > golden.count;
}
