import type { IgnoreRule } from "../../../protocol/goldenConfig.ts";
import type { ComparisonMode, Variation } from "../../../protocol/goldenFile.ts";
import type { AlignLimits } from "../align/align.ts";
import type { Behaviour, EventShape } from "../behaviour.ts";
import { countEdits, type Edit, editsOf } from "./edits.ts";
import { type Excluded, Exclusions, type Treatment } from "./exclusions.ts";
import type { CompareOptions } from "./options.ts";
import { withoutScheduling } from "./scheduling.ts";
import { isGlance } from "./severity.ts";
import { SiteIndex } from "./siteIndex.ts";
import { alignStreams, type Stream } from "./streams.ts";
import { matchThreads, threadLabel } from "./threadPairs.ts";
import { THREAD_VARIATION, VariationIndex } from "./variationIndex.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";

export type Side = "golden" | "actual";

export interface DifferenceOptions {
  readonly mode: ComparisonMode;
  readonly varies: readonly Variation[];
  readonly ignore: readonly IgnoreRule[];
  readonly mapSite?: CompareOptions["mapSite"];
  readonly limits?: AlignLimits;
  /** What of a shape is compared; everything by default. */
  readonly vocabulary?: Vocabulary;
  /** Compares start-up and calls that do nothing to the world in every mode. */
  readonly everything?: boolean;
  /** Leaves out calls that did not return, as tables of counts do. */
  readonly returnedOnly?: boolean;
  /** Compares the first thread only, whatever its key. */
  readonly firstThreadOnly?: boolean;
}

/** Two threads that were compared. */
export interface ThreadDifferences {
  readonly golden: number;
  readonly actual: number;
  readonly label: string;
  readonly streams: { readonly golden: Stream; readonly actual: Stream };
  /** Events that are compared, but not in order. */
  readonly unordered: { readonly golden: Stream; readonly actual: Stream };
  /** For each event of the golden's stream its match in the run's stream, or -1. */
  readonly partner: Int32Array;
  readonly edits: readonly Edit[];
  readonly matched: number;
  /** Events of both sides in parts that alignment gave up. */
  readonly givenUp: number;
}

export interface UnmatchedThread {
  readonly thread: number;
  readonly label: string;
  readonly events: Int32Array;
}

/** Everything in which two behaviours differ, before it is told. */
export interface Differences {
  readonly vocabulary: Vocabulary;
  readonly sites: SiteIndex;
  readonly pairs: readonly ThreadDifferences[];
  /** The threads that an edit is of. */
  readonly pairOf: (edit: Edit) => ThreadDifferences;
  readonly removedThreads: readonly UnmatchedThread[];
  readonly addedThreads: readonly UnmatchedThread[];
  readonly excluded: readonly Excluded[];
  readonly varies: VariationIndex;
  /** Events that the mode wants compared, and how many of them were. */
  readonly wanted: { readonly golden: number; readonly actual: number };
  readonly compared: { readonly golden: number; readonly actual: number };
}

/** Matches threads, aligns them and collects what differs. */
export function differencesOf(golden: Behaviour, actual: Behaviour, options: DifferenceOptions): Differences {
  return new DifferenceFinder(golden, actual, options).run();
}

class DifferenceFinder {
  private readonly vocabulary: Vocabulary;
  private readonly sites: SiteIndex;
  private readonly exclusions: Exclusions;
  private readonly varies: VariationIndex;
  /** By label, then by call and function. */
  private readonly treatments = new Map<string, Map<number, Treatment>>();
  private readonly wanted = { golden: 0, actual: 0 };
  private readonly streamCache: { readonly [side in Side]: Map<number, ThreadStreams> } = {
    golden: new Map(),
    actual: new Map(),
  };

  constructor(
    private readonly golden: Behaviour,
    private readonly actual: Behaviour,
    private readonly options: DifferenceOptions,
  ) {
    this.vocabulary = options.vocabulary ?? vocabularyOf(golden, actual);
    this.sites = new SiteIndex(golden, actual, options.mapSite);
    this.varies = new VariationIndex(options.varies);
    this.exclusions = new Exclusions(this.varies, options.ignore);
  }

  run(): Differences {
    const { golden, actual, options } = this;
    const match =
      options.firstThreadOnly === true
        ? { pairs: [{ golden: 0, actual: 0 }], removed: [], added: [] }
        : matchThreads(golden, actual, (side, thread) => this.streams(side, thread).ordered.tokens);
    const compared = match.pairs.map((pair) => this.compare(pair.golden, pair.actual));
    const inOrder = options.mode === "strict" || options.everything === true;
    const children = childrenOf(golden);
    const loops = eventLoops(golden);
    const pairs = withoutScheduling(compared, {
      tokenOf: (side, label, event) => this.tokenOf(side, label, event),
      isGlance: (event) => {
        const name = golden.shapes[golden.events.shape[event] as number]?.name ?? "";
        return isGlance(name) || name === "wait4" || name === "waitid";
      },
      isEventLoop: (thread) => !inOrder && loops(thread),
      shapeOf: (side, event) => this[side].shapes[this[side].events.shape[event] as number] as EventShape,
      waitsForSeveral: (thread) => !inOrder && (children[thread] as number) > 1,
    });
    const removedThreads = this.unmatched("golden", match.removed, pairs);
    const addedThreads = this.unmatched("actual", match.added, pairs);
    const count = (side: Side): number => {
      let sum = 0;
      for (const { ordered, unordered } of this.streamCache[side].values()) {
        sum += ordered.events.length + unordered.events.length;
      }
      return sum;
    };
    return {
      vocabulary: this.vocabulary,
      sites: this.sites,
      pairs,
      pairOf: pairFinder(golden, actual, pairs),
      removedThreads,
      addedThreads,
      excluded: this.exclusions.excluded,
      varies: this.varies,
      wanted: this.wanted,
      compared: { golden: count("golden"), actual: count("actual") },
    };
  }

  private compare(golden: number, actual: number): ThreadDifferences {
    const left = this.streams("golden", golden);
    const right = this.streams("actual", actual);
    const { subject } = this.vocabulary;
    const subjectOf = (token: number): number => this.subjectOf(token, subject);
    const likeness = {
      subjectOf,
      subjects: this.vocabulary.subjects,
      functionOf: (side: Side, event: number) => this.sites.functionId(side, this.siteOf(side, event)),
      functions: this.sites.functionCount,
    };
    const streams = { golden: left.ordered, actual: right.ordered };
    const unordered = { golden: left.unordered, actual: right.unordered };
    const base = { golden, actual, label: threadLabel(this.golden, golden), streams, unordered };
    if (this.options.mode === "counts") {
      const edits = countEdits(left.ordered, right.ordered, subjectOf);
      const removed = edits.filter(({ kind }) => kind === "removed").length;
      const partner = new Int32Array(left.ordered.events.length).fill(-1);
      return { ...base, partner, edits, matched: left.ordered.events.length - removed, givenUp: 0 };
    }
    const alignment = alignStreams(
      left.ordered,
      right.ordered,
      (side, event) => this.sites.lineId(side, this.siteOf(side, event)),
      this.options.limits,
    );
    const edits = editsOf(left.ordered, right.ordered, alignment, likeness);

    const nothing = { partner: new Int32Array(unordered.golden.events.length).fill(-1), matched: 0, givenUp: [] };
    let inAnyOrder = 0;
    for (const edit of editsOf(unordered.golden, unordered.actual, nothing, likeness)) {
      if (edit.kind === "moved") inAnyOrder++;
      else edits.push(edit);
    }
    const givenUp = alignment.givenUp.reduce((sum, box) => sum + box.aTo - box.aFrom + (box.bTo - box.bFrom), 0);
    return { ...base, partner: alignment.partner, edits, matched: alignment.matched + inAnyOrder, givenUp };
  }

  private unmatched(side: Side, threads: readonly number[], pairs: readonly ThreadDifferences[]): UnmatchedThread[] {
    const behaviour = this[side];
    const paired = new Set(pairs.map((pair) => pair.label));
    const told: UnmatchedThread[] = [];
    for (const thread of threads) {
      if (this.options.mode !== "strict" && isStartup(behaviour, thread)) continue;
      const label = threadLabel(behaviour, thread);
      const { events } = this.streams(side, thread).ordered;
      const variation = this.varies.find(label, THREAD_VARIATION, "")[0];
      // Every sample had one of them.
      const expected = variation?.varies === "count" && variation.min > 0 && !paired.has(label);
      if (variation === undefined || (expected && side === "golden")) {
        told.push({ thread, label, events });
        continue;
      }
      this.streamCache[side].delete(thread);
      this.exclusions.excluded.push({
        reason: "varies",
        thread: label,
        name: THREAD_VARIATION,
        object: "",
        function: "",
        why: `${variation.min === variation.max ? "" : `${variation.min} to `}${variation.max} of them in the samples`,
        expected: false,
        min: variation.min,
        max: variation.max,
        golden: side === "golden" ? 1 : 0,
        actual: side === "actual" ? 1 : 0,
        goldenEvents: [],
      });
    }
    return told;
  }

  private streams(side: Side, thread: number): ThreadStreams {
    const cached = this.streamCache[side].get(thread);
    if (cached !== undefined) return cached;
    const made = this.makeStreams(side, thread);
    this.streamCache[side].set(thread, made);
    return made;
  }

  private makeStreams(side: Side, thread: number): ThreadStreams {
    const behaviour = this[side];
    const { events, shapes, threads } = behaviour;
    const { from, to } = threads[thread] ?? { from: 0, to: 0 };
    const { observable } = this.vocabulary;
    const tokens = this.vocabulary[side];
    const strict = this.options.mode === "strict" || this.options.everything === true;
    const returnedOnly = this.options.returnedOnly === true;
    const label = threadLabel(behaviour, thread);
    const plain = this.exclusions.none;
    const ordered = new StreamBuilder(to - from);
    const unordered = new StreamBuilder(plain ? 0 : to - from);
    for (let event = from; event < to; event++) {
      const token = tokens[events.shape[event] as number] as number;
      if (!strict && (events.startup[event] === 1 || observable[token] === 0)) continue;
      if (returnedOnly && Number.isNaN(shapes[events.shape[event] as number]?.result)) continue;
      this.wanted[side]++;
      if (plain) {
        ordered.add(event, token);
        continue;
      }
      const treatment = this.treatmentOf(side, label, token, event);
      if (treatment.kind === "compared") ordered.add(event, token);
      else if (treatment.kind === "loose") ordered.add(event, this.loose(token));
      else if (treatment.kind === "unordered") unordered.add(event, treatment.loose ? this.loose(token) : token);
      else {
        treatment.excluded[side]++;
        if (side === "golden" && treatment.excluded.expected) treatment.excluded.goldenEvents.push(event);
      }
    }
    return { ordered: ordered.done(), unordered: unordered.done() };
  }

  private treatmentOf(side: Side, label: string, token: number, event: number): Treatment {
    const { shapes, subject } = this.vocabulary;
    const functionId = this.sites.functionId(side, this.siteOf(side, event));
    let ofLabel = this.treatments.get(label);
    if (ofLabel === undefined) {
      ofLabel = new Map();
      this.treatments.set(label, ofLabel);
    }
    const key = (subject[token] as number) * this.sites.functionCount + functionId;
    const known = ofLabel.get(key);
    if (known !== undefined) return known;
    const shape = shapes[token];
    if (shape === undefined) throw new RangeError(`No shape has token ${token}`);
    const made = this.exclusions.treatmentOf(
      label,
      shape,
      this.sites.fileName(functionId),
      this.sites.functionName(functionId),
    );
    ofLabel.set(key, made);
    return made;
  }

  /** What an event does, as it is compared. */
  private tokenOf(side: Side, label: string, event: number): number {
    const token = this.vocabulary[side][this[side].events.shape[event] as number] as number;
    if (this.exclusions.none) return token;
    const treatment = this.treatmentOf(side, label, token, event);
    const loose = treatment.kind === "loose" || (treatment.kind === "unordered" && treatment.loose);
    return loose ? this.loose(token) : token;
  }

  private readonly looseSubjects = new Map<number, number>();

  private loose(token: number): number {
    const loose = this.vocabulary.looseToken(token);
    this.looseSubjects.set(loose, this.vocabulary.subject[token] as number);
    return loose;
  }

  private subjectOf(token: number, subject: Int32Array): number {
    return token < subject.length ? (subject[token] as number) : (this.looseSubjects.get(token) ?? -1);
  }

  private siteOf(side: Side, event: number): number {
    return this[side].events.site[event] as number;
  }
}

function pairFinder(golden: Behaviour, actual: Behaviour, pairs: readonly ThreadDifferences[]): Differences["pairOf"] {
  const byGolden = new Map(pairs.map((pair) => [pair.golden, pair]));
  const byActual = new Map(pairs.map((pair) => [pair.actual, pair]));
  return (edit) => {
    const found =
      edit.golden >= 0
        ? byGolden.get(golden.events.thread[edit.golden] as number)
        : byActual.get(actual.events.thread[edit.actual] as number);
    if (found === undefined) throw new RangeError("An edit is of threads that were compared");
    return found;
  };
}

/** What of a thread is compared in order, and what without. */
interface ThreadStreams {
  readonly ordered: Stream;
  readonly unordered: Stream;
}

class StreamBuilder {
  private readonly events: Int32Array;
  private readonly tokens: Int32Array;
  private length = 0;

  constructor(capacity: number) {
    this.events = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
  }

  add(event: number, token: number): void {
    this.events[this.length] = event;
    this.tokens[this.length++] = token;
  }

  done(): Stream {
    return { events: this.events.subarray(0, this.length), tokens: this.tokens.subarray(0, this.length) };
  }
}

const POLLING = new Set(["epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"]);

/** Tells whether a thread has asked more than once which of several descriptors is ready. */
function eventLoops({ events, shapes, threads }: Behaviour): (thread: number) => boolean {
  const polling = shapes.map(({ name }) => POLLING.has(name));
  if (!polling.includes(true)) return () => false;
  return (thread) => {
    const { from, to } = threads[thread] ?? { from: 0, to: 0 };
    let seen = 0;
    for (let event = from; event < to && seen < 2; event++) {
      if (events.startup[event] === 0 && polling[events.shape[event] as number] === true) seen++;
    }
    return seen > 1;
  };
}

/** How many threads and processes each thread made. */
function childrenOf({ threads }: Behaviour): Int32Array {
  const counts = new Int32Array(threads.length);
  for (const { parent } of threads) if (parent >= 0) (counts[parent] as number)++;
  return counts;
}

/** Whether all that a thread did belongs to start-up, as for the helpers of a version manager. */
function isStartup({ threads, events }: Behaviour, thread: number): boolean {
  const { from, to } = threads[thread] ?? { from: 0, to: 0 };
  for (let event = from; event < to; event++) if (events.startup[event] !== 1) return false;
  return from < to;
}
