import { StringTable } from "../../../base/stringTable.ts";
import { int32Column, uint8Column } from "../../trace/growable.ts";
import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "../behaviour.ts";

/** Writes a behaviour event by event, one thread after the other. */
export class BehaviourWriter {
  private readonly threads: BehaviourThread[] = [];
  private readonly keys = new Set<string>();
  private readonly shape = int32Column();
  private readonly thread = int32Column();
  private readonly site = int32Column();
  private readonly startup = uint8Column();
  private readonly shapes: EventShape[] = [];
  private readonly shapeKeys = new StringTable();
  private readonly shapeIds = new Map<EventShape, number>();
  private readonly sites: BehaviourSite[] = [];
  private readonly siteKeys = new StringTable();
  private readonly siteIds = new Map<BehaviourSite, number>();

  /**
   * Begins the next thread. Its key gets another number when there is one of that name already; its range is set from what is added.
   * @returns its index
   */
  begin(thread: BehaviourThread): number {
    this.end();
    let { key } = thread;
    for (let number = 2; this.keys.has(key); number++) key = `${thread.key.replace(/#\d+$/, "")}#${number}`;
    this.keys.add(key);
    const from = this.shape.length;
    return this.threads.push({ ...thread, key, from, to: from }) - 1;
  }

  add(shape: EventShape, site: BehaviourSite | null, startup: boolean): void {
    this.shape.push(intern(this.shapeIds, this.shapeKeys, this.shapes, shape));
    this.thread.push(this.threads.length - 1);
    this.site.push(site === null ? -1 : intern(this.siteIds, this.siteKeys, this.sites, site));
    this.startup.push(startup ? 1 : 0);
  }

  done(exit: Behaviour["exit"], ruleHits: Behaviour["ruleHits"]): Behaviour {
    this.end();
    const length = this.shape.length;
    return {
      threads: this.threads,
      events: {
        length,
        shape: this.shape.view(),
        thread: this.thread.view(),
        site: this.site.view(),
        row: Int32Array.from({ length }, (_, event) => event),
        startup: this.startup.view(),
      },
      shapes: this.shapes,
      sites: this.sites,
      exit,
      ruleHits,
    };
  }

  private end(): void {
    const last = this.threads.at(-1);
    if (last !== undefined) this.threads[this.threads.length - 1] = { ...last, to: this.shape.length };
  }
}

/** Equal values get one number; the same object is not looked at twice. */
function intern<T extends object>(ids: Map<T, number>, keys: StringTable, list: T[], value: T): number {
  const known = ids.get(value);
  if (known !== undefined) return known;
  const id = keys.intern(JSON.stringify(value));
  if (id === list.length) list.push(value);
  ids.set(value, id);
  return id;
}
