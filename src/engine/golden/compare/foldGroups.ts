import type { EventShape } from "../behaviour.ts";
import type { Differences, Side } from "./differences.ts";
import type { Edit } from "./edits.ts";
import type { CallGroup, Group } from "./groups.ts";
import { crossedBy } from "./order.ts";

/** Objects from which on differences of one call in one function are told as one; more where the function is not known. */
const MANY = 4;
const MANY_WITHOUT_FUNCTION = 20;

/**
 * Brings groups together that are one difference to a person: everything that is done with a new file or connection, the same done with
 * many other objects at one place, a part of the program that has moved as a whole.
 */
export function foldGroups(differences: Differences, groups: readonly Group[]): Group[] {
  const calls = groups.filter((group) => group.family === "calls");
  const rest = groups.filter((group) => group.family !== "calls");
  return [...rest, ...foldObjects(foldMoved(foldByObject(differences, calls), differences), differences)];
}

/** The folded group; the first member leads. */
function together(
  members: readonly CallGroup[],
  folded: NonNullable<CallGroup["folded"]>["what"],
  kind?: CallGroup["kind"],
): CallGroup {
  const [lead] = members;
  if (lead === undefined) throw new RangeError("Nothing to fold");
  if (members.length === 1) return lead;
  const leaves = members.flatMap((member) => member.folded?.members ?? [member]);
  const edits: Edit[] = [];
  for (const leaf of leaves) for (const edit of leaf.edits) edits.push(edit);
  return { ...lead, kind: kind ?? lead.kind, edits, folded: { what: folded, groups: members, members: leaves } };
}

const leadOf = (group: CallGroup): CallGroup => group.folded?.members[0] ?? group;

const shapeOfGroup = ({ vocabulary }: Differences, group: CallGroup): EventShape =>
  vocabulary.shapes[leadOf(group).token] as EventShape;

/** Calls that only prepare what comes after them in the same function. */
const PREPARING = new Set(["socket"]);
const CONNECTING = new Set(["connect", "bind"]);

/** Everything that is done with an object that only one side knows: it is told by what came first. */
function foldByObject(differences: Differences, groups: readonly CallGroup[]): CallGroup[] {
  const { golden, actual } = differences.sites;
  const objects = {
    golden: new Set(golden.shapes.map(({ object }) => object)),
    actual: new Set(actual.shapes.map(({ object }) => object)),
  };
  const byObject = new Map<string, CallGroup[]>();
  const peers = new Map<string, string>();
  const preparing: CallGroup[] = [];
  const result: CallGroup[] = [];
  for (const group of groups) {
    const { name, object } = shapeOfGroup(differences, group);
    const other = group.kind === "added" ? objects.golden : group.kind === "removed" ? objects.actual : undefined;
    if (other === undefined || group.known === (group.kind === "added") || group.change.what !== "none") {
      result.push(group);
    } else if (PREPARING.has(name)) {
      preparing.push(group);
    } else if (object === "" || other.has(object)) {
      result.push(group);
    } else {
      const key = `${group.kind} ${group.label}\0${object}`;
      append(byObject, key, group);
      if (CONNECTING.has(name)) peers.set(`${group.kind} ${group.functionId} ${group.label}`, key);
    }
  }
  for (const group of preparing) {
    const key = peers.get(`${group.kind} ${group.functionId} ${group.label}`);
    const peer = key === undefined ? undefined : byObject.get(key);
    if (peer === undefined) result.push(group);
    else peer.push(group);
  }
  for (const members of byObject.values()) {
    const side: Side = members[0]?.kind === "added" ? "actual" : "golden";
    const isPreparing = (group: CallGroup): boolean => PREPARING.has(shapeOfGroup(differences, group).name);
    const order = (group: CallGroup): number => (isPreparing(group) ? Number.MAX_VALUE : firstOf(group, side));
    result.push(
      together(
        members.toSorted((a, b) => order(a) - order(b)),
        "object",
      ),
    );
  }
  return result;
}

const firstOf = ({ edits }: CallGroup, side: Side): number => edits[0]?.[side] ?? 0;

/** What has moved past the same event has moved together. */
function foldMoved(groups: readonly CallGroup[], differences: Differences): CallGroup[] {
  const blocks = new Map<string, CallGroup[]>();
  const result: CallGroup[] = [];
  for (const group of groups) {
    const past = group.change.what === "order" ? movedPast(differences, group.edits) : undefined;
    if (past === undefined) result.push(group);
    else append(blocks, `${past} ${group.label}`, group);
  }
  for (const members of blocks.values()) {
    result.push(
      together(
        members.toSorted((a, b) => firstOf(a, "golden") - firstOf(b, "golden")),
        "block",
      ),
    );
  }
  return result;
}

/** The event that all of the events have moved past, and in which direction; undefined where there is more than one. */
function movedPast(differences: Differences, edits: readonly Edit[]): string | undefined {
  const [first] = edits;
  if (first === undefined) return undefined;
  const firstPair = differences.pairOf(first);
  const past = crossedBy(firstPair, first);
  if (past === undefined) return undefined;
  for (const edit of edits) {
    const pair = differences.pairOf(edit);
    const crossed = pair === firstPair ? crossedBy(pair, edit) : undefined;
    if (crossed?.event !== past.event || crossed.after !== past.after) return undefined;
  }
  return `${firstPair.golden} ${past.event} ${past.after}`;
}

/** The same call on many objects that the other side does not know, in one function. */
function foldObjects(groups: readonly CallGroup[], differences: Differences): CallGroup[] {
  const buckets = new Map<string, CallGroup[]>();
  const result: CallGroup[] = [];
  for (const group of groups) {
    const { name, object } = shapeOfGroup(differences, group);
    const lead = leadOf(group);
    const foldable = (group.kind === "added" || group.kind === "removed") && lead.change.what === "none";
    if (!foldable || object === "") result.push(group);
    else {
      const folder = lead.functionId === 0 ? object.slice(0, object.lastIndexOf("/") + 1) : "";
      append(buckets, `${name} ${lead.functionId} ${lead.label}\0${folder}`, group);
    }
  }
  for (const members of buckets.values()) {
    const many = members[0] !== undefined && leadOf(members[0]).functionId === 0 ? MANY_WITHOUT_FUNCTION : MANY;
    if (members.length < many) {
      result.push(...members);
      continue;
    }
    const mixed = members.some(({ kind }) => kind !== members[0]?.kind);
    // The run's side leads: it has a line now.
    const order = ({ kind }: CallGroup): number => (kind === "added" ? 0 : 1);
    result.push(
      together(
        members.toSorted((a, b) => order(a) - order(b)),
        "others",
        mixed ? "changed" : undefined,
      ),
    );
  }
  return result;
}

/** A pattern that fits the objects of a folded group: what they begin with, up to a folder, and a star. */
export function commonObject(differences: Differences, groups: readonly CallGroup[]): string {
  const objects = groups.map((group) => shapeOfGroup(differences, group).object);
  let common = objects[0] ?? "";
  for (const object of objects) while (!object.startsWith(common)) common = common.slice(0, -1);
  return `${common.slice(0, common.lastIndexOf("/") + 1)}*`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
