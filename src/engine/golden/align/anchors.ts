import { type Box, isOneSided, type Matching, trimBox } from "./box.ts";

interface RunSearch {
  readonly length: number;
  /** Of so many runs one is looked at, chosen by its content: long equal parts hold many, and one of them is enough to find the part. */
  readonly oneOf: number;
}

/** The runs that are looked for, longest first: a long run that occurs once on each side is hardly there by accident. */
const RUNS: readonly RunSearch[] = [
  { length: 32, oneOf: 8 },
  { length: 8, oneOf: 2 },
  { length: 3, oneOf: 1 },
];
/** Boxes below this go to Myers at once: it is exact there, and the table would cost more. */
const SMALL_BOX = 512;

/**
 * Matches runs of elements that occur exactly once in each side of a box, the most of them that keep their order, and between them shorter
 * ones. Finds moved blocks at once, where Myers alone spends its budget between the halves.
 * @returns what is left between them, in order
 */
export function boxesBetweenAnchors(matching: Matching, box: Box): Box[] {
  let boxes: Box[] = [box];
  for (const runs of RUNS) {
    const between: Box[] = [];
    for (const each of boxes) {
      const rest = trimBox(matching, each);
      if (isOneSided(rest)) continue;
      if (rest.aTo - rest.aFrom + (rest.bTo - rest.bFrom) < SMALL_BOX) between.push(rest);
      else splitAtAnchors(matching, rest, runs, between);
    }
    boxes = between;
  }
  return boxes;
}

/** Matches the anchors of a box and appends what is left between them to `between`. */
function splitAtAnchors(matching: Matching, box: Box, runs: RunSearch, between: Box[]): void {
  const { a, b, partner } = matching;
  let { aFrom, bFrom } = box;
  for (const [x, y] of inBothOrders(uniqueRuns(matching, box, runs))) {
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

/** Where runs begin that occur exactly once in each side of the box. */
function uniqueRuns(
  { a, b }: Matching,
  { aFrom, aTo, bFrom, bTo }: Box,
  { length: runLength, oneOf }: RunSearch,
): Anchors {
  const inA = aTo - aFrom - runLength + 1;
  const inB = bTo - bFrom - runLength + 1;
  if (inA <= 0 || inB <= 0) return { a: new Int32Array(0), b: new Int32Array(0) };
  const ofB = chosenRuns(b, bFrom, inB, runLength, oneOf);
  const ofA = alsoIn(ofB, chosenRuns(a, aFrom, inA, runLength, oneOf));
  const bits = Math.ceil(Math.log2(Math.max(2, ofA.count))) + 1;
  const last = (4 << bits) - 4;
  // Key, place in a and place in b of a run lie together: a look-up touches one line of the cache.
  const table = new Int32Array(4 << bits).fill(NEVER);
  const slotOf = (key: number): number => {
    let at = (key << 2) & last;
    while (table[at + 1] !== NEVER && table[at] !== key) at = (at + 4) & last;
    return at;
  };
  for (let i = 0; i < ofA.count; i++) {
    const key = ofA.keys[i] as number;
    const at = slotOf(key);
    table[at + 1] = table[at + 1] === NEVER ? (ofA.places[i] as number) : SEVERAL;
    table[at] = key;
  }
  for (let j = 0; j < ofB.count; j++) {
    const at = slotOf(ofB.keys[j] as number);
    if ((table[at + 1] as number) >= 0) table[at + 2] = table[at + 2] === NEVER ? (ofB.places[j] as number) : SEVERAL;
  }
  const found = { a: new Int32Array(ofA.count), b: new Int32Array(ofA.count) };
  let count = 0;
  for (let i = 0; i < ofA.count; i++) {
    const at = slotOf(ofA.keys[i] as number);
    const x = ofA.places[i] as number;
    const y = table[at + 2] as number;
    // Equal hashes are no proof.
    if (table[at + 1] !== x || y < 0 || !sameRun(a, x, b, y, runLength)) continue;
    found.a[count] = x;
    found.b[count++] = y;
  }
  return { a: found.a.subarray(0, count), b: found.b.subarray(0, count) };
}

/** Runs of one length: their hashes and where they begin, ascending. */
interface Runs {
  readonly keys: Int32Array;
  readonly places: Int32Array;
  readonly count: number;
}

function chosenRuns(elements: Int32Array, from: number, count: number, runLength: number, oneOf: number): Runs {
  const keys = new Int32Array(count);
  const places = new Int32Array(count);
  const hash = new RollingHash(elements, from, runLength);
  let chosen = 0;
  for (let i = from; i < from + count; i++) {
    const key = hash.next();
    // By its highest bits: the others say where in the table it is.
    if ((key >>> 28) % oneOf !== 0) continue;
    keys[chosen] = key;
    places[chosen++] = i;
  }
  return { keys, places, count: chosen };
}

/** Bits for each run in the filter, and the most in all: two megabytes, which caches hold. */
const BITS_FOR_RUN = 4;
const MAX_FILTER_BITS = 24;

/** Leaves those out that surely have none like them among the others. */
function alsoIn(others: Runs, { keys, places, count }: Runs): Runs {
  const bits = Math.max(5, Math.min(MAX_FILTER_BITS, Math.ceil(Math.log2(others.count + 1)) + BITS_FOR_RUN));
  const mask = (1 << bits) - 1;
  const filter = new Int32Array(1 << (bits - 5));
  for (let j = 0; j < others.count; j++) {
    const at = (others.keys[j] as number) & mask;
    filter[at >> 5] = (filter[at >> 5] as number) | (1 << (at & 31));
  }
  let left = 0;
  for (let i = 0; i < count; i++) {
    const at = (keys[i] as number) & mask;
    if (((filter[at >> 5] as number) & (1 << (at & 31))) === 0) continue;
    keys[left] = keys[i] as number;
    places[left++] = places[i] as number;
  }
  return { keys, places, count: left };
}

/** Share of the runs of `length` elements in one sequence that the other one has, too; a few more by accident. */
export function sharedRuns(a: Int32Array, b: Int32Array, length: number): number {
  const inA = a.length - length + 1;
  const inB = b.length - length + 1;
  if (inA <= 0 || inB <= 0) return 0;
  const ofA = chosenRuns(a, 0, inA, length, 8);
  return ofA.count === 0 ? 0 : alsoIn(chosenRuns(b, 0, inB, length, 8), ofA).count / ofA.count;
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
