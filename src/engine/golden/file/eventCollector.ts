import { StringTable } from "../../../base/stringTable.ts";
import type { GoldenEvent, GoldenFile, GoldenThread } from "../../../protocol/goldenFile.ts";
import { int32Column, uint8Column } from "../../trace/growable.ts";
import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "../behaviour.ts";
import type { Normaliser } from "../normalise/normaliser.ts";
import { readResult, shapeOfParts } from "./storedShape.ts";

/** Where an event belongs; the second half of a line. */
export interface EventPlace {
  readonly thread: number;
  readonly startup: boolean;
  /** Index of the site, -1 for none. */
  readonly site: number;
}

/** Puts the events of a golden file together to a behaviour. Methods tell in words what is wrong with an event. */
export class EventCollector {
  private readonly shape = int32Column();
  private readonly thread = int32Column();
  private readonly site = int32Column();
  private readonly startup = uint8Column();
  private readonly shapes: EventShape[] = [];
  private readonly shapeIds = new StringTable();
  private readonly sites: BehaviourSite[] = [];
  private readonly siteIds = new StringTable();
  private lastThread = 0;

  /**
   * @param rules see `shapeOfParts`
   * @param environmentFiles see `shapeOfParts`
   */
  constructor(
    private readonly threads: readonly GoldenThread[],
    private readonly rules: Normaliser | undefined,
    private readonly environmentFiles: boolean,
  ) {}

  get length(): number {
    return this.shape.length;
  }

  /** The shape of an event, or what is wrong with it. */
  shapeId({ name, args, result, errno = "", value = "" }: Omit<GoldenEvent, "thread">): number | string {
    const key = JSON.stringify([name, args, result, errno, value]);
    const known = this.shapeIds.find(key);
    if (known !== undefined) return known;
    const outcome = readResult(result, errno);
    if (outcome === undefined) return "has a result that is no number";
    if (typeof result === "number" && !Number.isSafeInteger(result)) return "has a result that no number can hold";
    const parts = { name, args, errno, value, ...outcome };
    this.shapes.push(shapeOfParts(parts, this.rules, this.environmentFiles));
    return this.shapeIds.intern(key);
  }

  /** The place of an event, or what is wrong with it. */
  place({ thread, startup, source }: Pick<GoldenEvent, "thread" | "startup" | "source">): EventPlace | string {
    if (!Number.isInteger(thread) || this.threads[thread] === undefined) {
      return `names a thread (${thread}) that the file does not list`;
    }
    if (source === undefined) return { thread, startup: startup === true, site: -1 };
    const { file, line, function: inFunction = "" } = source;
    if (!Number.isSafeInteger(line) || line < 0) return `names a line (${line}) that cannot be`;
    const site = this.siteIds.intern(`${line}\0${inFunction}\0${file}`);
    if (site === this.sites.length) this.sites.push({ file, line, function: inFunction });
    return { thread, startup: startup === true, site };
  }

  /** Adds an event; returns what is wrong with it, or undefined. */
  add(shape: number, { thread, startup, site }: EventPlace): string | undefined {
    if (thread < this.lastThread) return "stands behind an event of a later thread";
    this.lastThread = thread;
    this.shape.push(shape);
    this.thread.push(thread);
    this.site.push(site);
    this.startup.push(startup ? 1 : 0);
    return undefined;
  }

  behaviour({ exit_code, signal }: GoldenFile["summary"]): Behaviour {
    const { length } = this;
    const thread = this.thread.take();
    return {
      threads: behaviourThreads(this.threads, thread),
      events: {
        length,
        shape: this.shape.take(),
        thread,
        site: this.site.take(),
        row: Int32Array.from({ length }, (_, event) => event),
        startup: this.startup.take(),
      },
      shapes: this.shapes,
      sites: this.sites,
      exit: signal ?? exit_code,
      ruleHits: new Map(),
    };
  }
}

/** @param threadOf thread of each event, never decreasing */
function behaviourThreads(threads: readonly GoldenThread[], threadOf: Int32Array): BehaviourThread[] {
  let at = 0;
  return threads.map(({ key, role, parent, execs, exit, pool = "" }, index) => {
    const from = at;
    while (at < threadOf.length && threadOf[at] === index) at++;
    return { key, role, parent, execs, exit, pool, from, to: at };
  });
}
