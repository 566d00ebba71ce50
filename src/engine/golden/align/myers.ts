import { type Box, isOneSided, type Matching, trimBox } from "./box.ts";

/**
 * Edits on each side of a split after which the search for the middle of the shortest edit script ends and the furthest reaching path is taken.
 * Scripts of up to twice as many edits are minimal.
 */
const EDIT_CAP = 256;
/** Behind every position; differences of positions to it are still of 32 bits. */
const BEYOND = 0x3fffffff;

/** When to look how far it has come, and whether to stop. */
export interface Probe {
  /** Share of the budget after which is looked. */
  readonly after: number;
  /** It goes on when at least this share of the boxes is aligned by then. */
  readonly least: number;
}

/**
 * Aligns boxes by Myers' algorithm in linear space ("An O(ND) Difference Algorithm and Its Variations", 1986, §4b): the middle of a shortest
 * edit script is searched from both ends, and the two halves are aligned in the same way. `EDIT_CAP` bounds the search for one middle, the
 * matching's budget the whole; what is left when that is spent is noted in `givenUp`.
 * @param boxes in order
 * @returns boxes that are still to be aligned, in order, where the probe stopped it; else none
 */
export function alignByMyers(matching: Matching, boxes: readonly Box[], probe?: Probe): Box[] {
  const widest = boxes.reduce((most, box) => Math.max(most, sizeOf(box)), 0);
  const search = new MiddleSearch(matching, widest);
  const stack = boxes.toReversed();
  const all = boxes.reduce((sum, box) => sum + sizeOf(box), 0);
  let open = all;
  let probeAt = probe === undefined ? Number.NEGATIVE_INFINITY : matching.budget * (1 - probe.after);
  for (let box = stack.pop(); box !== undefined; box = stack.pop()) {
    if (matching.budget < probeAt) {
      probeAt = Number.NEGATIVE_INFINITY;
      if (probe !== undefined && all - open < probe.least * all) return [...stack, box].reverse();
    }
    open -= sizeOf(box);
    const rest = trimBox(matching, box);
    if (isOneSided(rest)) continue;
    if (matching.budget <= 0 || !search.run(rest)) {
      matching.givenUp.push(rest);
      continue;
    }
    const right = { ...rest, aFrom: search.splitA, bFrom: search.splitB };
    const left = { ...rest, aTo: search.splitA, bTo: search.splitB };
    stack.push(right, left);
    open += sizeOf(right) + sizeOf(left);
  }
  return [];
}

const sizeOf = ({ aFrom, aTo, bFrom, bTo }: Box): number => aTo - aFrom + (bTo - bFrom);

/** Finds where to cut a box in two. A diagonal is all places with the same `a` position minus `b` position. */
class MiddleSearch {
  splitA = 0;
  splitB = 0;
  /** Furthest `a` position reached on each diagonal from the start, and from the end. */
  private readonly forward: Int32Array;
  private readonly backward: Int32Array;

  constructor(
    private readonly matching: Matching,
    widest: number,
  ) {
    this.forward = new Int32Array(widest + 3);
    this.backward = new Int32Array(widest + 3);
  }

  /** @param box trimmed, so that a shortest script has an edit on each side of its middle; false when the budget ran out */
  run({ aFrom, aTo, bFrom, bTo }: Box): boolean {
    const { a, b } = this.matching;
    const { forward, backward } = this;
    const least = aFrom - bTo;
    const most = aTo - bFrom;
    // Index of diagonal d is d + shift; one more on each side holds the border.
    const shift = 1 - least;
    const start = aFrom - bFrom;
    const end = aTo - bTo;
    const odd = ((start - end) & 1) !== 0;
    let forwardLeast = start;
    let forwardMost = start;
    let backwardLeast = end;
    let backwardMost = end;
    forward[start + shift] = aFrom;
    backward[end + shift] = aTo;
    let budget = this.matching.budget;

    for (let edits = 1; ; edits++) {
      if (forwardLeast > least) forward[--forwardLeast - 1 + shift] = -1;
      else forwardLeast++;
      if (forwardMost < most) forward[++forwardMost + 1 + shift] = -1;
      else forwardMost--;
      let right = forward[forwardMost + 1 + shift] as number;
      for (let d = forwardMost; d >= forwardLeast; d -= 2) {
        const left = forward[d - 1 + shift] as number;
        // The greater of left + 1 and right without a branch, which nobody could foresee.
        const ahead = left + 1 - right;
        let x = right + (ahead & ~(ahead >> 31));
        right = left;
        const from = x;
        let y = x - d;
        while (x < aTo && y < bTo && a[x] === b[y]) {
          x++;
          y++;
        }
        forward[d + shift] = x;
        budget -= 1 + x - from;
        if (odd && d >= backwardLeast && d <= backwardMost && (backward[d + shift] as number) <= x) {
          return this.cut(x, y, budget);
        }
      }

      if (backwardLeast > least) backward[--backwardLeast - 1 + shift] = BEYOND;
      else backwardLeast++;
      if (backwardMost < most) backward[++backwardMost + 1 + shift] = BEYOND;
      else backwardMost--;
      right = backward[backwardMost + 1 + shift] as number;
      for (let d = backwardMost; d >= backwardLeast; d -= 2) {
        const left = backward[d - 1 + shift] as number;
        // The smaller of left and right - 1.
        const behind = left - right + 1;
        let x = right - 1 + (behind & (behind >> 31));
        right = left;
        const from = x;
        let y = x - d;
        while (x > aFrom && y > bFrom && a[x - 1] === b[y - 1]) {
          x--;
          y--;
        }
        backward[d + shift] = x;
        budget -= 1 + from - x;
        if (!odd && d >= forwardLeast && d <= forwardMost && x <= (forward[d + shift] as number)) {
          return this.cut(x, y, budget);
        }
      }

      if (budget <= 0) {
        this.matching.budget = budget;
        return false;
      }
      if (edits >= EDIT_CAP) {
        let best = -1;
        for (let d = forwardMost; d >= forwardLeast; d -= 2) {
          const x = Math.min(forward[d + shift] as number, aTo, bTo + d);
          if (x + x - d - aFrom - bFrom > best) {
            best = x + x - d - aFrom - bFrom;
            this.cut(x, x - d, budget);
          }
        }
        for (let d = backwardMost; d >= backwardLeast; d -= 2) {
          const x = Math.max(backward[d + shift] as number, aFrom, bFrom + d);
          if (aTo + bTo - x - x + d > best) {
            best = aTo + bTo - x - x + d;
            this.cut(x, x - d, budget);
          }
        }
        return true;
      }
    }
  }

  private cut(x: number, y: number, budget: number): true {
    this.splitA = x;
    this.splitB = y;
    this.matching.budget = budget;
    return true;
  }
}
