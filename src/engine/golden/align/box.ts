/** A part of both sequences: `a[aFrom, aTo)` against `b[bFrom, bTo)`. */
export interface Box {
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

/** The sequences that are aligned and what was found so far. */
export interface Matching {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** For each element of `a` the element of `b` that it is matched with, or -1. */
  readonly partner: Int32Array;
  /** Boxes that were left unaligned because the work budget was spent. */
  readonly givenUp: Box[];
  /** Steps that may still be done; one step is one visited diagonal or one compared pair. */
  budget: number;
}

/** Matches equal elements at both ends of a box and returns what is left between them. */
export function trimBox(matching: Matching, box: Box): Box {
  const { a, b, partner } = matching;
  let { aFrom, aTo, bFrom, bTo } = box;
  while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) partner[aFrom++] = bFrom++;
  while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) partner[--aTo] = --bTo;
  matching.budget -= aFrom - box.aFrom + (box.aTo - aTo);
  return { aFrom, aTo, bFrom, bTo };
}

export const isOneSided = ({ aFrom, aTo, bFrom, bTo }: Box): boolean => aFrom === aTo || bFrom === bTo;
