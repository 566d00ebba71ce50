import type { ThreadInfo } from "../trace/trace.ts";

/** How threads and processes are called: by what created them and what they are, never by an id. */
export interface ThreadOrigin {
  /** The executed program of a process, the given name of a thread, or the function that created it. */
  readonly label: string;
  /** The labels from the first process to here. Equal for what was made in the same way. */
  readonly path: string;
}

/** Where threads were created: function of the creating call, by index of the thread; empty where it is not known. */
export type CreationSites = ReadonlyMap<number, string>;

/** Longest label. */
const MAX_LABEL = 60;

/**
 * Labels and paths of all threads.
 * @param programName normalised base name of an executed program
 */
export function threadOrigins(
  threads: readonly ThreadInfo[],
  sites: CreationSites,
  programName: (path: string) => string,
): readonly ThreadOrigin[] {
  const origins: ThreadOrigin[] = [];
  for (const [index, thread] of threads.entries()) {
    const parent = origins[thread.parent];
    const isRoot = parent === undefined;
    const isMain = isRoot && (thread.role === "main" || index === 0);
    const label = isMain ? "main" : labelOf(thread, threads[thread.parent], sites.get(index) ?? "", programName);
    origins.push({ label, path: isRoot ? label : `${parent.path}>${label}` });
  }
  return origins;
}

function labelOf(
  thread: ThreadInfo,
  parent: ThreadInfo | undefined,
  site: string,
  programName: (path: string) => string,
): string {
  const [program] = thread.execs;
  if (thread.role !== "thread" && program !== undefined) return clean(programName(program)) || "program";
  if (thread.role === "thread") {
    const own = thread.name !== "" && thread.name !== parent?.name ? withoutCounter(clean(thread.name)) : "";
    return own || clean(site) || "thread";
  }
  return clean(site) || "fork";
}

/** `worker-3` and `worker-4` are of one kind; so are `pool-1-thread-2` and `pool-1-thread-3`. */
export function withoutCounter(name: string): string {
  return name.replace(/[\s\-_#:./[(]*\d+[\])]?$/, "").replace(/([-_])\d+([-_])/g, "$1$2");
}

/** Keeps what separates keys out of labels. */
function clean(name: string): string {
  const short = name.length > MAX_LABEL ? `${name.slice(0, MAX_LABEL - 1)}…` : name;
  return short.replace(/[>#\s]+/g, "_");
}

export interface KeyedThread {
  readonly key: string;
  readonly pool: string;
}

/**
 * Unique keys, and which threads form a pool. Siblings made in the same way are numbered in the order that `compare` gives them, so
 * that the keys do not depend on which of them happened to start first.
 * @param members threads to name, by index, parents before children
 * @param parentOf parent of each member among the members, -1 for none
 * @param compare orders two threads of one pool by what they did; 0 when it is the same, then the first created is first
 */
export function threadKeys(
  members: readonly number[],
  origins: readonly ThreadOrigin[],
  parentOf: (thread: number) => number,
  compare: (a: number, b: number) => number,
): ReadonlyMap<number, KeyedThread> {
  const pools = new Map<string, number[]>();
  const siblings = new Map<number, Map<string, number[]>>();
  for (const thread of members) {
    const origin = origins[thread] as ThreadOrigin;
    push(pools, origin.path, thread);
    const parent = parentOf(thread);
    let ofParent = siblings.get(parent);
    if (ofParent === undefined) {
      ofParent = new Map();
      siblings.set(parent, ofParent);
    }
    push(ofParent, origin.label, thread);
  }
  const number = new Map<number, number>();
  for (const ofParent of siblings.values()) {
    for (const group of ofParent.values()) {
      if (group.length > 1) group.sort((a, b) => compare(a, b) || a - b);
      for (const [index, thread] of group.entries()) number.set(thread, index + 1);
    }
  }
  const keys = new Map<number, KeyedThread>();
  for (const thread of members) {
    const { label, path } = origins[thread] as ThreadOrigin;
    const parent = keys.get(parentOf(thread))?.key;
    const ordinal = number.get(thread) ?? 1;
    const own = ordinal === 1 ? label : `${label}#${ordinal}`;
    const pool = (pools.get(path)?.length ?? 0) > 1 ? path : "";
    keys.set(thread, { key: parent === undefined ? own : `${parent}>${own}`, pool });
  }
  return keys;
}

function push<K>(groups: Map<K, number[]>, key: K, value: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
