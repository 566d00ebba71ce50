import type { EventShape } from "../behaviour.ts";
import type { Side, ThreadDifferences } from "./differences.ts";
import type { Edit } from "./edits.ts";
import { placeOf } from "./order.ts";

/** What is known of events and threads where it has to be decided whether a difference is only one of scheduling. */
export interface SchedulingFacts {
  /** Number of what an event does, as it was compared. */
  readonly tokenOf: (side: Side, label: string, event: number) => number;
  /** Whether a golden's event only looks at the world or waits, so that its place says who was ready first. */
  readonly isGlance: (event: number) => boolean;
  /** Whether a thread of the golden waits for several others, in the order that they come in. */
  readonly waitsForSeveral: (thread: number) => boolean;
  /** Whether a thread of the golden serves several connections as they are ready. */
  readonly isEventLoop: (thread: number) => boolean;
  readonly shapeOf: (side: Side, event: number) => EventShape;
}

/** The differences without those that only the order in which threads and processes were scheduled makes. */
export function withoutScheduling(pairs: readonly ThreadDifferences[], facts: SchedulingFacts): ThreadDifferences[] {
  const pools = new Map<string, ThreadDifferences[]>();
  for (const pair of pairs) {
    const workers = pools.get(pair.label);
    if (workers === undefined) pools.set(pair.label, [pair]);
    else workers.push(pair);
  }
  const shared = new Map<string, SharedWork>();
  for (const [label, workers] of pools) {
    const work = workers.length > 1 ? sharedWork(workers, facts) : undefined;
    if (work !== undefined) shared.set(label, work);
  }
  return pairs.map((pair) => {
    const settled = settle(pair, shared.get(pair.label));
    const served = facts.isEventLoop(pair.golden) ? withoutServing(settled, facts) : settled;
    if (!facts.waitsForSeveral(pair.golden)) return served;
    return withoutMoved(served, (edit) => facts.isGlance(edit.golden) || crossesOnlyGlances(served, edit, facts));
  });
}

/** Events that one worker of a pool has less and another one more. */
interface SharedWork {
  readonly golden: ReadonlySet<number>;
  readonly actual: ReadonlySet<number>;
}

/** Which worker of a pool gets which piece of work is up to scheduling. */
function sharedWork(workers: readonly ThreadDifferences[], { tokenOf }: SchedulingFacts): SharedWork | undefined {
  const missing = new Map<number, number[]>();
  for (const { edits, label } of workers) {
    for (const { kind, golden } of edits) {
      if (kind !== "removed" && kind !== "changed") continue;
      const token = tokenOf("golden", label, golden);
      const known = missing.get(token);
      if (known === undefined) missing.set(token, [golden]);
      else known.push(golden);
    }
  }
  if (missing.size === 0) return undefined;
  const work = { golden: new Set<number>(), actual: new Set<number>() };
  for (const { edits, label } of workers) {
    for (const { kind, actual } of edits) {
      if (kind !== "added" && kind !== "changed") continue;
      const partner = missing.get(tokenOf("actual", label, actual))?.pop();
      if (partner === undefined) continue;
      work.golden.add(partner);
      work.actual.add(actual);
    }
  }
  return work.golden.size === 0 ? undefined : work;
}

/** Takes out what another worker did, and with it the order: the pieces of work are others. */
function settle(pair: ThreadDifferences, work: SharedWork | undefined): ThreadDifferences {
  if (work === undefined) return pair;
  let matched = pair.matched;
  const edits: Edit[] = [];
  for (const edit of pair.edits) {
    const golden = edit.golden >= 0 && !work.golden.has(edit.golden) ? edit.golden : -1;
    const actual = edit.actual >= 0 && !work.actual.has(edit.actual) ? edit.actual : -1;
    // Each match is counted where the golden has it.
    if (edit.golden >= 0 && golden === -1) matched++;
    if (golden >= 0 && actual >= 0) edits.push(edit);
    else if (golden >= 0) edits.push({ kind: "removed", golden, actual: -1 });
    else if (actual >= 0) edits.push({ kind: "added", golden: -1, actual });
  }
  return withoutMoved({ ...pair, edits, matched }, () => true);
}

/**
 * In an event loop the order of what is done with connections is that in which they were ready, and other connections come between the
 * chunks of one, so that these are not in a row.
 */
function withoutServing(pair: ThreadDifferences, { shapeOf }: SchedulingFacts): ThreadDifferences {
  const isConnection = (side: Side, event: number): boolean => {
    const { class: of } = shapeOf(side, event);
    return of === "network" || of === "pipe";
  };
  const ordered = withoutMoved(pair, ({ golden }) => isConnection("golden", golden));
  const subject = ({ name, object }: EventShape): string => `${name}\0${object}`;
  const isChunk = (side: Side, event: number): boolean =>
    isConnection(side, event) && shapeOf(side, event).args.includes("<size>");
  const onBoth = { golden: new Set<string>(), actual: new Set<string>() };
  for (const side of ["golden", "actual"] as const) {
    if (!ordered.edits.some(({ kind }) => kind === "added" || kind === "removed")) break;
    for (const event of pair.streams[side].events) {
      if (isChunk(side, event)) onBoth[side].add(subject(shapeOf(side, event)));
    }
  }
  const edits = ordered.edits.filter(({ kind, golden, actual }) => {
    if (kind === "removed")
      return !(isChunk("golden", golden) && onBoth.actual.has(subject(shapeOf("golden", golden))));
    return !(kind === "added" && isChunk("actual", actual) && onBoth.golden.has(subject(shapeOf("actual", actual))));
  });
  return { ...ordered, edits };
}

/** Matches that are looked at to find out what an event has changed places with. */
const MOST_CROSSED = 64;

/** Whether an event has changed places with nothing but looks: then it is they that moved. */
function crossesOnlyGlances(pair: ThreadDifferences, { golden, actual }: Edit, { isGlance }: SchedulingFacts): boolean {
  const { streams, partner } = pair;
  const from = placeOf(streams.golden.events, golden);
  const to = placeOf(streams.actual.events, actual);
  for (const step of [1, -1]) {
    let seen = 0;
    for (let i = from + step; i >= 0 && i < partner.length; i += step) {
      const j = partner[i] as number;
      if (j < 0) continue;
      if (step > 0 ? j > to : j < to) break;
      if (++seen > MOST_CROSSED || !isGlance(streams.golden.events[i] as number)) return false;
    }
  }
  return true;
}

function withoutMoved(pair: ThreadDifferences, meansNothing: (edit: Edit) => boolean): ThreadDifferences {
  const edits = pair.edits.filter((edit) => edit.kind !== "moved" || !meansNothing(edit));
  return { ...pair, edits, matched: pair.matched + pair.edits.length - edits.length };
}
