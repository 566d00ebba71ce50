import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlignLimits, type Alignment, align } from "./align.ts";

const PLENTY: AlignLimits = { work: 1e9, anchoredWork: 1e9 };

/** Length of a longest common subsequence, by the textbook table. */
function longestLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries()) next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return row[b.length]!;
}

function checkAlignment(a: Int32Array, b: Int32Array, { partner, matched, givenUp }: Alignment): void {
  expect(partner).toHaveLength(a.length);
  let last = -1;
  let count = 0;
  for (const [i, j] of partner.entries()) {
    if (j === -1) continue;
    if (j <= last || j >= b.length || a[i] !== b[j]) throw new Error(`${i} is matched with ${j} after ${last}`);
    last = j;
    count++;
  }
  expect(matched).toBe(count);
  for (const box of givenUp) {
    expect(box.aFrom).toBeLessThan(box.aTo);
    expect(box.bFrom).toBeLessThan(box.bTo);
    expect(box.aTo).toBeLessThanOrEqual(a.length);
    expect(box.bTo).toBeLessThanOrEqual(b.length);
    for (let i = box.aFrom; i < box.aTo; i++) expect(partner[i]).toBe(-1);
  }
}

const sequence = (vocabulary: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { maxLength });
const anySequence = fc.oneof(
  sequence(2, 120),
  sequence(5, 120),
  sequence(200, 120),
  fc.array(fc.integer(), { maxLength: 400 }),
);

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

const words = (length: number, vocabulary: number, seed: number): Int32Array => {
  const source = numbers(seed);
  return Int32Array.from({ length }, () => Math.floor(source.next().value * vocabulary));
};

describe("align", () => {
  test("finds a longest common subsequence of short inputs", () => {
    fc.assert(
      fc.property(anySequence, anySequence, (a, b) => {
        const result = align(Int32Array.from(a), Int32Array.from(b));
        checkAlignment(Int32Array.from(a), Int32Array.from(b), result);
        expect(result.matched).toBe(longestLength(a, b));
        expect(result.givenUp).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("is a common subsequence whatever the budget", () => {
    const budget = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(sequence(6, 2000), sequence(6, 2000), budget, budget, (left, right, work, anchoredWork) => {
        const [a, b] = [Int32Array.from(left), Int32Array.from(right)];
        checkAlignment(a, b, align(a, b, { work, anchoredWork }));
      }),
    );
  });

  test("matches equal inputs whole, without any budget", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 1000 }), (elements) => {
        const a = Int32Array.from(elements);
        const result = align(a, a.slice(), { work: 0, anchoredWork: 0 });
        expect(result.partner).toEqual(Int32Array.from(elements.keys()));
      }),
    );
  });

  test("matches nothing of inputs that share nothing", () => {
    const [a, b] = [words(3000, 50, 1), words(3000, 50, 2).map((each) => each + 50)];
    expect(align(a, b)).toMatchObject({ matched: 0, givenUp: [] });
  });

  test("is minimal where a long input has few edits", () => {
    const a = words(50_000, 300, 3);
    const edited = [...a];
    for (let i = 0; i < 100; i++) edited.splice(i * 450 + 17, 1 + (i % 2));
    const b = Int32Array.from(edited);
    const result = align(a, b);
    checkAlignment(a, b, result);
    expect(result.matched).toBe(b.length);
  });

  test("goes on where more edits lie together than are searched at once", () => {
    const a = words(30_000, 1000, 4);
    const b = Int32Array.from([...a.slice(0, 5000), ...words(3000, 1000, 5), ...a.slice(8000)]);
    const result = align(a, b);
    checkAlignment(a, b, result);
    expect(result.matched).toBeGreaterThanOrEqual(27_000);
  });

  test("finds the larger one of two swapped blocks by anchors when the budget does not suffice", () => {
    const a = words(40_000, 2000, 6);
    const b = Int32Array.from([...a.slice(15_000), ...a.slice(0, 15_000)]);
    const result = align(a, b, { work: 1e5, anchoredWork: 1e6 });
    checkAlignment(a, b, result);
    expect(result.matched).toBeGreaterThanOrEqual(25_000);
  });

  test("says which part it gave up, and does not match there", () => {
    const [left, right] = [words(20_000, 40, 7), words(20_000, 40, 8)];
    const a = Int32Array.from([...words(5000, 40, 9), ...left]);
    const b = Int32Array.from([...words(5000, 40, 9), ...right]);
    const result = align(a, b, { work: 1e5, anchoredWork: 1e5 });
    checkAlignment(a, b, result);
    expect(result.matched).toBeGreaterThanOrEqual(5000);
    expect(result.givenUp.length).toBeGreaterThan(0);
    expect(result.givenUp.every((box) => box.aFrom >= 5000)).toBe(true);
  });

  test("matches one element repeated as often as it can", () => {
    const result = align(new Int32Array(30_000).fill(7), new Int32Array(24_000).fill(7), PLENTY);
    expect(result.matched).toBe(24_000);
  });

  test("takes elements from the whole range of 32 bits", () => {
    const a = words(2000, 2 ** 31, 10).map((each, i) => (i % 2 === 0 ? -each : each));
    const b = a.filter((_, i) => i % 7 !== 0);
    expect(align(a, b).matched).toBe(b.length);
  });
});
