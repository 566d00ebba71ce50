import type { Alignment } from "../align/align.ts";
import { forEachDifference, type Stream } from "./streams.ts";

/**
 * `removed`: only in the golden; `added`: only in the run; `changed`: the same call on the same object with other arguments or another
 * result; `moved`: the same event elsewhere in the order; `unordered`: the same event in a part whose order could not be compared.
 */
export type EditKind = "removed" | "added" | "changed" | "moved" | "unordered";

/** One difference between two threads; positions are places in the two streams, -1 on the side that has nothing. */
export interface Edit {
  readonly kind: EditKind;
  readonly golden: number;
  readonly actual: number;
}

/** What of an event makes it the same call: its name and object, and the function it comes from. */
export interface Likeness {
  readonly subjectOf: (token: number) => number;
  readonly functionOf: (side: "golden" | "actual", event: number) => number;
}

/**
 * Turns what alignment left over into the differences that a person would name. The same event removed here and added there was moved;
 * another event with the same name and object in the same place has changed, and so has one elsewhere in the same function.
 * @returns in the order of the run, what is only in the golden at the place where it was
 */
export function editsOf(golden: Stream, actual: Stream, alignment: Alignment, likeness: Likeness): Edit[] {
  const { partner, givenUp } = alignment;
  const leftover = new Leftover(golden, actual);
  forEachDifference(partner, actual.tokens.length, ({ aFrom, aTo, bFrom, bTo }) => {
    for (let i = aFrom; i < aTo; i++) leftover.add("golden", i);
    for (let j = bFrom; j < bTo; j++) leftover.add("actual", j);
    leftover.endGap();
  });

  const goldenToken = (i: number): number => golden.tokens[i] as number;
  const actualToken = (j: number): number => actual.tokens[j] as number;
  const edits: Edit[] = [];

  let at = 0;
  const inGivenUp = (i: number, j: number): boolean => {
    while (at < givenUp.length && (givenUp[at]?.aTo ?? 0) <= i) at++;
    const box = givenUp[at];
    return box !== undefined && i >= box.aFrom && j >= box.bFrom && j < box.bTo;
  };
  leftover.pair(goldenToken, actualToken, false, (i, j) => {
    edits.push({ kind: inGivenUp(i, j) ? "unordered" : "moved", golden: i, actual: j });
  });

  const changed = (i: number, j: number): void => {
    edits.push({ kind: "changed", golden: i, actual: j });
  };
  const inFunction = (subject: number, functionId: number): number => subject * 2 ** 20 + functionId;
  const goldenPlace = (i: number): number =>
    inFunction(likeness.subjectOf(goldenToken(i)), likeness.functionOf("golden", golden.events[i] as number));
  const actualPlace = (j: number): number =>
    inFunction(likeness.subjectOf(actualToken(j)), likeness.functionOf("actual", actual.events[j] as number));
  leftover.pair(goldenPlace, actualPlace, true, changed);
  leftover.pair(
    (i) => likeness.subjectOf(goldenToken(i)),
    (j) => likeness.subjectOf(actualToken(j)),
    true,
    changed,
  );
  leftover.pair(goldenPlace, actualPlace, false, changed);
  leftover.rest((side, place) => {
    edits.push(
      side === "golden" ? { kind: "removed", golden: place, actual: -1 } : { kind: "added", golden: -1, actual: place },
    );
  });
  return edits;
}

/** What is unmatched on both sides, gap by gap; pairing takes it out. */
class Leftover {
  private readonly sides = { golden: new Int32Array(0), actual: new Int32Array(0) };
  private readonly used = { golden: 0, actual: 0 };
  private readonly gaps: { readonly golden: number; readonly actual: number }[] = [];
  private readonly taken: { readonly golden: Uint8Array; readonly actual: Uint8Array };

  constructor(golden: Stream, actual: Stream) {
    this.sides.golden = new Int32Array(golden.tokens.length);
    this.sides.actual = new Int32Array(actual.tokens.length);
    this.taken = { golden: new Uint8Array(golden.tokens.length), actual: new Uint8Array(actual.tokens.length) };
  }

  add(side: "golden" | "actual", place: number): void {
    this.sides[side][this.used[side]++] = place;
  }

  endGap(): void {
    this.gaps.push({ golden: this.used.golden, actual: this.used.actual });
  }

  /** Pairs places with equal keys, first come first served; only within a gap when `withinGap`. */
  pair(
    goldenKey: (place: number) => number,
    actualKey: (place: number) => number,
    withinGap: boolean,
    callback: (golden: number, actual: number) => void,
  ): void {
    const spans = withinGap ? this.gaps : [{ golden: this.used.golden, actual: this.used.actual }];
    let from = { golden: 0, actual: 0 };
    for (const to of spans) {
      if (from.golden < to.golden && from.actual < to.actual) {
        this.pairSpan(from, to, goldenKey, actualKey, callback);
      }
      from = to;
    }
  }

  private pairSpan(
    from: { readonly golden: number; readonly actual: number },
    to: { readonly golden: number; readonly actual: number },
    goldenKey: (place: number) => number,
    actualKey: (place: number) => number,
    callback: (golden: number, actual: number) => void,
  ): void {
    const { golden, actual } = this.sides;
    // Queues by key, as linked lists: last in the map, next in a column.
    const first = new Map<number, number>();
    const last = new Map<number, number>();
    const next = new Int32Array(to.actual - from.actual).fill(-1);
    for (let at = from.actual; at < to.actual; at++) {
      const place = actual[at] as number;
      if (this.taken.actual[place] === 1) continue;
      const key = actualKey(place);
      const before = last.get(key);
      if (before === undefined) first.set(key, at);
      else next[before - from.actual] = at;
      last.set(key, at);
    }
    if (first.size === 0) return;
    for (let at = from.golden; at < to.golden; at++) {
      const place = golden[at] as number;
      if (this.taken.golden[place] === 1) continue;
      const key = goldenKey(place);
      const head = first.get(key);
      if (head === undefined || head === -1) continue;
      first.set(key, next[head - from.actual] as number);
      const partner = actual[head] as number;
      this.taken.golden[place] = 1;
      this.taken.actual[partner] = 1;
      callback(place, partner);
    }
  }

  rest(callback: (side: "golden" | "actual", place: number) => void): void {
    for (const side of ["golden", "actual"] as const) {
      for (let at = 0; at < this.used[side]; at++) {
        const place = this.sides[side][at] as number;
        if (this.taken[side][place] === 0) callback(side, place);
      }
    }
  }
}

/** Differences of two streams whose order does not count: for each subject, the last ones of the side that has more. */
export function countEdits(golden: Stream, actual: Stream, subjectOf: (token: number) => number): Edit[] {
  const surplus = new Map<number, number>();
  for (const token of golden.tokens) surplus.set(subjectOf(token), (surplus.get(subjectOf(token)) ?? 0) + 1);
  for (const token of actual.tokens) surplus.set(subjectOf(token), (surplus.get(subjectOf(token)) ?? 0) - 1);
  const edits: Edit[] = [];
  for (let i = golden.tokens.length - 1; i >= 0; i--) {
    const subject = subjectOf(golden.tokens[i] as number);
    const more = surplus.get(subject) ?? 0;
    if (more <= 0) continue;
    surplus.set(subject, more - 1);
    edits.push({ kind: "removed", golden: i, actual: -1 });
  }
  for (let j = actual.tokens.length - 1; j >= 0; j--) {
    const subject = subjectOf(actual.tokens[j] as number);
    const fewer = surplus.get(subject) ?? 0;
    if (fewer >= 0) continue;
    surplus.set(subject, fewer + 1);
    edits.push({ kind: "added", golden: -1, actual: j });
  }
  return edits.reverse();
}
