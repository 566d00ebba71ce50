import { type Box, isOneSided, type Matching, trimBox } from "./box.ts";
import { alignByMyers } from "./myers.ts";

/** Lengths of the runs that are looked for, longest first: a long run that occurs once on each side is hardly there by accident. */
const RUN_LENGTHS = [32, 8, 3];
/** Boxes below this go to Myers at once: it is exact there, and the table would cost more. */
const SMALL_BOX = 512;

/**
 * Aligns a box by runs of elements that occur exactly once on each side, the most of them that keep their order, and what lies between
 * them by shorter runs and in the end by Myers. Finds moved blocks at once, where Myers alone spends its budget between the halves.
 */
export function alignByAnchors(matching: Matching, box: Box): void {
  let boxes: Box[] = [box];
  for (const runLength of RUN_LENGTHS) {
    const between: Box[] = [];
    for (const each of boxes) {
      const rest = trimBox(matching, each);
      if (isOneSided(rest)) continue;
      if (rest.aTo - rest.aFrom + (rest.bTo - rest.bFrom) < SMALL_BOX) between.push(rest);
      else splitAtAnchors(matching, rest, runLength, between);
    }
    boxes = between;
  }
  alignByMyers(matching, boxes);
}

/** Matches the anchors of a box and appends what is left between them to `between`. */
function splitAtAnchors(matching: Matching, box: Box, runLength: number, between: Box[]): void {
  const { a, b, partner } = matching;
  let { aFrom, bFrom } = box;
  for (const [x, y] of inBothOrders(uniqueRuns(matching, box, runLength))) {
    // Swallowed by the extension of the anchor before.
    if (x < aFrom || y < bFrom) continue;
    let left = 0;
    while (x - left > aFrom && y - left > bFrom && a[x - left - 1] === b[y - left - 1]) left++;
    let right = 0;
    while (x + right < box.aTo && y + right < box.bTo && a[x + right] === b[y + right]) right++;
    for (let i = -left; i < right; i++) partner[x + i] = y + i;
    matching.budget -= left + right;
    const gap = { aFrom, aTo: x - left, bFrom, bTo: y - left };
    if (!isOneSided(gap)) between.push(gap);
    aFrom = x + right;
    bFrom = y + right;
  }
  const tail = { ...box, aFrom, bFrom };
  if (!isOneSided(tail)) between.push(tail);
}

interface Anchors {
  /** Ascending positions in `a`, and the positions in `b` that go with them. */
  readonly a: Int32Array;
  readonly b: Int32Array;
}

const SEVERAL = -2;
const NEVER = -1;

/** Where runs of `runLength` elements begin that occur exactly once in each side of the box. */
function uniqueRuns({ a, b }: Matching, { aFrom, aTo, bFrom, bTo }: Box, runLength: number): Anchors {
  const inA = aTo - aFrom - runLength + 1;
  const inB = bTo - bFrom - runLength + 1;
  if (inA <= 0 || inB <= 0) return { a: new Int32Array(0), b: new Int32Array(0) };
  const bits = Math.ceil(Math.log2(inA)) + 1;
  const mask = (1 << bits) - 1;
  const keys = new Int32Array(1 << bits);
  const placeInA = new Int32Array(1 << bits).fill(NEVER);
  const placeInB = new Int32Array(1 << bits).fill(NEVER);

  let hash = new RollingHash(a, aFrom, runLength);
  for (let i = aFrom; i < aFrom + inA; i++) {
    const key = hash.next();
    let slot = key & mask;
    while (placeInA[slot] !== NEVER && keys[slot] !== key) slot = (slot + 1) & mask;
    placeInA[slot] = placeInA[slot] === NEVER ? i : SEVERAL;
    keys[slot] = key;
  }
  hash = new RollingHash(b, bFrom, runLength);
  for (let i = bFrom; i < bFrom + inB; i++) {
    const key = hash.next();
    let slot = key & mask;
    while (placeInA[slot] !== NEVER && keys[slot] !== key) slot = (slot + 1) & mask;
    if ((placeInA[slot] as number) >= 0) placeInB[slot] = placeInB[slot] === NEVER ? i : SEVERAL;
  }

  const found: number[] = [];
  for (let slot = 0; slot <= mask; slot++) {
    const x = placeInA[slot] as number;
    const y = placeInB[slot] as number;
    // Equal hashes are no proof.
    if (x >= 0 && y >= 0 && sameRun(a, x, b, y, runLength)) found.push(x);
  }
  const byA = Int32Array.from(found).sort();
  const partnerOf = new Int32Array(inA);
  for (let slot = 0; slot <= mask; slot++) {
    const x = placeInA[slot] as number;
    if (x >= 0) partnerOf[x - aFrom] = placeInB[slot] as number;
  }
  return { a: byA, b: byA.map((x) => partnerOf[x - aFrom] as number) };
}

function sameRun(a: Int32Array, x: number, b: Int32Array, y: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[x + i] !== b[y + i]) return false;
  return true;
}

const MULTIPLIER = 0x01000193;

/** Hashes of all runs of one length, each from the one before. */
class RollingHash {
  private value = 0;
  private readonly oldest: number;

  constructor(
    private readonly elements: Int32Array,
    private at: number,
    private readonly runLength: number,
  ) {
    let power = 1;
    for (let i = 0; i < runLength; i++) power = Math.imul(power, MULTIPLIER);
    this.oldest = power;
    for (let i = 0; i < runLength - 1; i++) this.push(elements[at + i] as number);
  }

  /** Hash of the next run: of the first at the first call. */
  next(): number {
    const { elements, runLength } = this;
    const last = this.at + runLength - 1;
    this.push(elements[last] as number);
    const before = this.at - 1;
    if (this.started) this.value = (this.value - Math.imul(scatter(elements[before] as number), this.oldest)) | 0;
    this.started = true;
    this.at++;
    return scatter(this.value);
  }

  private started = false;

  private push(element: number): void {
    this.value = (Math.imul(this.value, MULTIPLIER) + scatter(element)) | 0;
  }
}

/** Spreads a number over all 32 bits (the finaliser of MurmurHash3). */
function scatter(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The most anchors whose places ascend in both sequences: a longest increasing subsequence, by patience sorting. */
function* inBothOrders({ a, b }: Anchors): Generator<readonly [number, number]> {
  const length = b.length;
  const before = new Int32Array(length);
  const pileTops = new Int32Array(length);
  let piles = 0;
  for (let i = 0; i < length; i++) {
    const value = b[i] as number;
    let low = 0;
    let high = piles;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((b[pileTops[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low === 0 ? -1 : (pileTops[low - 1] as number);
    pileTops[low] = i;
    if (low === piles) piles++;
  }
  const chain = new Int32Array(piles);
  for (let at = piles - 1, i = piles === 0 ? -1 : (pileTops[piles - 1] as number); at >= 0; at--) {
    chain[at] = i;
    i = before[i] as number;
  }
  for (const i of chain) yield [a[i] as number, b[i] as number];
}
