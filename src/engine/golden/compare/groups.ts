import type { DivergenceKind } from "../../../protocol/comparison.ts";
import type { EventShape } from "../behaviour.ts";
import { CREATING_CALLS } from "../creatingCalls.ts";
import type { Differences, Side, ThreadDifferences, UnmatchedThread } from "./differences.ts";
import type { Edit } from "./edits.ts";
import type { Excluded } from "./exclusions.ts";
import { labelOfKey } from "./threadPairs.ts";
import { EXIT_VARIATION } from "./variationIndex.ts";
import { wordingOf } from "./wording.ts";

/** Differences that are told together: the same kind of difference in the same call on the same object in the same function. */
export interface CallGroup {
  readonly family: "calls";
  readonly kind: DivergenceKind;
  readonly label: string;
  /** Token of one of its events. */
  readonly token: number;
  readonly functionId: number;
  readonly edits: Edit[];
  /** Calls of this kind in this function, on both sides, with those that are equal. */
  readonly total: { readonly golden: number; readonly actual: number };
  /** Whether the golden calls it on this object anywhere in the thread. */
  readonly known: boolean;
  readonly change: Change;
  /** Several groups that are told as one; `edits` are those of all of them. */
  readonly folded?: {
    /** What one object has to do with, the same with other objects, or a part that moved. */
    readonly what: "object" | "others" | "block";
    /** What was folded; groups of these may be folded themselves. */
    readonly groups: readonly CallGroup[];
    /** The single groups, the leading one first. */
    readonly members: readonly CallGroup[];
  };
}

/** What has changed about changed calls. */
export type Change =
  | { readonly what: "none" | "arguments" | "order" | "unordered" }
  | { readonly what: "error"; readonly golden: string; readonly actual: string }
  | { readonly what: "size"; readonly golden: string; readonly actual: string };

export interface ThreadGroup {
  readonly family: "threads";
  readonly kind: "thread-added" | "thread-removed";
  readonly label: string;
  readonly side: Side;
  readonly threads: readonly UnmatchedThread[];
  /** The calls that made them. */
  readonly creations: readonly Edit[];
}

export interface ExitGroup {
  readonly family: "exit";
  readonly kind: "exit";
  readonly label: string;
  readonly pair: ThreadDifferences;
  readonly golden: number | string;
  readonly actual: number | string;
  /** The calls that ended it. */
  readonly edits: readonly Edit[];
}

export type Group = CallGroup | ThreadGroup | ExitGroup;

/** Brings the differences together in the way they are told. */
export function groupsOf(differences: Differences): Group[] {
  const threads = threadGroups(differences);
  const exits = exitGroups(differences);
  const taken = new Set([...threads.flatMap(({ creations }) => creations), ...exits.flatMap(({ edits }) => edits)]);
  return [...exits, ...threads, ...callGroups(differences, taken)];
}

export function shapeOf({ sites }: Differences, side: Side, event: number): EventShape {
  const behaviour = sites[side];
  return behaviour.shapes[behaviour.events.shape[event] as number] as EventShape;
}

function tokenOf({ vocabulary, sites }: Differences, side: Side, event: number): number {
  return vocabulary[side][sites[side].events.shape[event] as number] as number;
}

/** Threads without counterpart, with the calls that made them; a thread that such a thread made goes with its maker. */
function threadGroups(differences: Differences): ThreadGroup[] {
  const groups: ThreadGroup[] = [];
  for (const side of ["golden", "actual"] as const) {
    const unmatched = side === "golden" ? differences.removedThreads : differences.addedThreads;
    const { threads } = differences.sites[side];
    const alone = new Map(unmatched.map((each) => [each.thread, each]));
    const byLabel = new Map<string, UnmatchedThread[]>();
    for (const each of unmatched) {
      let top = each;
      for (let parent = threads[top.thread]?.parent ?? -1; alone.has(parent); parent = threads[parent]?.parent ?? -1) {
        const maker = alone.get(parent);
        if (maker === undefined || maker === top) break;
        top = maker;
      }
      const group = byLabel.get(top.label);
      if (group === undefined) byLabel.set(top.label, [each]);
      else if (each === top) group.unshift(each);
      else group.push(each);
    }
    const creations = creationEdits(differences, side);
    for (const [label, members] of byLabel) {
      const own = members.filter((member) => member.label === label).length;
      groups.push({
        family: "threads",
        kind: side === "golden" ? "thread-removed" : "thread-added",
        label,
        side,
        threads: members,
        creations: (creations.get(label) ?? []).slice(0, own),
      });
    }
  }
  return groups;
}

function creationEdits(differences: Differences, side: Side): Map<string, Edit[]> {
  const kind = side === "golden" ? "removed" : "added";
  const found = new Map<string, Edit[]>();
  for (const pair of differences.pairs) {
    for (const edit of pair.edits) {
      if (edit.kind !== kind) continue;
      const { name, value } = shapeOf(differences, side, edit[side]);
      const label = CREATING_CALLS.has(name) && value !== "" ? labelOfKey(value) : undefined;
      if (label === undefined) continue;
      const known = found.get(label);
      if (known === undefined) found.set(label, [edit]);
      else known.push(edit);
    }
  }
  return found;
}

const EXIT_CALLS = new Set(["exit", "exit_group"]);

function exitGroups(differences: Differences): ExitGroup[] {
  const { golden, actual } = differences.sites;
  const groups: ExitGroup[] = [];
  for (const pair of differences.pairs) {
    const [left, right] = [golden.threads[pair.golden], actual.threads[pair.actual]];
    const first = pair.golden === 0;
    const before = first ? (golden.exit ?? left?.exit ?? null) : (left?.exit ?? null);
    const now = first ? (actual.exit ?? right?.exit ?? null) : (right?.exit ?? null);
    if (before === null || now === null || before === now) continue;
    // Every thread of a process that is killed ends alike: the process is enough.
    if (left?.role === "thread") continue;
    if (differences.varies.find(pair.label, EXIT_VARIATION, "").length > 0) continue;
    const edits = pair.edits.filter((edit) =>
      (["golden", "actual"] as const).every(
        (side) => edit[side] < 0 || EXIT_CALLS.has(shapeOf(differences, side, edit[side]).name),
      ),
    );
    groups.push({ family: "exit", kind: "exit", label: pair.label, pair, golden: before, actual: now, edits });
  }
  return groups;
}

function callGroups(differences: Differences, taken: ReadonlySet<Edit>): CallGroup[] {
  const groups: CallGroup[] = [];
  const byDetail = new Map<string, Map<number, CallGroup>>();
  let counts: Counts | undefined;
  for (const pair of differences.pairs) {
    // By what has changed, so that no text is made for each of many edits.
    const ofPair = new Map<Change, Map<number, CallGroup>>();
    let last: { readonly change: Change; readonly groups: Map<number, CallGroup> } | undefined;
    for (const edit of pair.edits) {
      if (taken.size > 0 && taken.has(edit)) continue;
      const change = changeOf(differences, edit);
      if (last?.change !== change) {
        let groupsOfChange = ofPair.get(change);
        if (groupsOfChange === undefined) {
          groupsOfChange = groupsIn(byDetail, `${detailOf(change)} ${pair.label}`);
          ofPair.set(change, groupsOfChange);
        }
        last = { change, groups: groupsOfChange };
      }
      const known = last.groups;
      if (change === NO_ORDER) {
        const all = known.get(0);
        if (all !== undefined) {
          all.edits.push(edit);
          continue;
        }
      }
      // The run's side tells where it is now.
      const side: Side = edit.actual >= 0 ? "actual" : "golden";
      const event = edit[side];
      const token = tokenOf(differences, side, event);
      const subject = differences.vocabulary.subject[token] as number;
      const functionId = differences.sites.functionId(side, differences.sites[side].events.site[event] as number);
      const key = change === NO_ORDER ? 0 : subject * FUNCTIONS + functionId;
      const group = known.get(key);
      if (group !== undefined) {
        group.edits.push(edit);
        continue;
      }
      counts ??= new Counts(differences);
      const made = newGroup(differences, counts, pair.label, { edit, token, functionId, change });
      known.set(key, made);
      groups.push(made);
    }
  }
  return mergeSizes(differences, groups);
}

/** More functions than any program has. */
const FUNCTIONS = 2 ** 20;

const detailOf = (change: Change): string =>
  change.what === "error" ? `error ${change.golden} ${change.actual}` : change.what;

function groupsIn(byDetail: Map<string, Map<number, CallGroup>>, detail: string): Map<number, CallGroup> {
  const known = byDetail.get(detail);
  if (known !== undefined) return known;
  const made = new Map<number, CallGroup>();
  byDetail.set(detail, made);
  return made;
}

function newGroup(
  differences: Differences,
  counts: Counts,
  label: string,
  { edit, token, functionId, change }: Pick<CallGroup, "token" | "functionId" | "change"> & { readonly edit: Edit },
): CallGroup {
  const subject = differences.vocabulary.subject[token] as number;
  const total = counts.inFunction(label, subject, functionId);
  const { name, object } = differences.vocabulary.shapes[token] as EventShape;
  const isSame = (other: Excluded): boolean => other.name === name && other.object === object;
  const known =
    counts.anywhere(label, subject).golden > 0 ||
    differences.excluded.some((each) => each.thread === label && isSame(each) && each.golden > 0);
  const kind: DivergenceKind =
    change.what === "order" || change.what === "unordered"
      ? "order"
      : edit.kind === "changed"
        ? "changed"
        : total.golden === 0
          ? "added"
          : total.actual === 0
            ? "removed"
            : "count";
  return { family: "calls", kind, label, token, functionId, edits: [edit], total, known, change };
}

const NO_CHANGE: Change = { what: "none" };
const OTHER_ORDER: Change = { what: "order" };
const NO_ORDER: Change = { what: "unordered" };
const OTHER_ARGUMENTS: Change = { what: "arguments" };

function changeOf(differences: Differences, { kind, golden, actual }: Edit): Change {
  if (kind === "moved") return OTHER_ORDER;
  if (kind === "unordered") return NO_ORDER;
  if (kind !== "changed") return NO_CHANGE;
  const before = shapeOf(differences, "golden", golden).errno;
  const now = shapeOf(differences, "actual", actual).errno;
  return before === now ? OTHER_ARGUMENTS : { what: "error", golden: before, actual: now };
}

/** Reading the same in pieces of another size is one difference, although the number of calls differs, too. */
function mergeSizes(differences: Differences, groups: readonly CallGroup[]): CallGroup[] {
  const counts = new Map<string, CallGroup>();
  const keyOf = ({ label, token, functionId }: CallGroup): string =>
    `${differences.vocabulary.subject[token]} ${functionId} ${label}`;
  for (const group of groups) if (group.change.what === "none") counts.set(keyOf(group), group);
  const merged = new Set<CallGroup>();
  const result = groups.map((group) => {
    const sizes =
      group.change.what === "arguments" ? changedSizes(differences, group.edits, counts.has(keyOf(group))) : undefined;
    if (sizes === undefined) return group;
    const count = counts.get(keyOf(group));
    if (count !== undefined) merged.add(count);
    return { ...group, edits: [...group.edits, ...(count?.edits ?? [])], change: { what: "size" as const, ...sizes } };
  });
  return result.filter((group) => !merged.has(group));
}

function changedSizes(
  differences: Differences,
  edits: readonly Edit[],
  otherNumber: boolean,
): { golden: string; actual: string } | undefined {
  const asked = (side: Side, event: number): string | undefined => {
    const { name, args } = shapeOf(differences, side, event);
    const { size } = wordingOf(name);
    return size === undefined ? undefined : args[size];
  };
  const [first] = edits;
  if (first === undefined) return undefined;
  const golden = asked("golden", first.golden);
  const actual = asked("actual", first.actual);
  if (golden === undefined || actual === undefined || golden === actual) return undefined;
  if (!/^\d+$/.test(golden) || !/^\d+$/.test(actual)) return undefined;
  // A program that writes a text of another length asks for another size, too; that is told as the change it is.
  const { name } = shapeOf(differences, "golden", first.golden);
  if (edits.length < 2 && !otherNumber && wordingOf(name).verb !== "reads") return undefined;
  return edits.every((edit) => asked("golden", edit.golden) === golden && asked("actual", edit.actual) === actual)
    ? { golden, actual }
    : undefined;
}

interface Total {
  golden: number;
  actual: number;
}

/** How often each call is made, in each function and in all. */
class Counts {
  private readonly functions = new Map<string, Map<number, Total>>();
  private readonly all = new Map<string, Map<number, Total>>();

  constructor({ pairs, sites, vocabulary }: Differences) {
    const columns = vocabulary.subjects * sites.functionCount <= MAX_DENSE ? sites.functionCount : 0;
    const dense = new Int32Array(columns * vocabulary.subjects);
    for (const side of ["golden", "actual"] as const) {
      const { shape, site } = sites[side].events;
      const subjectOf = vocabulary[side].map((token) => vocabulary.subject[token] as number);
      for (const pair of pairs) {
        const functions = within(this.functions, pair.label);
        const all = within(this.all, pair.label);
        const add = (subject: number, functionId: number, count: number): void => {
          totalOf(functions, subject * FUNCTIONS + functionId)[side] += count;
          totalOf(all, subject)[side] += count;
        };
        for (const { events } of [pair.streams[side], pair.unordered[side]]) {
          const isLarge = columns > 0 && events.length > dense.length / 8;
          for (let i = 0; i < events.length; i++) {
            const event = events[i] as number;
            const subject = subjectOf[shape[event] as number] as number;
            const functionId = sites.functionId(side, site[event] as number);
            if (isLarge) (dense[subject * columns + functionId] as number)++;
            else add(subject, functionId, 1);
          }
          if (!isLarge) continue;
          for (let at = 0; at < dense.length; at++) {
            if (dense[at] === 0) continue;
            add(Math.floor(at / columns), at % columns, dense[at] as number);
            dense[at] = 0;
          }
        }
      }
    }
  }

  inFunction(label: string, subject: number, functionId: number): Readonly<Total> {
    return this.functions.get(label)?.get(subject * FUNCTIONS + functionId) ?? { golden: 0, actual: 0 };
  }

  anywhere(label: string, subject: number): Readonly<Total> {
    return this.all.get(label)?.get(subject) ?? { golden: 0, actual: 0 };
  }
}

/** Entries of the table that is used where it is small. */
const MAX_DENSE = 1 << 22;

function within(totals: Map<string, Map<number, Total>>, label: string): Map<number, Total> {
  const known = totals.get(label);
  if (known !== undefined) return known;
  const made = new Map<number, Total>();
  totals.set(label, made);
  return made;
}

function totalOf(totals: Map<number, Total>, key: number): Total {
  const known = totals.get(key);
  if (known !== undefined) return known;
  const made = { golden: 0, actual: 0 };
  totals.set(key, made);
  return made;
}
