import type { Variation } from "../../protocol/goldenFile.ts";
import type { Behaviour } from "./behaviour.ts";
import { type DifferenceOptions, type Differences, differencesOf } from "./compare/differences.ts";
import { type CallGroup, type Group, groupsOf, shapeOf } from "./compare/groups.ts";
import { threadLabel } from "./compare/threadPairs.ts";
import { EXIT_VARIATION, THREAD_VARIATION, VariationIndex } from "./compare/variationIndex.ts";

export interface LearnedVariation {
  /** Index of the sample to store. */
  readonly base: number;
  readonly varies: Variation[];
  /** Whether so much varies that a comparison would say little. */
  readonly unstable: boolean;
  /** Share of the base's compared events that do not vary; those that vary in arguments or order only count half. */
  readonly stableShare: number;
}

/** Less than this stable makes a golden useless. */
const LEAST_STABLE = 0.5;
/** Rounds after which whatever still differs is left out of the comparison altogether. Each round can only make it milder. */
const MAX_ROUNDS = 8;

/**
 * Learns what differs between recordings of the same program: compares each with one of them in the way that checks do, and notes the
 * least that must be overlooked until they are all equivalent.
 * @param samples at least one
 */
export function learnVariation(samples: readonly Behaviour[]): LearnedVariation {
  const base = baseOf(samples);
  const golden = samples[base];
  if (golden === undefined) throw new RangeError("Variation is learned from at least one sample");
  const learner = new Learner(samples);
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    let differs = false;
    for (const [i, sample] of samples.entries()) {
      if (i === base) continue;
      const differences = differencesOf(golden, sample, optionsWith(learner.varies));
      for (const group of groupsOf(differences)) {
        differs = true;
        learner.learn(differences, group, round === MAX_ROUNDS);
      }
    }
    if (!differs) break;
  }
  const varies = learner.varies;
  const stableShare = stableShareOf(golden, varies);
  return { base, varies, unstable: stableShare < LEAST_STABLE, stableShare };
}

function optionsWith(varies: readonly Variation[]): DifferenceOptions {
  // All samples were made from the same sources.
  return { mode: "observable", varies, ignore: [], mapSite: (file, line) => ({ file, line }) };
}

/** The sample that most others are equal to, or else the one of median length. */
function baseOf(samples: readonly Behaviour[]): number {
  const groups: number[][] = [];
  for (const [i, sample] of samples.entries()) {
    const same = groups.find(([first]) => {
      const other = samples[first ?? -1];
      return other !== undefined && groupsOf(differencesOf(other, sample, optionsWith([]))).length === 0;
    });
    if (same === undefined) groups.push([i]);
    else same.push(i);
  }
  const largest = groups.reduce((best, group) => (group.length > best.length ? group : best), groups[0] ?? []);
  if (largest.length > 1) return largest[0] ?? 0;
  const length = (i: number): number => samples[i]?.events.length ?? 0;
  const byLength = [...samples.keys()].sort((a, b) => length(a) - length(b) || a - b);
  return byLength[(byLength.length - 1) >> 1] ?? 0;
}

type Varies = Variation["varies"];
type Subject = Pick<Variation, "thread" | "name" | "object" | "function">;

const keyOf = ({ thread, name, object, function: inFunction }: Subject): string =>
  `${thread}\0${name}\0${object}\0${inFunction}`;

class Learner {
  private readonly known = new Map<string, { readonly subject: Subject; readonly varies: Set<Varies> }>();
  private readonly counts: readonly ReadonlyMap<string, number>[];

  constructor(samples: readonly Behaviour[]) {
    this.counts = samples.map(countsOf);
  }

  /** Sorted, so that the same samples give the same golden. */
  get varies(): Variation[] {
    const all = [...this.known].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return all.flatMap(([key, { subject, varies }]) => {
      const outright = (["presence", "count"] as const).find((kind) => varies.has(kind));
      const kinds: readonly Varies[] = outright === undefined ? [...varies].sort() : [outright];
      return kinds.map((kind): Variation => ({ ...subject, varies: kind, ...this.range(key) }));
    });
  }

  /** @param outright leave it out of the comparison, however it differs */
  learn(differences: Differences, group: Group, outright: boolean): void {
    if (group.family === "threads") {
      for (const { label } of group.threads) {
        this.add({ thread: label, name: THREAD_VARIATION, object: "", function: "" });
      }
    } else if (group.family === "exit") {
      this.add({ thread: group.label, name: EXIT_VARIATION, object: "", function: "" }, "arguments");
    } else {
      for (const subject of subjectsOf(differences, group)) this.learnCall(subject, group, outright);
    }
  }

  private learnCall(subject: Subject, { change: { what } }: CallGroup, outright: boolean): void {
    const { min, max } = this.range(keyOf(subject));
    const varies = this.known.get(keyOf(subject))?.varies ?? new Set<Varies>();
    const countsOnly = outright || min !== max || what === "error" || what === "size";
    // The least that could explain it, then the next.
    const steps: readonly Varies[] = what === "order" || what === "unordered" ? ["order"] : ["arguments", "order"];
    const step =
      countsOnly || (what === "arguments" && varies.has("arguments"))
        ? undefined
        : steps.find((each) => !varies.has(each));
    this.add(subject, step);
  }

  /** @param varies left out, it is how often or whether at all */
  private add(subject: Subject, varies?: Varies): void {
    const key = keyOf(subject);
    const kind = varies ?? (this.range(key).min === 0 ? "presence" : "count");
    const known = this.known.get(key);
    if (known === undefined) this.known.set(key, { subject, varies: new Set([kind]) });
    else known.varies.add(kind);
  }

  private range(key: string): { min: number; max: number } {
    const counts = this.counts.map((each) => each.get(key) ?? 0);
    return { min: Math.min(...counts), max: Math.max(...counts) };
  }
}

/** The calls that a group is about: one, unless it tells of a part that could not be aligned or of a call that moved to another function. */
function subjectsOf(differences: Differences, group: CallGroup): Subject[] {
  const subjects = new Map<string, Subject>();
  for (const edit of group.edits) {
    for (const side of ["golden", "actual"] as const) {
      const event = edit[side];
      if (event < 0) continue;
      const { name, object } = shapeOf(differences, side, event);
      const site = differences.sites[side].events.site[event] as number;
      const inFunction = differences.sites.functionName(differences.sites.functionId(side, site));
      const subject = { thread: group.label, name, object, function: inFunction };
      subjects.set(keyOf(subject), subject);
    }
  }
  return [...subjects.values()];
}

/** Calls back for every event that is compared in `observable` mode. */
function forEachObservable(behaviour: Behaviour, callback: (subject: Subject) => void): void {
  const { events, shapes, sites } = behaviour;
  for (let event = 0; event < events.length; event++) {
    const shape = shapes[events.shape[event] as number];
    if (shape?.observable !== true || events.startup[event] === 1) continue;
    callback({
      thread: threadLabel(behaviour, events.thread[event] as number),
      name: shape.name,
      object: shape.object,
      function: sites[events.site[event] as number]?.function ?? "",
    });
  }
}

/** How often each compared call is made, and how many threads of each kind there are. */
function countsOf(behaviour: Behaviour): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (subject: Subject): void => {
    const key = keyOf(subject);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const thread of behaviour.threads.keys()) {
    count({ thread: threadLabel(behaviour, thread), name: THREAD_VARIATION, object: "", function: "" });
  }
  forEachObservable(behaviour, count);
  return counts;
}

function stableShareOf(behaviour: Behaviour, varies: readonly Variation[]): number {
  const index = new VariationIndex(varies);
  let all = 0;
  let stable = 0;
  forEachObservable(behaviour, ({ thread, name, object, function: inFunction }) => {
    const found = [...index.find(thread, THREAD_VARIATION, ""), ...index.find(thread, name, object, inFunction)];
    all++;
    if (found.length === 0) stable += 1;
    else if (found.every((each) => each.varies === "arguments" || each.varies === "order")) stable += 0.5;
  });
  return all === 0 ? 1 : stable / all;
}
