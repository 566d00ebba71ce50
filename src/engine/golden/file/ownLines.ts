import * as z from "zod/mini";
import { plural } from "../../../base/format.ts";
import { type GoldenHeader, goldenEventSchema, goldenFileSchema } from "../../../protocol/goldenFile.ts";
import { hasPrototypeKey, scanJson } from "../../read/renacer/jsonScan.ts";
import type { Behaviour } from "../behaviour.ts";
import type { EventCollector, EventPlace } from "./eventCollector.ts";
import { checked, checkHeader } from "./goldenHeader.ts";
import { KnownLines } from "./knownLines.ts";
import { type GoldenSource, refusal } from "./refusal.ts";

/** Longer lines are no one's events; anything that is read at once is bounded by this. */
export const MAX_LINE = 16 << 20;

/** In lines that were read before. */
const WORK_OF_A_TURN = 5000;
const WORK_OF_A_NEW_LINE = 50;

const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const BEGIN = '{\n  "version": ';
const EVENTS = '  "syscalls": [';
const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/;
const EVENT = '    {"name":';
const PLACE = ',"thread":';

const shapeSchema = z.omit(goldenEventSchema, { thread: true, startup: true, source: true });
const placeSchema = z.pick(goldenEventSchema, { thread: true, startup: true, source: true });
const frontSchema = z.pick(goldenFileSchema, { version: true, format: true });
const summarySchema = goldenFileSchema.shape.summary;

/**
 * Reads a golden in the very layout that `goldenText` writes, line by line: memory and time as for its distinct events.
 * @param collector makes what collects the events, once the header is known
 * @yields after every few milliseconds of work, so that others can be given a turn
 * @returns undefined for any other layout: then it is for `JSON.parse`
 * @throws ExpectedError when it is in that layout and cut off or damaged
 */
export function* readOwnLines(
  bytes: Uint8Array,
  source: GoldenSource,
  collector: (header: GoldenHeader) => EventCollector,
): Generator<undefined, { header: GoldenHeader; behaviour: Behaviour } | undefined> {
  if (!startsWith(bytes, BEGIN)) return undefined;
  const lines = new Lines(bytes, source);
  const front: string[] = [];
  let line = lines.next();
  for (; line !== undefined && !line.startsWith(EVENTS); line = lines.next()) {
    if (CONFLICT.test(line)) throw conflict(source);
    front.push(line);
  }
  if (line === undefined) return undefined;
  const parsed = parse(`${front.join("\n").replace(/,\s*$/, "")}}`);
  if (parsed === undefined || !("goldentrace" in parsed)) return undefined;
  const header = checkHeader(parsed.goldentrace, source);
  checked(frontSchema, parsed, source, "");

  const events = new OwnEvents(bytes, collector(header), source);
  if (line === `${EVENTS}],`) return { header, behaviour: ending(lines, events.collector, source) };
  if (line !== EVENTS) return undefined;
  let work = 0;
  while (lines.advance()) {
    if (work > WORK_OF_A_TURN) {
      work = 0;
      yield;
    }
    work++;
    if (events.known(lines.start, lines.end)) continue;
    work += WORK_OF_A_NEW_LINE;
    line = lines.text();
    if (line === "  ],") return { header, behaviour: ending(lines, events.collector, source) };
    if (CONFLICT.test(line)) throw conflict(source);
    if (!line.startsWith(EVENT) || !events.line(line, lines.start, lines.end)) return undefined;
  }
  throw refusal(source, `is cut off after ${plural(events.collector.length, "event")}`);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

function conflict(source: GoldenSource): Error {
  return refusal(source, "has an unresolved merge conflict");
}

function ending(lines: Lines, collector: EventCollector, source: GoldenSource): Behaviour {
  const rest: string[] = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    rest.push(line);
    // What a program printed behind it is none of ours.
    if (line === "}") break;
  }
  const parsed = parse(`{${rest.join("\n")}`);
  if (parsed === undefined) throw refusal(source, "is cut off before its end");
  const summary = checked(summarySchema, parsed.summary, source, "summary");
  if (summary.total_syscalls !== collector.length) {
    throw refusal(
      source,
      `holds ${plural(collector.length, "event")} and says that they are ${summary.total_syscalls}: it was cut or merged`,
    );
  }
  return collector.behaviour(summary);
}

interface KnownEvent {
  readonly shape: number;
  readonly place: EventPlace;
}

/** Events by line; each distinct first and second half is parsed and checked once. */
class OwnEvents {
  private readonly lines: KnownLines;
  /** Events of the known lines. */
  private readonly events: KnownEvent[] = [];
  private readonly shapes = new Map<string, number>();
  private readonly places = new Map<string, EventPlace>();

  constructor(
    bytes: Uint8Array,
    readonly collector: EventCollector,
    private readonly source: GoldenSource,
  ) {
    this.lines = new KnownLines(bytes);
  }

  /** Adds the event of a line that was read before; false when the line is new. */
  known(start: number, end: number): boolean {
    const event = this.events[this.lines.find(start, end)];
    if (event === undefined) return false;
    this.add(event);
    return true;
  }

  /** Reads `    {"name":…,"thread":…}` with or without a comma; false when it is laid out in another way. */
  line(line: string, start: number, end: number): boolean {
    const event = this.newLine(line);
    if (event === undefined) return false;
    if (this.lines.add(start, end) !== -1) this.events.push(event);
    this.add(event);
    return true;
  }

  private add({ shape, place }: KnownEvent): void {
    const problem = this.collector.add(shape, place);
    if (problem !== undefined) throw this.damaged(problem);
  }

  private newLine(line: string): KnownEvent | undefined {
    const end = line.charCodeAt(line.length - 1) === COMMA ? line.length - 1 : line.length;
    const cut = line.lastIndexOf(PLACE);
    if (cut === -1 || line.charCodeAt(end - 1) !== CLOSE_BRACE) return undefined;
    const head = line.slice(4, cut);
    const tail = line.slice(cut, end);
    const shape = this.shapes.get(head) ?? this.newShape(head);
    if (shape === undefined) return undefined;
    const place = this.places.get(tail) ?? this.newPlace(tail);
    if (place === undefined) return undefined;
    return { shape, place };
  }

  private newShape(head: string): number | undefined {
    const parsed = parse(`${head}}`);
    if (parsed === undefined) return undefined;
    const shape = this.collector.shapeId(checked(shapeSchema, parsed, this.source, this.number));
    if (typeof shape === "string") throw this.damaged(shape);
    this.shapes.set(head, shape);
    return shape;
  }

  private newPlace(tail: string): EventPlace | undefined {
    const parsed = parse(`{${tail.slice(1)}`);
    if (parsed === undefined) return undefined;
    const place = this.collector.place(checked(placeSchema, parsed, this.source, this.number));
    if (typeof place === "string") throw this.damaged(place);
    this.places.set(tail, place);
    return place;
  }

  private get number(): string {
    return `event ${this.collector.length + 1}`;
  }

  private damaged(problem: string): Error {
    return refusal(this.source, `is damaged: ${this.number} ${problem}`);
  }
}

/** An object of a few kilobytes; undefined when it is none, or one that only a careful reader should see. */
function parse(json: string): Record<string, unknown> | undefined {
  const scan = scanJson(json, 0);
  if (scan.tooDeep || scan.longIntegers.length > 0) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || hasPrototypeKey(value)) return undefined;
    return value as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Lines of UTF-8 text, decoded only where they are asked for. */
class Lines {
  /** Range of the line at hand, without its line feed. */
  start = 0;
  end = -1;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(
    private readonly bytes: Uint8Array,
    private readonly source: GoldenSource,
  ) {}

  /** Goes to the next line; false when there is none. */
  advance(): boolean {
    this.start = this.end + 1;
    if (this.start >= this.bytes.length) return false;
    const feed = this.bytes.indexOf(LINE_FEED, this.start);
    this.end = feed === -1 ? this.bytes.length : feed;
    if (this.end - this.start > MAX_LINE) throw longLine(this.source);
    return true;
  }

  text(): string {
    try {
      return this.decoder.decode(this.bytes.subarray(this.start, this.end));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw refusal(this.source, "is not UTF-8 text");
    }
  }

  next(): string | undefined {
    return this.advance() ? this.text() : undefined;
  }
}

export function longLine(source: GoldenSource): Error {
  return refusal(source, `has a line of more than ${MAX_LINE >> 20} MB, which no recorder writes`);
}
