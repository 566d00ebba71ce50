import {
  GOLDEN_FORMAT,
  GOLDEN_SCHEMA_VERSION,
  type GoldenHeader,
  type GoldenThread,
} from "../../../protocol/goldenFile.ts";
import { textChunks } from "../../write/textChunks.ts";
import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "../behaviour.ts";
import { storedResult } from "./storedShape.ts";

/** The renacer release whose format this extends; its readers look at `format`, not at this. */
const RENACER_VERSION = "0.6.6";

/** What a golden's file tells besides the behaviour. */
export type GoldenFacts = Omit<GoldenHeader, "schemaVersion" | "threads">;

/**
 * The text of `golden_traces/<name>.json`, in chunks: one event a line, one value of the header a line. Equal input gives equal text,
 * whatever the order of keys in `facts`. Ends with a line feed.
 */
export function goldenText(facts: GoldenFacts, behaviour: Behaviour): Generator<string> {
  return textChunks(goldenLines(facts, behaviour));
}

/** The threads of a behaviour as the header keeps them. */
export function storedThreads(threads: readonly BehaviourThread[]): GoldenThread[] {
  return threads.map(({ key, role, parent, execs, exit, pool }) => ({
    key,
    role,
    parent,
    execs: [...execs],
    exit,
    ...(pool === "" ? {} : { pool }),
  }));
}

function* goldenLines(facts: GoldenFacts, behaviour: Behaviour): Generator<string> {
  yield `{\n  "version": ${JSON.stringify(RENACER_VERSION)},\n  "format": ${JSON.stringify(GOLDEN_FORMAT)},\n`;
  yield* headerLines(facts, behaviour.threads);
  yield* eventLines(behaviour);
  const { exit, events } = behaviour;
  const ended =
    typeof exit === "string"
      ? `"exit_code":null,"signal":${JSON.stringify(exit)}`
      : `"exit_code":${JSON.stringify(exit)}`;
  yield `  "summary": {"total_syscalls":${events.length},${ended}}\n}\n`;
}

function* headerLines(facts: GoldenFacts, threads: readonly BehaviourThread[]): Generator<string> {
  const { name, command, os, arch, recorder, samples, rules, normalisation, sources, varies } = facts;
  const { filter, stacks, captureData } = recorder;
  yield '  "goldentrace": {\n';
  yield `    "schemaVersion": ${GOLDEN_SCHEMA_VERSION},\n`;
  yield `    "name": ${JSON.stringify(name)},\n`;
  yield `    "command": ${JSON.stringify(command)},\n`;
  yield `    "os": ${JSON.stringify(os)},\n`;
  yield `    "arch": ${JSON.stringify(arch)},\n`;
  yield `    "recorder": ${JSON.stringify({ filter, stacks, captureData })},\n`;
  yield `    "samples": ${samples},\n`;
  if (normalisation !== undefined) yield `    "normalisation": ${normalisation},\n`;
  yield `    "rules": ${JSON.stringify(rules)},\n`;
  const files = Object.keys(sources).sort();
  yield `    "sources": {${lines(files.map((file) => `${JSON.stringify(file)}: ${JSON.stringify(sources[file])}`))}},\n`;
  yield `    "threads": [${lines(storedThreads(threads).map((thread) => JSON.stringify(thread)))}],\n`;
  const learned = varies.map(({ thread, name, object, function: inFunction, varies, min, max }) =>
    JSON.stringify({ thread, name, object, function: inFunction, varies, min, max }),
  );
  yield `    "varies": [${lines(learned)}]\n  },\n`;
}

/** Entries of a list or object of the header, one a line; nothing for none. */
function lines(entries: readonly string[]): string {
  return entries.length === 0 ? "" : `\n      ${entries.join(",\n      ")}\n    `;
}

/** Each distinct first part (the shape) and last part (the site) is put together once. */
function* eventLines({ events, shapes, sites }: Behaviour): Generator<string> {
  const heads: (string | undefined)[] = new Array(shapes.length);
  const tails: (string | undefined)[] = new Array(sites.length);
  yield '  "syscalls": [';
  for (let event = 0; event < events.length; event++) {
    const shape = events.shape[event] as number;
    let head = heads[shape];
    if (head === undefined) {
      head = shapeJson(shapes[shape] as EventShape);
      heads[shape] = head;
    }
    const site = events.site[event] as number;
    let tail = "}";
    if (site >= 0) {
      tail = tails[site] ?? siteJson(sites[site] as BehaviourSite);
      tails[site] = tail;
    }
    const startup = events.startup[event] === 1 ? ',"startup":true' : "";
    yield `${event === 0 ? "\n    " : ",\n    "}${head},"thread":${events.thread[event]}${startup}${tail}`;
  }
  yield events.length === 0 ? "],\n" : "\n  ],\n";
}

/** The part of an event up to its thread, without an end. */
function shapeJson(shape: EventShape): string {
  const { name, args, errno, value } = shape;
  let json = `{"name":${JSON.stringify(name)},"args":${JSON.stringify(args)},"result":${JSON.stringify(storedResult(shape))}`;
  if (errno !== "") json += `,"errno":${JSON.stringify(errno)}`;
  if (value !== "") json += `,"value":${JSON.stringify(value)}`;
  return json;
}

function siteJson({ file, line, function: inFunction }: BehaviourSite): string {
  const site = inFunction === "" ? { file, line } : { file, line, function: inFunction };
  return `,"source":${JSON.stringify(site)}}`;
}
