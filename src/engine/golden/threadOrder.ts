import type { EventShape } from "./behaviour.ts";
import { type ThreadOrigin, threadKeys } from "./threadKeys.ts";

export interface OrderedThread {
  readonly thread: number;
  readonly key: string;
  readonly pool: string;
}

interface ThreadRows {
  /** Threads that have a place of their own. */
  readonly members: readonly number[];
  readonly origins: readonly ThreadOrigin[];
  readonly parentOf: (thread: number) => number;
  readonly shapes: readonly EventShape[];
  readonly shapeOf: Int32Array;
  readonly rows: ReadonlyMap<number, Int32Array>;
  readonly startup: Uint8Array;
}

/**
 * Names the threads and brings them into an order that does not depend on which was scheduled first: a thread is followed by those it
 * made, siblings stand in the order of their keys, workers of a pool in the order of what they did.
 */
export function orderThreads(input: ThreadRows): OrderedThread[] {
  const { members, origins, parentOf } = input;
  const keys = threadKeys(members, origins, parentOf, byContent(input));
  const children = new Map<number, number[]>();
  for (const thread of members) {
    const parent = parentOf(thread);
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [thread]);
    else list.push(thread);
  }
  const ordered: OrderedThread[] = [];
  // A stack and not recursion: chains of forks can be long.
  const waiting = [...(children.get(-1) ?? [])].reverse();
  while (waiting.length > 0) {
    const thread = waiting.pop() as number;
    const { key, pool } = keys.get(thread) ?? { key: "", pool: "" };
    ordered.push({ thread, key, pool });
    const sorted = (children.get(thread) ?? []).sort(
      (a, b) => compareKeys(keys.get(a)?.key ?? "", keys.get(b)?.key ?? "") || a - b,
    );
    for (const child of sorted.reverse()) waiting.push(child);
  }
  return ordered;
}

function compareKeys(a: string, b: string): number {
  const left = splitKey(a);
  const right = splitKey(b);
  return left.label < right.label ? -1 : left.label > right.label ? 1 : left.number - right.number;
}

function splitKey(key: string): { label: string; number: number } {
  const match = /^(.*)#(\d+)$/.exec(key);
  return match === null ? { label: key, number: 1 } : { label: match[1] ?? "", number: Number(match[2]) };
}

/** Orders threads by what they did: their observable events, one after the other, as texts; then by what their descendants did. */
function byContent({
  members,
  parentOf,
  shapes,
  shapeOf,
  rows,
  startup,
}: ThreadRows): (a: number, b: number) => number {
  let ranks: Int32Array | undefined;
  const own = new Map<number, Int32Array>();
  const below = new Map<number, string>();
  const sequence = (thread: number): Int32Array => {
    ranks ??= rankShapes(shapes);
    let list = own.get(thread);
    if (list === undefined) {
      const all = rows.get(thread) ?? new Int32Array(0);
      list = all
        .filter((row) => startup[row] === 0 && (shapes[shapeOf[row] as number] as EventShape).observable)
        .map((row) => (ranks as Int32Array)[shapeOf[row] as number] as number);
      own.set(thread, list);
    }
    return list;
  };
  const childrenOf = new Map<number, number[]>();
  for (const thread of members) {
    const parent = parentOf(thread);
    const list = childrenOf.get(parent);
    if (list === undefined) childrenOf.set(parent, [thread]);
    else list.push(thread);
  }
  const descendants = (thread: number, depth = 0): string => {
    if (depth > 64) return "";
    let text = below.get(thread);
    if (text === undefined) {
      text = (childrenOf.get(thread) ?? [])
        .map((child) => `${digest(sequence(child))}(${descendants(child, depth + 1)})`)
        .sort()
        .join(",");
      below.set(thread, text);
    }
    return text;
  };
  return (a, b) => {
    const left = sequence(a);
    const right = sequence(b);
    const shared = Math.min(left.length, right.length);
    for (let index = 0; index < shared; index++) {
      const difference = (left[index] as number) - (right[index] as number);
      if (difference !== 0) return difference;
    }
    if (left.length !== right.length) return left.length - right.length;
    const leftBelow = descendants(a);
    const rightBelow = descendants(b);
    return leftBelow < rightBelow ? -1 : leftBelow > rightBelow ? 1 : 0;
  };
}

/** Places of shapes in the order of their texts. */
function rankShapes(shapes: readonly EventShape[]): Int32Array {
  const texts = shapes.map(({ name, args, result, errno, value }) => [name, ...args, result, errno, value].join("\0"));
  const order = Int32Array.from(texts.keys()).sort((a, b) => {
    const left = texts[a] as string;
    const right = texts[b] as string;
    return left < right ? -1 : left > right ? 1 : 0;
  });
  const ranks = new Int32Array(shapes.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank] as number] = rank;
  return ranks;
}

function digest(values: Int32Array): string {
  let hash = values.length;
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 13);
  return (hash >>> 0).toString(16);
}
