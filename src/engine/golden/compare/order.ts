import type { ThreadDifferences } from "./differences.ts";
import type { Edit } from "./edits.ts";

/**
 * The event that a moved one has changed places with, and whether the moved one comes after it now. Undefined where nothing that is
 * matched lies between its two places.
 * @returns an event number of the golden
 */
export function crossedBy(
  pair: ThreadDifferences,
  { golden, actual }: Edit,
): { event: number; after: boolean } | undefined {
  const { streams, partner } = pair;
  const from = placeOf(streams.golden.events, golden);
  const to = placeOf(streams.actual.events, actual);
  const { next, previous } = neighboursOf(pair);
  // The next match behind its old place: does it come before the new place?
  const behind = next[from] as number;
  if (behind >= 0 && (partner[behind] as number) < to) {
    return { event: streams.golden.events[behind] as number, after: true };
  }
  const before = previous[from] as number;
  if (before >= 0 && (partner[before] as number) > to) {
    return { event: streams.golden.events[before] as number, after: false };
  }
  return undefined;
}

interface Neighbours {
  /** The nearest matched place behind each place of the golden's stream, or -1. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
}

const known = new WeakMap<Int32Array, Neighbours>();

function neighboursOf({ partner }: ThreadDifferences): Neighbours {
  const made = known.get(partner);
  if (made !== undefined) return made;
  const next = new Int32Array(partner.length);
  const previous = new Int32Array(partner.length);
  for (let i = partner.length - 1, at = -1; i >= 0; i--) {
    next[i] = at;
    if ((partner[i] as number) >= 0) at = i;
  }
  for (let i = 0, at = -1; i < partner.length; i++) {
    previous[i] = at;
    if ((partner[i] as number) >= 0) at = i;
  }
  const neighbours = { next, previous };
  known.set(partner, neighbours);
  return neighbours;
}

/** Index of a value in a strictly ascending column that has it. */
export function placeOf(column: Int32Array, value: number): number {
  // Where nothing was left out, its distance from the ends is its index.
  let low = Math.max(0, column.length - 1 - ((column[column.length - 1] ?? 0) - value));
  let high = Math.min(column.length, value - (column[0] ?? 0));
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((column[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
