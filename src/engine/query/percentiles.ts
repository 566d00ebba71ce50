/**
 * The nearest-rank percentile: the smallest value such that at least `percent` of all values are not above it. Always a value
 * that occurred; `NaN` for no values.
 *
 * @param sorted ascending, without `NaN`
 * @param percent above 0, at most 100
 */
export function nearestRank(sorted: Float64Array, percent: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.ceil((percent * sorted.length) / 100);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] as number;
}
