import { boxesBetweenAnchors, sharedRuns } from "./anchors.ts";
import { type Box, isOneSided, type Matching, trimBox } from "./box.ts";
import { alignByMyers, type Probe } from "./myers.ts";

export interface AlignLimits {
  /** Most steps of the first attempt; one step is one visited diagonal or compared pair. */
  readonly work: number;
  /** Most steps of the second attempt, by anchors, which is made when the first spent its budget; 0 for none. */
  readonly anchoredWork: number;
}

export interface Alignment {
  /** For each element of `a` the element of `b` that it is matched with, or -1. Matches never cross. */
  readonly partner: Int32Array;
  readonly matched: number;
  /** Parts in which matches may have been missed because the work budget was spent; nothing in them is matched. */
  readonly givenUp: readonly Box[];
}

/** Lengths up to which everything is aligned without looking for elements that one side lacks. */
const SMALL = 256;

/** In proportion to the input, so that many short threads together cost no more than one long one. */
export function defaultLimits(a: number, b: number): AlignLimits {
  const work = Math.min(8e7, Math.max(5e5, 40 * (a + b)));
  // Anchors leave little to search where they help at all.
  return { work, anchoredWork: work / 2 };
}

/**
 * A long common subsequence of two sequences, in time and memory that grow with their length for any input. Elements are compared by
 * value. Up to about 500 differences it is a longest one, unless a budget is spent, and then `givenUp` says where.
 *
 * Equal ends are matched, elements that the other side never has are left out, and Myers' algorithm gets a budget. If that does not
 * suffice or soon looks as if it would not (unrelated sequences, moved blocks), unique runs are tried as anchors, and the better result is
 * kept. The whole budget is spent only on sequences that have something in common.
 */
export function align(
  a: Int32Array,
  b: Int32Array,
  limits: AlignLimits = defaultLimits(a.length, b.length),
): Alignment {
  const whole: Matching = { a, b, partner: new Int32Array(a.length).fill(-1), givenUp: [], budget: 0 };
  const rest = trimBox(whole, { aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length });
  let givenUp: readonly Box[] = [];
  if (!isOneSided(rest)) {
    const small = rest.aTo - rest.aFrom + (rest.bTo - rest.bFrom) <= SMALL;
    const shared = small ? undefined : sharedElements(a, b, rest);
    givenUp = alignShared(whole, shared ?? wholeBox(a, b, rest), limits);
  }
  let matched = 0;
  for (let i = 0; i < a.length; i++) if ((whole.partner[i] as number) >= 0) matched++;
  return { partner: whole.partner, matched, givenUp };
}

/** An eighth of the budget shows whether all of it could suffice for a quarter. */
const PROBE: Probe = { after: 1 / 8, least: 1 / 32 };
/** Sequences that share fewer of the runs of this length have hardly anything in common. */
const COMMON_RUN = 8;
const COMMON_SHARE = 0.25;

/** What is left of a box when some elements are taken out. */
interface Remainder {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Where its elements are in the whole sequences. */
  readonly placeInA: Int32Array;
  readonly placeInB: Int32Array;
}

/** Aligns the remainder, writes the matches into the whole and returns the boxes given up, in places of the whole. */
function alignShared({ partner }: Matching, { a, b, placeInA, placeInB }: Remainder, limits: AlignLimits): Box[] {
  const box: Box = { aFrom: 0, aTo: a.length, bFrom: 0, bTo: b.length };
  const begin = (budget: number): Matching => ({
    a,
    b,
    partner: new Int32Array(a.length).fill(-1),
    givenUp: [],
    budget,
  });
  const { work, anchoredWork } = limits;
  const plain = begin(work);
  const ofPlain = alignByMyers(plain, [box], anchoredWork > 0 ? PROBE : undefined);
  let best = plain;
  if ((plain.givenUp.length > 0 || ofPlain.length > 0) && anchoredWork > 0) {
    const anchored = begin(anchoredWork);
    const between = boxesBetweenAnchors(anchored, box);
    const ofAnchored = alignByMyers(anchored, between, PROBE);
    const isOpen = anchored.givenUp.length > 0 || ofAnchored.length > 0;
    const goesOn = isOpen && (ofPlain.length > 0 || ofAnchored.length > 0);
    // Spending more on what has hardly anything in common would find hardly more.
    if (!goesOn || sharedRuns(a, b, COMMON_RUN) < COMMON_SHARE) {
      plain.budget = 0;
      anchored.budget = 0;
    }
    alignByMyers(plain, ofPlain);
    alignByMyers(anchored, ofAnchored);
    if (matches(anchored) > matches(plain)) best = anchored;
  }
  for (let i = 0; i < a.length; i++) {
    const j = best.partner[i] as number;
    if (j >= 0) partner[placeInA[i] as number] = placeInB[j] as number;
  }
  return best.givenUp.map(({ aFrom, aTo, bFrom, bTo }) => ({
    aFrom: placeInA[aFrom] as number,
    aTo: (placeInA[aTo - 1] as number) + 1,
    bFrom: placeInB[bFrom] as number,
    bTo: (placeInB[bTo - 1] as number) + 1,
  }));
}

function matches({ partner }: Matching): number {
  let count = 0;
  for (let i = 0; i < partner.length; i++) if ((partner[i] as number) >= 0) count++;
  return count;
}

function wholeBox(a: Int32Array, b: Int32Array, { aFrom, aTo, bFrom, bTo }: Box): Remainder {
  return {
    a: a.subarray(aFrom, aTo),
    b: b.subarray(bFrom, bTo),
    placeInA: Int32Array.from({ length: aTo - aFrom }, (_, i) => aFrom + i),
    placeInB: Int32Array.from({ length: bTo - bFrom }, (_, i) => bFrom + i),
  };
}

/** The elements of a box that both sides have, numbered from 0. */
function sharedElements(a: Int32Array, b: Int32Array, { aFrom, aTo, bFrom, bTo }: Box): Remainder {
  const number = numbering(a, b, { aFrom, aTo, bFrom, bTo });
  const keep = (side: Int32Array, from: number, to: number): { kept: Int32Array; places: Int32Array } => {
    const kept = new Int32Array(to - from);
    const places = new Int32Array(to - from);
    let length = 0;
    for (let i = from; i < to; i++) {
      const id = number(side[i] as number);
      if (id < 0) continue;
      kept[length] = id;
      places[length++] = i;
    }
    return { kept: kept.subarray(0, length), places: places.subarray(0, length) };
  };
  const left = keep(a, aFrom, aTo);
  const right = keep(b, bFrom, bTo);
  return { a: left.kept, b: right.kept, placeInA: left.places, placeInB: right.places };
}

/** A function from elements to numbers; -1 for those that only one side has. */
function numbering(a: Int32Array, b: Int32Array, { aFrom, aTo, bFrom, bTo }: Box): (element: number) => number {
  let least = 0x7fffffff;
  let most = -0x80000000;
  for (let i = aFrom; i < aTo; i++) {
    const element = a[i] as number;
    if (element < least) least = element;
    if (element > most) most = element;
  }
  const span = most - least + 1;
  if (span <= 4 * (aTo - aFrom + (bTo - bFrom)) + 1024) {
    const sides = new Uint8Array(span);
    for (let i = aFrom; i < aTo; i++) sides[(a[i] as number) - least] = 1;
    for (let i = bFrom; i < bTo; i++) {
      const element = b[i] as number;
      if (element >= least && element <= most && sides[element - least] === 1) sides[element - least] = 3;
    }
    return (element) => (element >= least && element <= most && sides[element - least] === 3 ? element - least : -1);
  }
  const inA = new Set(a.subarray(aFrom, aTo));
  const ids = new Map<number, number>();
  for (let i = bFrom; i < bTo; i++) {
    const element = b[i] as number;
    if (inA.has(element) && !ids.has(element)) ids.set(element, ids.size);
  }
  return (element) => ids.get(element) ?? -1;
}
