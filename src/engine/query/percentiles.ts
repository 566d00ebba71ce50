/**
 * Nearest-rank percentiles: each is the smallest value such that at least that many per cent of all values are not above it, so always
 * a value that occurred; `NaN` for no values. Linear time on any input; reorders `values`.
 *
 * @param values without `NaN`
 * @param percents ascending, above 0, at most 100
 */
export function nearestRanks(values: Float64Array, percents: readonly number[]): number[] {
  let from = 0;
  return percents.map((percent) => {
    if (values.length === 0) return Number.NaN;
    const index = Math.min(Math.max(Math.ceil((percent * values.length) / 100), 1), values.length) - 1;
    select(values, from, index);
    // Everything from here on is not below this value, so the next, higher percentile lies there.
    from = index;
    return values[index] as number;
  });
}

/** Below this length sorting is quicker than partitioning. */
const SMALL = 600;

/** Moves to `target` the value that would be there if `values` were sorted from `from` on, with no smaller one behind it. */
function select(values: Float64Array, from: number, target: number): void {
  let left = from;
  let right = values.length - 1;
  // Bad pivots again and again are bad luck or a hostile trace: then sorting bounds the time.
  let patience = 2 * Math.ceil(Math.log2(right - left + 2));
  while (right - left > SMALL && patience-- > 0) {
    const pivot = medianOfThree(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let low = left;
    let high = right;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const swapped = values[low]!;
      values[low++] = values[high]!;
      values[high--] = swapped;
    }
    if (target <= high) right = high;
    else if (target >= low) left = low;
    else return;
  }
  values.subarray(left, right + 1).sort();
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
