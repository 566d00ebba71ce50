import { type SyscallColumns, SyscallState, type ThreadInfo, type Trace } from "../trace/trace.ts";
import { type SyncEvent, syncEvents } from "./syncEvents.ts";

/** A stretch of the chain in one thread. */
export interface PathSegment {
  /** Index into `Trace.threads`. */
  readonly thread: number;
  /** Nanoseconds from the origin. */
  readonly from: number;
  readonly to: number;
  /** What of it counts: time in which the thread waited for others does not. */
  readonly wallNs: number;
  readonly syscallNs: number;
}

/** The longest chain of events each of which had to happen before the next. */
export interface CriticalPath {
  readonly wallNs: number;
  /** Time in system calls along the same chain. */
  readonly syscallNs: number;
  /** From the start to the end; times between two of them passed between cause and effect. */
  readonly segments: readonly PathSegment[];
  /** True when there are so many segments that the latest ones were only added up. */
  readonly segmentsCut: boolean;
}

export interface PathOptions {
  /** Which time makes a chain long; wall time by default. */
  readonly by?: "wall" | "syscall";
  /** Time in other threads does not count (but chains lead through them); all by default. */
  readonly counts?: (thread: ThreadInfo, index: number) => boolean;
}

const MAX_SEGMENTS = 1_000_000;

/** End of a chain: a linked list towards the start, shared between chains. */
interface Link extends PathSegment {
  readonly before: Link | undefined;
}

/** The longest chain to a point in time of one thread. */
interface Reached {
  readonly thread: number;
  readonly time: number;
  /** Time in system calls of this thread until then. */
  readonly spent: number;
  readonly wall: number;
  readonly syscall: number;
  readonly link: Link | undefined;
}

/**
 * The longest happens-before chain of a run: through the events of a thread in their order; from a thread to what it creates; from an
 * exit to the wait that returns it; from a write to the read of the same bytes of a pipe or connection; from a kill to the signal's
 * delivery; from a futex wake to the wait it ends. While a thread waits for another one, the chain runs through that one.
 *
 * One pass over the calls and one over the events that bind threads together; linear in their number except for sorting the latter.
 */
export function criticalPath(trace: Trace, options: PathOptions = {}): CriticalPath {
  const search = new PathSearch(trace, options);
  for (const event of syncEvents(trace)) search.apply(event);
  return search.longest();
}

class PathSearch {
  private readonly reached: (Reached | undefined)[];
  private readonly counts: readonly boolean[];
  private readonly by: "wall" | "syscall";
  private readonly ends: ReturnType<typeof lastTimes>;
  private readonly snapshots = new Map<SyncEvent, Reached>();
  private segments = 0;

  constructor(trace: Trace, { by = "wall", counts = () => true }: PathOptions) {
    const { threads } = trace;
    this.by = by;
    this.counts = threads.map(counts);
    this.ends = lastTimes(trace);
    this.reached = threads.map((thread, index) => {
      // Children begin with the event of their creation, unless nobody was seen to create them.
      if (thread.parent >= 0) return undefined;
      const time = Number.isNaN(thread.start) ? (this.ends.first[index] as number) : thread.start;
      return { thread: index, time, spent: 0, wall: 0, syscall: 0, link: undefined };
    });
  }

  apply(event: SyncEvent): void {
    switch (event.kind) {
      case "create": {
        const parent = this.at(event.thread, event.time, event.spent);
        if (parent !== undefined) {
          this.reached[event.child] = { ...parent, thread: event.child, spent: 0, link: parent.link };
        }
        break;
      }
      case "cause": {
        const here = this.at(event.thread, event.time, event.spent);
        if (here !== undefined && event.needed > 0) this.snapshots.set(event, here);
        break;
      }
      case "join":
        this.join(event);
    }
  }

  longest(): CriticalPath {
    const { last, spent } = this.ends;
    let best: Reached | undefined;
    for (let thread = 0; thread < this.reached.length; thread++) {
      const end = this.at(thread, last[thread] as number, spent[thread] as number);
      if (end !== undefined && (best === undefined || this.isLonger(end, best))) best = end;
    }
    if (best === undefined) return { wallNs: 0, syscallNs: 0, segments: [], segmentsCut: false };
    const segments: PathSegment[] = [];
    for (let link = best.link; link !== undefined; link = link.before) {
      const { thread, from, to, wallNs, syscallNs } = link;
      const next = segments.at(-1);
      // Read backwards: what follows is the last one that was added.
      if (next?.thread === thread) {
        segments[segments.length - 1] = {
          thread,
          from,
          to: next.to,
          wallNs: wallNs + next.wallNs,
          syscallNs: syscallNs + next.syscallNs,
        };
      } else segments.push({ thread, from, to, wallNs, syscallNs });
    }
    const segmentsCut = this.segments >= MAX_SEGMENTS;
    return { wallNs: best.wall, syscallNs: best.syscall, segments: segments.reverse(), segmentsCut };
  }

  private join(event: Extract<SyncEvent, { kind: "join" }>): void {
    const { thread, time, waitStart, spentAtStart, spent, cause } = event;
    const causing = this.snapshots.get(cause);
    if (--cause.needed <= 0) this.snapshots.delete(cause);
    if (causing === undefined || causing.thread === thread) return;
    const blocked = causing.time > waitStart;
    const own = this.at(thread, waitStart, spentAtStart);
    // What remains of the call after its cause: the way from there to here.
    const rest = time - Math.max(waitStart, causing.time);
    const restSpent = Math.min(rest, Math.max(0, spent - spentAtStart));
    if (own !== undefined && !this.isLonger(causing, own)) {
      // Without waiting the chain of this thread simply goes on.
      if (!blocked) return;
      this.reached[thread] = this.extended(own, thread, time, spent, rest, restSpent);
    } else {
      this.reached[thread] = this.extended(causing, thread, time, spent, rest, restSpent);
    }
  }

  /** A chain that goes on in a thread and has reached `time` there, of which only `wall` and `syscall` count. */
  private extended(from: Reached, thread: number, time: number, spent: number, wall: number, syscall: number): Reached {
    const wallNs = this.counts[thread] === true ? wall : 0;
    const syscallNs = this.counts[thread] === true ? syscall : 0;
    const before = from.link;
    const link = this.link({ thread, from: from.time, to: time, wallNs, syscallNs, before });
    return { thread, time, spent, wall: from.wall + wallNs, syscall: from.syscall + syscallNs, link };
  }

  /** The longest chain to a time of a thread that is not before its last event; undefined when it has none. */
  private at(thread: number, time: number, spent: number): Reached | undefined {
    const reached = this.reached[thread];
    if (reached === undefined) return undefined;
    const counted = this.counts[thread] === true;
    const wall = counted ? Math.max(0, time - reached.time) : 0;
    const syscall = counted ? Math.max(0, spent - reached.spent) : 0;
    if (!(time > reached.time)) return reached;
    const link = this.link({
      thread,
      from: reached.time,
      to: time,
      wallNs: wall,
      syscallNs: syscall,
      before: reached.link,
    });
    return { thread, time, spent, wall: reached.wall + wall, syscall: reached.syscall + syscall, link };
  }

  private link(link: Link): Link | undefined {
    if (this.segments >= MAX_SEGMENTS) return link.before;
    // Two stretches of one thread are one.
    const { before } = link;
    if (before?.thread === link.thread) {
      const { from, wallNs, syscallNs } = before;
      return {
        ...link,
        from,
        wallNs: wallNs + link.wallNs,
        syscallNs: syscallNs + link.syscallNs,
        before: before.before,
      };
    }
    this.segments++;
    return link;
  }

  private isLonger(a: Reached, b: Reached): boolean {
    return this.by === "wall" ? a.wall > b.wall : a.syscall > b.syscall;
  }
}

/** First and last known time of each thread, and its whole time in system calls. */
function lastTimes({ syscalls, threads }: Trace): { first: Float64Array; last: Float64Array; spent: Float64Array } {
  const first = Float64Array.from(threads, ({ start }) => start);
  const last = Float64Array.from(threads, ({ end }) => end);
  const spent = new Float64Array(threads.length);
  for (let row = 0; row < syscalls.length; row++) {
    const thread = syscalls.thread[row] as number;
    const start = syscalls.start[row] as number;
    const duration = durationOf(syscalls, row);
    spent[thread]! += duration;
    if (!(start >= (first[thread] as number))) first[thread] = start;
    // The end that was seen is the end, whatever rounding says of the last call.
    if (Number.isNaN(threads[thread]?.end) && !(start + duration <= (last[thread] as number))) {
      last[thread] = start + duration;
    }
  }
  return { first, last, spent };
}

function durationOf(syscalls: SyscallColumns, row: number): number {
  return syscalls.state[row] === SyscallState.returned ? (syscalls.duration[row] as number) || 0 : 0;
}
