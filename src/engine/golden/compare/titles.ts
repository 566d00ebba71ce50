import { formatCount } from "../../../base/format.ts";
import { shortFunctionName } from "../../../base/functionName.ts";
import { oneLine, truncate } from "../../../base/text.ts";
import type { ComparisonSite } from "../../../protocol/comparison.ts";
import type { EventShape } from "../behaviour.ts";
import { CREATING_CALLS } from "../creatingCalls.ts";
import { objectText } from "./eventText.ts";
import { times, wordingOf } from "./wording.ts";

/** A group of differences in one kind of call, for which a title is wanted. */
export interface Told {
  readonly name: string;
  readonly object: string;
  /** What its result stands for: the thread that it made. */
  readonly value?: string;
  /** Key of the thread, or of the pool it belongs to. */
  readonly thread: string;
  readonly site: ComparisonSite | null;
  /** Used where the line is gone. */
  readonly goldenSite: ComparisonSite | null;
}

/** Fewer calls than this on both sides are told as "3 times instead of once". */
const FEW = 10;

export function addedTitle(told: Told, count: number, newObject: boolean): string {
  const { first, verb } = wordingOf(told.name);
  const what = objectText(told.object);
  const often = count > 1 ? ` (${times(count)})` : "";
  if (what === "") return `now calls \`${told.name}\`${often}${at(told)}`;
  if (newObject && first !== undefined) return `${first} ${what}${often}${at(told)}`;
  if (verb !== "") return `now ${newObject ? "" : "also "}${verb} ${what}${often}${at(told)}`;
  return `now ${newObject ? "" : "also "}calls \`${told.name}\` on ${what}${often}${at(told)}`;
}

export function removedTitle(told: Told, count: number): string {
  const what = objectText(told.object);
  const often = count > 1 ? ` (it did ${times(count)})` : "";
  const call = what === "" ? `calls ${told.name}` : `calls ${told.name} on ${what}`;
  const who = subject(told);
  return `${who === "" ? "" : `${who} `}no longer ${call}${often}${threadOf(told)}`;
}

export function countTitle(told: Told, golden: number, actual: number): string {
  const { verb, joiner } = wordingOf(told.name);
  const what = objectText(told.object);
  if (verb !== "" && what !== "" && golden < FEW && actual < FEW) {
    return `${verb} ${what} ${times(actual)} instead of ${times(golden)}${at(told)}`;
  }
  const change = `${formatCount(Math.abs(actual - golden))} ${actual > golden ? "more" : "fewer"} \`${told.name}\``;
  return `${change}${what === "" ? "" : ` ${joiner} ${what}`}${at(told)}`;
}

export function sizeTitle(told: Told, golden: string, actual: string): string {
  return `${wordingOf(told.name).verb} ${objectText(told.object)} ${actual} bytes at a time instead of ${golden}${at(told)}`;
}

export function errorTitle(told: Told, golden: string, actual: string, count: number): string {
  const { joiner } = wordingOf(told.name);
  const what = objectText(told.object);
  const call = `${told.name}${what === "" ? "" : ` ${joiner} ${what}`}`;
  const often = count > 1 ? ` (${times(count)})` : "";
  if (golden === "") return `${call} now fails with ${actual}${often}${at(told)}`;
  if (actual === "") return `${call} no longer fails with ${golden}${often}${at(told)}`;
  return `${call} fails with ${actual} instead of ${golden}${often}${at(told)}`;
}

/** What is different is shown for the first of the changed events. */
export function changedTitle(told: Told, golden: EventShape, actual: EventShape, count: number): string {
  const { joiner } = wordingOf(told.name);
  const what = objectText(told.object);
  const call = `\`${told.name}\`${what === "" ? "" : ` ${joiner} ${what}`}`;
  const which = count > 1 ? `${formatCount(count)} ${call}` : call;
  return `${which} ${count > 1 ? "have" : "has"} ${difference(golden, actual)}${at(told)}`;
}

function difference(golden: EventShape, actual: EventShape): string {
  const at = Math.max(golden.args.length, actual.args.length);
  for (let i = 0; i < at; i++) {
    const [before, now] = [golden.args[i], actual.args[i]];
    if (before !== now) return `${shown(now)} instead of ${shown(before)}`;
  }
  const [before, now] = [golden, actual].map(({ result, resultText, value }) => value || resultText || String(result));
  return `the result ${shown(now)} instead of ${shown(before)}`;
}

const shown = (text: string | undefined): string =>
  text === undefined ? "no argument" : text === "" ? "nothing" : truncate(oneLine(text), 60);

/** @param other the call that it changed places with */
export function orderTitle(told: Told, other: EventShape | undefined, after: boolean, count: number): string {
  const what = callText(told);
  const often = count > 1 ? ` (${times(count)})` : "";
  if (other === undefined) return `${what} now comes at another time${often}${at(told)}`;
  return `${what} now comes ${after ? "after" : "before"} ${callText(other)}${often}${at(told)}`;
}

/** @param inOne whether everything that moved is in one function */
export function blockTitle(
  told: Told,
  other: EventShape | undefined,
  after: boolean,
  count: number,
  inOne: boolean,
): string {
  const where = told.site ?? told.goldenSite;
  const named = inOne && where !== null && where.function !== "";
  const calls = `${formatCount(count)} calls`;
  const who = named
    ? `${functionCall(where.function)} (${calls})`
    : `${callText(told)} and ${formatCount(count - 1)} more ${count === 2 ? "call" : "calls"}`;
  const come = named ? "comes" : "come";
  const past = other === undefined ? "at another time" : `${after ? "after" : "before"} ${callText(other)}`;
  return `${who} now ${come} ${past}${at(told)}`;
}

/** The same call on other objects: those that only the golden has, and those that only the run has. */
export function othersTitle(
  told: Told,
  eventClass: string,
  golden: readonly string[],
  actual: readonly string[],
): string {
  const { verb } = wordingOf(told.name);
  const noun = eventClass === "file" ? "files" : eventClass === "network" ? "peers" : "objects";
  const does = verb === "" ? `calls \`${told.name}\` on` : verb;
  const sample = (objects: readonly string[]): string =>
    objectText(objects[0] ?? "") + (objects.length > 1 ? ", …" : "");
  if (golden.length === 0)
    return `now ${does} ${formatCount(actual.length)} more ${noun}${at(told)}: ${sample(actual)}`;
  if (actual.length === 0) {
    return `no longer ${does} ${formatCount(golden.length)} ${noun}${at({ ...told, site: told.site ?? told.goldenSite })}: ${sample(golden)}`;
  }
  const instead = golden.length === actual.length ? "" : ` instead of ${formatCount(golden.length)}`;
  return `${does} ${formatCount(actual.length)} other ${noun}${instead}${at(told)}: ${sample(actual)} instead of ${sample(golden)}`;
}

export function unorderedTitle(thread: string, count: number): string {
  return `${formatCount(count)} calls are the same but come in another order, too different to be aligned${thread === "main" ? "" : ` (${oneLine(thread)})`}`;
}

export function threadTitle(
  thread: string,
  role: string,
  site: ComparisonSite | null,
  counts: { readonly golden: number; readonly actual: number },
): string {
  const noun = role === "process" ? "process" : "thread";
  const where = site === null ? "" : ` started at ${place(site)}`;
  const name = truncate(oneLine(thread), 100);
  if (counts.golden === 0) {
    return counts.actual === 1
      ? `new ${noun} ${name}${where}`
      : `${formatCount(counts.actual)} new ${many(noun)} ${name}${where}`;
  }
  if (counts.actual === 0)
    return `no longer starts the ${counts.golden === 1 ? noun : many(noun)} ${name}${site === null ? "" : ` at ${place(site)}`}`;
  const change = Math.abs(counts.actual - counts.golden);
  const word = counts.actual > counts.golden ? "more" : "fewer";
  return `${formatCount(change)} ${word} ${change === 1 ? noun : many(noun)} ${name} (${formatCount(counts.actual)} instead of ${formatCount(counts.golden)})${where}`;
}

const many = (noun: string): string => (noun === "process" ? "processes" : `${noun}s`);

export function exitTitle(thread: string, golden: number | string, actual: number | string): string {
  const who = thread === "main" ? "" : `${oneLine(thread)} `;
  const end = (exit: number | string): string =>
    typeof exit === "number" ? `exits with ${exit}` : `is killed by ${oneLine(exit)}`;
  return `${who}${end(actual)} instead of ${typeof golden === "number" ? golden : oneLine(golden)}`;
}

/** Making a thread or a process is told by which one: where two change places, both are made by the same call. */
function callText({ name, object, value = "" }: Pick<Told, "name" | "object" | "value">): string {
  if (CREATING_CALLS.has(name) && value !== "") {
    const key = truncate(oneLine(value), 100);
    return `the start of ${key.slice(key.lastIndexOf(">") + 1)}`;
  }
  const what = objectText(object);
  return `\`${name}\`${what === "" ? "" : ` ${wordingOf(name).joiner} ${what}`}`;
}

const place = ({ file, line }: ComparisonSite): string => `${fileName(file)}:${line}`;

/** Source files are named without their folders: the site itself says which one is meant. */
const fileName = (file: string): string => oneLine(file.slice(file.lastIndexOf("/") + 1));

const functionCall = (name: string): string => `\`${truncate(oneLine(shortFunctionName(name)), 80)}()\``;

function subject({ site, goldenSite }: Told): string {
  const where = site ?? goldenSite;
  if (where === null) return "";
  return where.function === "" ? place(where) : `${functionCall(where.function)} at ${place(where)}`;
}

const at = (told: Told): string => (told.site === null ? "" : ` at ${place(told.site)}`) + threadOf(told);

const threadOf = ({ thread }: Told): string =>
  thread === "main" || thread === "" ? "" : ` (${truncate(oneLine(thread), 80)})`;
