import {
  type ComparisonSite,
  type Divergence,
  type DivergenceKind,
  type DivergenceSide,
  MAX_EVENT_TEXTS,
  SEVERITIES,
} from "../../../protocol/comparison.ts";
import type { EventShape } from "../behaviour.ts";
import type { Differences, Side } from "./differences.ts";
import { eventText } from "./eventText.ts";
import { commonObject } from "./foldGroups.ts";
import { type CallGroup, type ExitGroup, type Group, shapeOf, type ThreadGroup } from "./groups.ts";
import { crossedBy } from "./order.ts";
import { severityOf } from "./severity.ts";
import * as titles from "./titles.ts";

/** A divergence and what it was made of. */
export interface ToldGroup {
  readonly divergence: Divergence;
  readonly group: Group;
}

/** Tells each group of differences as a divergence. */
export function tellGroups(differences: Differences, groups: readonly Group[]): ToldGroup[] {
  const ids = new Map<string, number>();
  return groups.map((group) => {
    const divergence = tell(differences, group);
    const same = ids.get(divergence.id) ?? 0;
    ids.set(divergence.id, same + 1);
    return { group, divergence: same === 0 ? divergence : { ...divergence, id: `${divergence.id}-${same + 1}` } };
  });
}

function tell(differences: Differences, group: Group): Divergence {
  if (group.family === "calls") {
    return group.folded === undefined ? tellCalls(differences, group) : tellFolded(differences, group, group.folded);
  }
  return group.family === "threads" ? tellThreads(differences, group) : tellExit(differences, group);
}

function tellCalls(differences: Differences, group: CallGroup): Divergence {
  const { vocabulary, sites } = differences;
  const shape = vocabulary.shapes[group.token] as EventShape;
  const golden = eventsOf(group, "golden");
  const actual = eventsOf(group, "actual");
  const goldenSite = commonSite(differences, "golden", golden);
  const site = actual.length > 0 ? commonSite(differences, "actual", actual) : nowOf(differences, golden);
  const unordered = group.change.what === "unordered";
  const name = unordered ? "" : shape.name;
  const object = unordered ? "" : shape.object;
  const functionName = unordered ? "" : sites.functionName(group.functionId);
  const told = { name, object, value: shape.value, thread: group.label, site, goldenSite };
  const detail = group.change.what === "error" ? `${group.change.golden}>${group.change.actual}` : "";
  return {
    id: divergenceId(group.kind, name, object, group.label, functionName, detail),
    kind: group.kind,
    severity: severityOfCalls(differences, group),
    class: shape.class,
    name,
    object,
    title: callsTitle(differences, group, told),
    thread: group.label,
    site,
    goldenSite,
    golden: sideOf(differences, "golden", golden),
    actual: sideOf(differences, "actual", actual),
  };
}

function severityOfCalls({ vocabulary }: Differences, { kind, change, token }: CallGroup): Divergence["severity"] {
  const failsNow = change.what === "error" && change.actual !== "";
  return severityOf(kind, vocabulary.shapes[token] as EventShape, vocabulary.observable[token] === 1, failsNow);
}

/** Tells by the first what belongs together; what all of them did is on the two sides. */
function tellFolded(
  differences: Differences,
  group: CallGroup,
  { what, groups, members }: NonNullable<CallGroup["folded"]>,
): Divergence {
  const [lead] = members;
  if (lead === undefined) throw new RangeError("A folded group has members");
  const first = tellCalls(differences, lead);
  const severities = new Set(members.map((member) => severityOfCalls(differences, member)));
  const severity = SEVERITIES.find((each) => severities.has(each));
  const folded = {
    ...first,
    kind: group.kind,
    severity: severity ?? first.severity,
    golden: sideOf(differences, "golden", eventsOf(group, "golden")),
    actual: sideOf(differences, "actual", eventsOf(group, "actual")),
  };
  const { value } = differences.vocabulary.shapes[lead.token] as EventShape;
  const told = { ...first, value };
  if (what === "block") {
    const [edit] = lead.edits;
    const crossed = edit === undefined ? undefined : crossedBy(differences.pairOf(edit), edit);
    const other = crossed === undefined ? undefined : shapeOf(differences, "golden", crossed.event);
    const inOne = members.every(({ functionId }) => functionId === lead.functionId);
    const title = titles.blockTitle(told, other, crossed?.after === true, group.edits.length, inOne);
    return { ...folded, title };
  }
  if (what === "object") return folded;
  const objects = { golden: [] as string[], actual: [] as string[] };
  for (const each of groups) {
    const { token, kind } = each.folded?.members[0] ?? each;
    objects[kind === "added" ? "actual" : "golden"].push((differences.vocabulary.shapes[token] as EventShape).object);
  }
  const object = commonObject(differences, groups);
  const goldenGroup = groups.find(({ kind }) => kind === "removed");
  const goldenSite =
    goldenGroup === undefined ? null : tellCalls(differences, goldenGroup.folded?.members[0] ?? goldenGroup).goldenSite;
  return {
    ...folded,
    id: divergenceId(group.kind, first.name, object, group.label, differences.sites.functionName(lead.functionId), ""),
    object,
    goldenSite: first.goldenSite ?? goldenSite,
    title: titles.othersTitle(told, first.class, objects.golden, objects.actual),
  };
}

function callsTitle(differences: Differences, group: CallGroup, told: titles.Told): string {
  const { change, edits, kind, total } = group;
  const [first] = edits;
  if (first === undefined) throw new RangeError("A group has at least one difference");
  if (change.what === "unordered") return titles.unorderedTitle(group.label, edits.length);
  if (change.what === "error") return titles.errorTitle(told, change.golden, change.actual, edits.length);
  if (change.what === "size") return titles.sizeTitle(told, change.golden, change.actual);
  if (change.what === "arguments") {
    const before = shapeOf(differences, "golden", first.golden);
    const now = shapeOf(differences, "actual", first.actual);
    return titles.changedTitle(told, before, now, edits.length);
  }
  if (change.what === "order") {
    const crossed = crossedBy(differences.pairOf(first), first);
    const other = crossed === undefined ? undefined : shapeOf(differences, "golden", crossed.event);
    return titles.orderTitle(told, other, crossed?.after === true, edits.length);
  }
  if (kind === "added") return titles.addedTitle(told, edits.length, !group.known);
  if (kind === "removed") return titles.removedTitle(told, edits.length);
  if (total.golden !== total.actual) return titles.countTitle(told, total.golden, total.actual);
  // As often in all, but at another time or with other arguments than what it could be compared with.
  const removed = edits.filter((edit) => edit.kind === "removed").length;
  return titles.countTitle(told, removed, edits.length - removed);
}

function tellThreads(differences: Differences, group: ThreadGroup): Divergence {
  const { label, side, kind, creations } = group;
  const { threads } = differences.sites[side];
  const top = group.threads.filter((each) => each.label === label);
  const role = threads[top[0]?.thread ?? -1]?.role ?? "thread";
  const made = creations.map((edit) => edit[side]);
  const started = side === "golden" ? nowOf(differences, made) : commonSite(differences, "actual", made);
  // Stacks often end in the C library where threads are made; then the thread's own first line is shown.
  const from = commonSite(differences, side, made) !== null ? made : [...(top[0]?.events.subarray(0, 1) ?? [])];
  const goldenSite = side === "golden" ? commonSite(differences, "golden", from) : null;
  const site = started ?? (side === "golden" ? nowOf(differences, from) : commonSite(differences, "actual", from));
  const paired = differences.pairs.filter((pair) => pair.label === label).length;
  const counts = { golden: paired, actual: paired };
  counts[side] += top.length;
  const events = group.threads
    .flatMap((each) => [...each.events.subarray(0, MAX_EVENT_TEXTS)])
    .slice(0, MAX_EVENT_TEXTS);
  const count = group.threads.reduce((sum, each) => sum + each.events.length, made.length);
  const own: DivergenceSide = { ...sideOf(differences, side, [...made, ...events]), count };
  return {
    id: divergenceId(kind, label, "", label, "", ""),
    kind,
    severity: role === "process" ? "high" : "medium",
    class: "",
    name: label,
    object: "",
    title: titles.threadTitle(label, role, from === made ? (site ?? goldenSite) : null, counts),
    thread: label,
    site,
    goldenSite,
    golden: side === "golden" ? own : NOTHING,
    actual: side === "actual" ? own : NOTHING,
  };
}

function tellExit(differences: Differences, group: ExitGroup): Divergence {
  const golden = group.edits.flatMap((edit) => (edit.golden < 0 ? [] : [edit.golden]));
  const actual = group.edits.flatMap((edit) => (edit.actual < 0 ? [] : [edit.actual]));
  return {
    id: divergenceId("exit", "exit", "", group.label, "", ""),
    kind: "exit",
    severity: "high",
    class: "",
    name: "exit",
    object: "",
    title: titles.exitTitle(group.label, group.golden, group.actual),
    thread: group.label,
    site: commonSite(differences, "actual", actual),
    goldenSite: commonSite(differences, "golden", golden),
    golden: sideOf(differences, "golden", golden),
    actual: sideOf(differences, "actual", actual),
  };
}

const NOTHING: DivergenceSide = { count: 0, events: [], rows: [] };

/** Events of one side of a group, in order. */
export function eventsOf({ edits }: Pick<CallGroup, "edits">, side: Side): Int32Array {
  const events = new Int32Array(edits.length);
  let length = 0;
  let sorted = true;
  for (const edit of edits) {
    const event = edit[side];
    if (event < 0) continue;
    sorted &&= length === 0 || (events[length - 1] as number) < event;
    events[length++] = event;
  }
  const found = events.subarray(0, length);
  return sorted ? found : found.sort();
}

function sideOf(differences: Differences, side: Side, events: ArrayLike<number>): DivergenceSide {
  const shown = Array.from({ length: Math.min(events.length, MAX_EVENT_TEXTS) }, (_, i) => events[i] as number);
  const { row } = differences.sites[side].events;
  return {
    count: events.length,
    events: shown.map((event) => eventText(shapeOf(differences, side, event))),
    rows: shown.map((event) => row[event] as number),
  };
}

/** The site that most of the events have, the first of them where several do. */
function mostCommonSite(differences: Differences, side: Side, events: ArrayLike<number>): number {
  const { site } = differences.sites[side].events;
  const counts = new Map<number, number>();
  // Events in a row are often of one site.
  let run = 0;
  for (let i = 0; i < events.length; i++) {
    const of = site[events[i] as number] as number;
    run++;
    if (i + 1 < events.length && site[events[i + 1] as number] === of) continue;
    if (of >= 0) counts.set(of, (counts.get(of) ?? 0) + run);
    run = 0;
  }
  let best = -1;
  let most = 0;
  for (const [of, count] of counts) {
    if (count <= most) continue;
    best = of;
    most = count;
  }
  return best;
}

function commonSite(differences: Differences, side: Side, events: ArrayLike<number>): ComparisonSite | null {
  const site = differences.sites[side].sites[mostCommonSite(differences, side, events)];
  return site === undefined ? null : { file: site.file, line: site.line, function: site.function };
}

function nowOf(differences: Differences, goldenEvents: ArrayLike<number>): ComparisonSite | null {
  return differences.sites.now(mostCommonSite(differences, "golden", goldenEvents));
}

/** Readable and stable: the kind, the call, and a hash of what it is about. */
function divergenceId(kind: DivergenceKind, name: string, ...about: readonly string[]): string {
  const word = name.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 40);
  return `${kind}-${word === "" ? "calls" : word}-${hash([name, ...about].join("\0"))}`;
}

/** 53 bits as text (two passes of FNV-1a with different starts). */
function hash(text: string): string {
  const pass = (start: number): number => {
    let value = start;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    return value >>> 0;
  };
  return (pass(0x811c9dc5) * 2 ** 21 + (pass(0x1234567) >>> 11)).toString(36);
}
