/**
 * What a run did, in a form that two runs can be compared in: normalised, start-up marked, threads named by how they were made.
 * Made from a `Trace` by `behaviourOf`, from a golden by `goldenBehaviour`; comparison and golden files know nothing else.
 */
export interface Behaviour {
  readonly threads: readonly BehaviourThread[];
  readonly events: BehaviourEvents;
  /** Distinct events; `events.shape` indexes this. */
  readonly shapes: readonly EventShape[];
  readonly sites: readonly BehaviourSite[];
  /** How the first process ended; null where that was not seen. */
  readonly exit: number | string | null;
  /** How many texts each normalisation rule changed, by rule id; for `--explain`. */
  readonly ruleHits: ReadonlyMap<string, number>;
}

/** Events of all threads, one thread's after the other's, each in order; parallel columns. */
export interface BehaviourEvents {
  readonly length: number;
  /** Index into `Behaviour.shapes`. */
  readonly shape: Int32Array;
  /** Index into `Behaviour.threads`; never decreases. */
  readonly thread: Int32Array;
  /** Index into `Behaviour.sites`, -1 without. */
  readonly site: Int32Array;
  /** Row in the trace's `syscalls`, or event number in the golden file. */
  readonly row: Int32Array;
  /** 1 for loader and interpreter start-up. */
  readonly startup: Uint8Array;
}

/** An event without its place: two events with equal shapes do the same to the world. */
export interface EventShape {
  /** Canonical name (`openat` also for `open`) unless that rule is off. */
  readonly name: string;
  /** Normalised arguments. */
  readonly args: readonly string[];
  /** 0 where the number means nothing (descriptors, pids, addresses); NaN when the call did not return; -errno is not used, see `errno`. */
  readonly result: number;
  /** Exact decimal when `result` is beyond 2^53, else empty. */
  readonly resultText: string;
  readonly errno: string;
  /** What the result stands for: object of a new descriptor, key of a new thread; else empty. */
  readonly value: string;
  /** What the call acts on: normalised path, socket address, `pipe`, …; empty when on nothing. */
  readonly object: string;
  readonly class: EventClass;
  /** Does it change or observe the world outside the process? Only these are compared in `observable` mode. */
  readonly observable: boolean;
}

export const EVENT_CLASSES = [
  "file",
  "network",
  "pipe",
  "terminal",
  "process",
  "signal",
  "memory",
  "scheduling",
  "time",
  "info",
  "other",
] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];

export interface BehaviourThread {
  /** How it was made: `main`, `main>worker`, `main>gcc#2`. Unique within a behaviour. */
  readonly key: string;
  readonly role: "main" | "process" | "thread";
  readonly parent: number;
  readonly execs: readonly string[];
  /** Exit code or signal name; null where not seen. */
  readonly exit: number | string | null;
  /** Threads of one pool (same creator, same place, same kind) have the same text here; empty for a thread that is alone. */
  readonly pool: string;
  /** Range of its events. */
  readonly from: number;
  readonly to: number;
}

export interface BehaviourSite {
  /** Relative to the workspace with forward slashes; absolute when outside. */
  readonly file: string;
  readonly line: number;
  readonly function: string;
}
