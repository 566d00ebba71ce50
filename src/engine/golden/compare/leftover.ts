import type { Side } from "./differences.ts";
import { forEachDifference, type Stream } from "./streams.ts";

/** What of an event makes it the same call: its name and object, and the function it comes from. */
export interface Likeness {
  /** Number of the name and object of what an event does, below `subjects`. */
  readonly subjectOf: (token: number) => number;
  readonly subjects: number;
  /** Common number of the function that an event comes from, below `functions`. */
  readonly functionOf: (side: Side, event: number) => number;
  readonly functions: number;
}

/** A key below `size` for each event that is left over; equal keys are paired. */
export interface Keys {
  readonly golden: Int32Array;
  readonly actual: Int32Array;
  readonly size: number;
}

/** Combinations of call and function that are numbered without a map. */
const MAX_DENSE = 1 << 20;

/** What alignment has not matched on both sides, gap by gap; pairing takes it out. */
export class Leftover {
  /** Places in the streams, ascending. */
  private readonly left: { readonly golden: Int32Array; readonly actual: Int32Array };
  private readonly taken: { readonly golden: Uint8Array; readonly actual: Uint8Array };
  /** Where each gap ends in `left`. */
  private readonly gaps: { readonly golden: number; readonly actual: number }[] = [];

  constructor(
    private readonly golden: Stream,
    private readonly actual: Stream,
    partner: Int32Array,
  ) {
    let matched = 0;
    for (let i = 0; i < partner.length; i++) if ((partner[i] as number) >= 0) matched++;
    const inGolden = new Int32Array(golden.tokens.length - matched);
    const inActual = new Int32Array(actual.tokens.length - matched);
    let goldenEnd = 0;
    let actualEnd = 0;
    forEachDifference(partner, actual.tokens.length, ({ aFrom, aTo, bFrom, bTo }) => {
      for (let i = aFrom; i < aTo; i++) inGolden[goldenEnd++] = i;
      for (let j = bFrom; j < bTo; j++) inActual[actualEnd++] = j;
      this.gaps.push({ golden: goldenEnd, actual: actualEnd });
    });
    this.left = { golden: inGolden, actual: inActual };
    this.taken = { golden: new Uint8Array(inGolden.length), actual: new Uint8Array(inActual.length) };
  }

  /** What the events do. */
  tokens(): Keys {
    return this.keys((_, token) => token);
  }

  /** Their calls and objects. */
  subjects({ subjectOf, subjects }: Likeness): Keys {
    return this.keys((_, token) => subjectOf(token), subjects);
  }

  /** Their calls and objects, and the functions they come from. */
  places({ subjectOf, subjects, functionOf, functions }: Likeness): Keys {
    const { golden, actual } = this;
    const eventsOf = { golden: golden.events, actual: actual.events };
    const key = (side: Side, token: number, place: number): number =>
      subjectOf(token) * functions + functionOf(side, eventsOf[side][place] as number);
    if (subjects * functions <= MAX_DENSE) return this.keys(key, subjects * functions);
    const numbers = new Map<number, number>();
    return this.keys((side, token, place) => {
      const combined = key(side, token, place);
      let known = numbers.get(combined);
      if (known === undefined) {
        known = numbers.size;
        numbers.set(combined, known);
      }
      return known;
    });
  }

  /** Keys of what was not paired yet. @param size above all keys; found out when it is not given */
  private keys(keyOf: (side: Side, token: number, place: number) => number, size = 0): Keys {
    let most = size - 1;
    const column = (side: Side): Int32Array => {
      const { tokens } = this[side];
      const left = this.left[side];
      const taken = this.taken[side];
      const keys = new Int32Array(left.length);
      for (let at = 0; at < left.length; at++) {
        if (taken[at] === 1) continue;
        const place = left[at] as number;
        const key = keyOf(side, tokens[place] as number, place);
        if (key > most) most = key;
        keys[at] = key;
      }
      return keys;
    };
    const golden = column("golden");
    const actual = column("actual");
    return { golden, actual, size: most + 1 };
  }

  /**
   * Pairs places with equal keys, first come first served.
   * @param withinGap only those of one gap
   */
  pair(keys: Keys, withinGap: boolean, callback: (golden: number, actual: number) => void): void {
    const { left, taken } = this;
    // Queues by key, as linked lists. A stamp says whether the heads are of this span.
    const first = new Int32Array(keys.size);
    const last = new Int32Array(keys.size);
    const stamps = new Int32Array(keys.size);
    const next = new Int32Array(left.actual.length);
    const spans = withinGap ? this.gaps : [{ golden: left.golden.length, actual: left.actual.length }];
    let from = { golden: 0, actual: 0 };
    for (const [span, to] of spans.entries()) {
      if (from.golden < to.golden && from.actual < to.actual) {
        for (let at = from.actual; at < to.actual; at++) {
          if (taken.actual[at] === 1) continue;
          const key = keys.actual[at] as number;
          if (stamps[key] === span + 1) next[last[key] as number] = at;
          else {
            stamps[key] = span + 1;
            first[key] = at;
          }
          last[key] = at;
          next[at] = -1;
        }
        for (let at = from.golden; at < to.golden; at++) {
          if (taken.golden[at] === 1) continue;
          const key = keys.golden[at] as number;
          if (stamps[key] !== span + 1) continue;
          const head = first[key] as number;
          if (head === -1) continue;
          first[key] = next[head] as number;
          taken.golden[at] = 1;
          taken.actual[head] = 1;
          callback(left.golden[at] as number, left.actual[head] as number);
        }
      }
      from = to;
    }
  }

  rest(callback: (side: Side, place: number) => void): void {
    for (const side of ["golden", "actual"] as const) {
      const left = this.left[side];
      for (let at = 0; at < left.length; at++) if (this.taken[side][at] === 0) callback(side, left[at] as number);
    }
  }
}
