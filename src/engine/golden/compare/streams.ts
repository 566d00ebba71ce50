import { type AlignLimits, type Alignment, align } from "../align/align.ts";
import type { Box } from "../align/box.ts";

/** The compared events of one thread of one side. */
export interface Stream {
  /** Event numbers in the behaviour, ascending. */
  readonly events: Int32Array;
  /** What each of them does. */
  readonly tokens: Int32Array;
}

/** Events from which on lines are not looked at where less than half matches: it would double the time, and there is little to choose from. */
const LONG = 200_000;

/**
 * Aligns two streams by what the events do and, where that leaves a choice, by the line they come from: of 100 equal reads at one line and
 * 10 at another, the ones that are new must be told at the right line.
 * @param lineOf number of the line of an event, the same on both sides; 0 when it has none
 */
export function alignStreams(
  golden: Stream,
  actual: Stream,
  lineOf: (side: "golden" | "actual", event: number) => number,
  limits?: AlignLimits,
): Alignment {
  const plain = align(golden.tokens, actual.tokens, limits);
  if (plain.matched === golden.tokens.length && plain.matched === actual.tokens.length) return plain;
  // What is too different to be aligned once need not be tried again.
  if (plain.givenUp.length > 0) return plain;
  const length = golden.tokens.length + actual.tokens.length;
  if (length > LONG && 4 * plain.matched <= length) return plain;
  const lines = {
    golden: golden.events.map((event) => lineOf("golden", event)),
    actual: actual.events.map((event) => lineOf("actual", event)),
  };
  if (lines.golden.every((line) => line === 0) || lines.actual.every((line) => line === 0)) return plain;
  const placed = alignPlaced(golden.tokens, actual.tokens, lines, plain, limits);
  return placed.matched >= plain.matched ? placed : plain;
}

/**
 * First what is equal and at the same line, then, between those, what is equal.
 * @param plain the alignment without lines, which is the first step where equal events are always at one line
 */
function alignPlaced(
  a: Int32Array,
  b: Int32Array,
  lines: { readonly golden: Int32Array; readonly actual: Int32Array },
  plain: Alignment,
  limits: AlignLimits | undefined,
): Alignment {
  const combined = new Map<number, number>();
  const firstLine = new Map<number, number>();
  let several = false;
  const combine = (token: number, line: number): number => {
    const pair = token * 2 ** 22 + line;
    const known = combined.get(pair);
    if (known !== undefined) return known;
    several ||= (firstLine.get(token) ?? line) !== line;
    firstLine.set(token, line);
    combined.set(pair, combined.size);
    return combined.size - 1;
  };
  const left = a.map((token, i) => combine(token, lines.golden[i] as number));
  const right = b.map((token, i) => combine(token, lines.actual[i] as number));
  const both = several ? align(left, right, limits) : plain;
  const partner = both.partner.slice();
  const givenUp: Box[] = [];
  let matched = both.matched;
  forEachGap(both.partner, b.length, (gap) => {
    const inner = align(a.subarray(gap.aFrom, gap.aTo), b.subarray(gap.bFrom, gap.bTo), limits);
    for (let i = 0; i < inner.partner.length; i++) {
      const j = inner.partner[i] as number;
      if (j >= 0) partner[gap.aFrom + i] = gap.bFrom + j;
    }
    matched += inner.matched;
    for (const box of inner.givenUp) {
      givenUp.push({
        aFrom: gap.aFrom + box.aFrom,
        aTo: gap.aFrom + box.aTo,
        bFrom: gap.bFrom + box.bFrom,
        bTo: gap.bFrom + box.bTo,
      });
    }
  });
  return { partner, matched, givenUp };
}

/** Calls back for every place between two matches where both sides have something, in order. */
export function forEachGap(partner: Int32Array, actualLength: number, callback: (gap: Box) => void): void {
  forEachDifference(partner, actualLength, (gap) => {
    if (gap.aFrom < gap.aTo && gap.bFrom < gap.bTo) callback(gap);
  });
}

/** Calls back for every place between two matches where one side has something, in order. */
export function forEachDifference(partner: Int32Array, actualLength: number, callback: (gap: Box) => void): void {
  let aFrom = 0;
  let bFrom = 0;
  for (let i = 0; i <= partner.length; i++) {
    const j = i === partner.length ? actualLength : (partner[i] as number);
    if (j < 0) continue;
    if (i > aFrom || j > bFrom) callback({ aFrom, aTo: i, bFrom, bTo: j });
    aFrom = i + 1;
    bFrom = j + 1;
  }
}
