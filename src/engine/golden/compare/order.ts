import type { ThreadDifferences } from "./differences.ts";
import type { Edit } from "./edits.ts";

/**
 * The event that a moved one has changed places with, and whether the moved one comes after it now. Undefined where nothing that is
 * matched lies between its two places.
 * @returns an event number of the golden
 */
export function crossedBy(
  { streams, partner }: ThreadDifferences,
  { golden, actual }: Edit,
): { event: number; after: boolean } | undefined {
  const from = placeOf(streams.golden.events, golden);
  const to = placeOf(streams.actual.events, actual);
  // The next match behind its old place: does it come before the new place?
  for (let i = from + 1; i < partner.length; i++) {
    const j = partner[i] as number;
    if (j < 0) continue;
    if (j < to) return { event: streams.golden.events[i] as number, after: true };
    break;
  }
  for (let i = from - 1; i >= 0; i--) {
    const j = partner[i] as number;
    if (j < 0) continue;
    return j > to ? { event: streams.golden.events[i] as number, after: false } : undefined;
  }
  return undefined;
}

/** Index of a value in an ascending column. */
function placeOf(column: Int32Array, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
