import type { Behaviour } from "../behaviour.ts";

/** Threads of the two sides that are compared with each other, and those that have no counterpart. */
export interface ThreadMatch {
  readonly pairs: readonly { readonly golden: number; readonly actual: number }[];
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

/** Workers of one pool that are compared with each other to find who does the same; beyond it they are taken in order. */
const MAX_COMPARED_WORKERS = 64;

/** The name that a thread's differences go by: its key without numbers, so that workers of a pool are told together. */
export function threadLabel({ threads }: Behaviour, thread: number): string {
  return labelOfKey(threads[thread]?.key ?? "");
}

export function labelOfKey(key: string): string {
  return key.replace(/#\d+/g, "");
}

/**
 * Pairs threads by how they were made. Workers of a pool are a multiset: those that did exactly the same are paired first, then the ones
 * that did the most alike, so that it does not matter which worker got which piece of work.
 * @param tokensOf what a thread did, without what is not compared
 */
export function matchThreads(
  golden: Behaviour,
  actual: Behaviour,
  tokensOf: (side: "golden" | "actual", thread: number) => Int32Array,
): ThreadMatch {
  const goldenGroups = groupsOf(golden);
  const actualGroups = groupsOf(actual);
  const pairs: { golden: number; actual: number }[] = [];
  const removed: number[] = [];
  const added: number[] = [];
  for (const [label, left] of goldenGroups) {
    const right = actualGroups.get(label) ?? [];
    const alone = left.length === 1 && right.length === 1;
    const rest = alone ? { left, right } : pairEqual(left, right, tokensOf, pairs);
    if (!alone) pairSimilar(rest, tokensOf, pairs);
    else pairs.push({ golden: left[0] as number, actual: right[0] as number });
    if (alone) continue;
    removed.push(...rest.left);
    added.push(...rest.right);
  }
  for (const [label, right] of actualGroups) if (!goldenGroups.has(label)) added.push(...right);
  const ascending = (a: number, b: number): number => a - b;
  return {
    pairs: pairs.sort((a, b) => a.golden - b.golden),
    removed: removed.sort(ascending),
    added: added.sort(ascending),
  };
}

function groupsOf(behaviour: Behaviour): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const thread of behaviour.threads.keys()) {
    const label = threadLabel(behaviour, thread);
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [thread]);
    else group.push(thread);
  }
  return groups;
}

interface Unpaired {
  left: number[];
  right: number[];
}

type TokensOf = (side: "golden" | "actual", thread: number) => Int32Array;

function pairEqual(
  left: number[],
  right: number[],
  tokensOf: TokensOf,
  pairs: { golden: number; actual: number }[],
): Unpaired {
  const waiting = new Map<number, number[]>();
  for (const thread of left) {
    const hash = hashOf(tokensOf("golden", thread));
    const same = waiting.get(hash);
    if (same === undefined) waiting.set(hash, [thread]);
    else same.push(thread);
  }
  const taken = new Set<number>();
  const rest: Unpaired = { left: [], right: [] };
  for (const thread of right) {
    const tokens = tokensOf("actual", thread);
    const candidates = waiting.get(hashOf(tokens)) ?? [];
    const at = candidates.findIndex((candidate) => equal(tokensOf("golden", candidate), tokens));
    if (at === -1) {
      rest.right.push(thread);
    } else {
      const [partner] = candidates.splice(at, 1) as [number];
      taken.add(partner);
      pairs.push({ golden: partner, actual: thread });
    }
  }
  rest.left = left.filter((thread) => !taken.has(thread));
  return rest;
}

/** Pairs what is left, most alike first, until one side is used up; takes the paired ones out of `rest`. */
function pairSimilar(rest: Unpaired, tokensOf: TokensOf, pairs: { golden: number; actual: number }[]): void {
  if (rest.left.length <= MAX_COMPARED_WORKERS && rest.right.length <= MAX_COMPARED_WORKERS) {
    const rightCounts = rest.right.map((thread) => countsOf(tokensOf("actual", thread)));
    const candidates = rest.left.flatMap((golden) => {
      const counts = countsOf(tokensOf("golden", golden));
      return rest.right.map((actual, i) => ({
        golden,
        actual,
        distance: distance(counts, rightCounts[i] ?? new Map()),
      }));
    });
    candidates.sort((a, b) => a.distance - b.distance || a.golden - b.golden || a.actual - b.actual);
    const taken = { golden: new Set<number>(), actual: new Set<number>() };
    for (const { golden, actual } of candidates) {
      if (taken.golden.has(golden) || taken.actual.has(actual)) continue;
      taken.golden.add(golden);
      taken.actual.add(actual);
      pairs.push({ golden, actual });
    }
    rest.left = rest.left.filter((thread) => !taken.golden.has(thread));
    rest.right = rest.right.filter((thread) => !taken.actual.has(thread));
    return;
  }
  const both = Math.min(rest.left.length, rest.right.length);
  for (let i = 0; i < both; i++) pairs.push({ golden: rest.left[i] as number, actual: rest.right[i] as number });
  rest.left = rest.left.slice(both);
  rest.right = rest.right.slice(both);
}

function hashOf(tokens: Int32Array): number {
  let hash = tokens.length;
  for (const token of tokens) hash = (Math.imul(hash, 0x01000193) ^ token) | 0;
  return hash;
}

const equal = (a: Int32Array, b: Int32Array): boolean => a.length === b.length && a.every((token, i) => token === b[i]);

function countsOf(tokens: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function distance(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [token, count] of a) sum += Math.abs(count - (b.get(token) ?? 0));
  for (const [token, count] of b) if (!a.has(token)) sum += count;
  return sum;
}
