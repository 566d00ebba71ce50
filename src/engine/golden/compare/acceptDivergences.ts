import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "../behaviour.ts";
import type { Golden } from "../golden.ts";
import { BehaviourWriter } from "./behaviourWriter.ts";
import { findDifferences } from "./compareBehaviours.ts";
import type { Side, ThreadDifferences } from "./differences.ts";
import type { CompareOptions } from "./options.ts";

/**
 * The golden with some of a comparison's divergences taken over from the run, and everything else left as it is; comparing the run with
 * the result in the same way tells only the others. Sites are those of the sources as they are now; an event whose line is gone has none.
 * @param ids of divergences; unknown ones are left out
 */
export function acceptDivergences(
  golden: Golden,
  actual: Behaviour,
  options: CompareOptions,
  ids: readonly string[],
): Behaviour {
  const wanted = new Set(ids);
  const found = findDifferences(golden, actual, options);
  const plan = new Plan(golden.behaviour, actual, options.mapSite);
  for (const { group, divergence } of found.told) {
    if (!wanted.has(divergence.id)) continue;
    if (group.family === "exit") plan.setExit(group.pair, group.actual);
    if (group.family === "threads") {
      for (const { thread } of group.threads) plan.takeThread(group.side, thread);
    }
    const edits = group.family === "threads" ? group.creations : group.edits;
    for (const edit of edits) {
      if (edit.golden >= 0) plan.drop(edit.golden);
      if (edit.actual >= 0) plan.insert(found.differences.pairOf(edit), edit.actual);
    }
  }
  return plan.build(found.differences.pairs);
}

/** What is to be changed, collected first and carried out at once. */
class Plan {
  private readonly dropped: Uint8Array;
  /** Events of the run to insert behind an event of the golden, or before it. */
  private readonly behind = new Map<number, number[]>();
  private readonly before = new Map<number, number[]>();
  /** Events of the run to append to threads of the golden. */
  private readonly appended = new Map<number, number[]>();
  private readonly removedThreads = new Set<number>();
  private readonly addedThreads = new Set<number>();
  private readonly exits = new Map<number, number | string>();
  private readonly anchors = new Map<ThreadDifferences, { readonly actual: number[]; readonly golden: number[] }>();

  constructor(
    private readonly golden: Behaviour,
    private readonly actual: Behaviour,
    private readonly mapSite: CompareOptions["mapSite"],
  ) {
    this.dropped = new Uint8Array(golden.events.length);
  }

  setExit(pair: ThreadDifferences, exit: number | string): void {
    this.exits.set(pair.golden, exit);
  }

  takeThread(side: Side, thread: number): void {
    (side === "golden" ? this.removedThreads : this.addedThreads).add(thread);
  }

  drop(event: number): void {
    this.dropped[event] = 1;
  }

  /** Puts an event of the run behind the last one before it that the golden has, too. */
  insert(pair: ThreadDifferences, event: number): void {
    const { actual, golden } = this.anchorsOf(pair);
    let low = 0;
    let high = actual.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((actual[middle] as number) < event) low = middle + 1;
      else high = middle;
    }
    const first = pair.streams.golden.events[0];
    if (low > 0) append(this.behind, golden[low - 1] as number, event);
    else if (first !== undefined) append(this.before, first, event);
    else append(this.appended, pair.golden, event);
  }

  /** Matched events of a pair, ascending on both sides. */
  private anchorsOf(pair: ThreadDifferences): { readonly actual: number[]; readonly golden: number[] } {
    const known = this.anchors.get(pair);
    if (known !== undefined) return known;
    const made = { actual: [] as number[], golden: [] as number[] };
    for (const [i, j] of pair.partner.entries()) {
      if (j < 0) continue;
      made.golden.push(pair.streams.golden.events[i] as number);
      made.actual.push(pair.streams.actual.events[j] as number);
    }
    this.anchors.set(pair, made);
    return made;
  }

  build(pairs: readonly ThreadDifferences[]): Behaviour {
    const { golden, actual } = this;
    const sites = golden.sites.map((site) => this.placeNow(site));
    const out = new BehaviourWriter();
    const addGolden = (event: number): void => {
      const site = sites[golden.events.site[event] as number];
      out.add(shapeOf(golden, event), site ?? null, golden.events.startup[event] === 1);
    };
    const addActual = (event: number): void => {
      const site = actual.sites[actual.events.site[event] as number];
      out.add(shapeOf(actual, event), site ?? null, actual.events.startup[event] === 1);
    };

    const kept = golden.threads.flatMap((_, thread) => (this.removedThreads.has(thread) ? [] : [thread]));
    const placeOfGolden = new Map(kept.map((thread, place) => [thread, place]));
    const placeOfActual = new Map<number, number>();
    for (const pair of pairs) {
      const place = placeOfGolden.get(pair.golden);
      if (place !== undefined) placeOfActual.set(pair.actual, place);
    }

    for (const thread of kept) {
      const own = golden.threads[thread] as BehaviourThread;
      out.begin({ ...own, parent: placeOfGolden.get(own.parent) ?? -1, exit: this.exits.get(thread) ?? own.exit });
      for (let event = own.from; event < own.to; event++) {
        for (const each of inOrder(this.before.get(event))) addActual(each);
        if (this.dropped[event] === 0) addGolden(event);
        for (const each of inOrder(this.behind.get(event))) addActual(each);
      }
      for (const each of inOrder(this.appended.get(thread))) addActual(each);
    }
    for (const thread of [...this.addedThreads].sort((a, b) => a - b)) {
      const own = actual.threads[thread] as BehaviourThread;
      placeOfActual.set(thread, out.begin({ ...own, parent: placeOfActual.get(own.parent) ?? -1 }));
      for (let event = own.from; event < own.to; event++) addActual(event);
    }
    return out.done(this.exits.get(0) ?? golden.exit, golden.ruleHits);
  }

  private placeNow(site: BehaviourSite): BehaviourSite | null {
    const place = this.mapSite?.(site.file, site.line);
    return place === null ? null : { ...site, ...(place ?? {}) };
  }
}

const shapeOf = ({ shapes, events }: Behaviour, event: number): EventShape =>
  shapes[events.shape[event] as number] as EventShape;

const inOrder = (events: readonly number[] | undefined): readonly number[] => (events ?? []).toSorted((a, b) => a - b);

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
