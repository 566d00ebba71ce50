import type { Alignment } from "../align/align.ts";
import { Leftover, type Likeness } from "./leftover.ts";
import type { Stream } from "./streams.ts";

/**
 * `removed`: only in the golden; `added`: only in the run; `changed`: the same call on the same object with other arguments or another
 * result; `moved`: the same event elsewhere in the order; `unordered`: the same event in a part whose order could not be compared.
 */
export type EditKind = "removed" | "added" | "changed" | "moved" | "unordered";

/** One difference between two threads: event numbers of the two behaviours, -1 on the side that has nothing. */
export interface Edit {
  readonly kind: EditKind;
  readonly golden: number;
  readonly actual: number;
}

/**
 * Turns what alignment left over into the differences that a person would name. The same event removed here and added there was moved;
 * another event with the same name and object in the same place has changed, and so has one elsewhere in the same function.
 * @returns what was moved first, then what has changed, what only the golden has, and what only the run has
 */
export function editsOf(golden: Stream, actual: Stream, alignment: Alignment, likeness: Likeness): Edit[] {
  const { partner, givenUp } = alignment;
  const leftover = new Leftover(golden, actual, partner);
  const edits: Edit[] = [];
  const add = (kind: EditKind, i: number, j: number): void => {
    edits.push({
      kind,
      golden: i < 0 ? -1 : (golden.events[i] as number),
      actual: j < 0 ? -1 : (actual.events[j] as number),
    });
  };

  let at = 0;
  const inGivenUp = (i: number, j: number): boolean => {
    while (at < givenUp.length && (givenUp[at]?.aTo ?? 0) <= i) at++;
    const box = givenUp[at];
    return box !== undefined && i >= box.aFrom && j >= box.bFrom && j < box.bTo;
  };
  leftover.pair(leftover.tokens(), false, (i, j) => add(inGivenUp(i, j) ? "unordered" : "moved", i, j));

  const changed = (i: number, j: number): void => add("changed", i, j);
  const places = leftover.places(likeness);
  leftover.pair(places, true, changed);
  leftover.pair(leftover.subjects(likeness), true, changed);
  leftover.pair(places, false, changed);
  leftover.rest((side, place) => {
    if (side === "golden") add("removed", place, -1);
    else add("added", -1, place);
  });
  return edits;
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
    edits.push({ kind: "removed", golden: golden.events[i] as number, actual: -1 });
  }
  for (let j = actual.tokens.length - 1; j >= 0; j--) {
    const subject = subjectOf(actual.tokens[j] as number);
    const fewer = surplus.get(subject) ?? 0;
    if (fewer >= 0) continue;
    surplus.set(subject, fewer + 1);
    edits.push({ kind: "added", golden: -1, actual: actual.events[j] as number });
  }
  return edits.reverse();
}
