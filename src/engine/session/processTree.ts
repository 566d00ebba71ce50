import type { MetricSample } from "../trace/records.ts";

/** Usage that only grows while a process lives. Times in nanoseconds, the rest counts and bytes. */
export interface Usage {
  readonly cpuNs: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

export const NO_USAGE: Usage = {
  cpuNs: 0,
  readBytes: 0,
  writtenBytes: 0,
  minorFaults: 0,
  majorFaults: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
};

/** One look at one process. */
export interface ProcessReading {
  readonly pid: number;
  readonly ppid: number;
  /** Distinguishes processes that had the same pid one after the other. */
  readonly start: number;
  /** What the process used itself. The kernel adds the bytes of children that were waited for to `readBytes` and `writtenBytes`. */
  readonly own: Usage;
  /** What children that were waited for used; bytes and switches 0, for the kernel does not tell them apart. */
  readonly children: Usage;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly threads: number;
  /** The process ignores SIGCHLD: its children's usage is added to nobody. */
  readonly ignoresChildren: boolean;
}

/** User and system time are told in ticks of 10 ms, each rounded down. */
const ROUNDING_NS = 20e6;

interface Member {
  reading: ProcessReading;
  /** Subtracted from everything: what a process that was attached to had used before. */
  readonly baseline: Usage;
  readonly childrenBaseline: Usage;
  /** Last seen totals of children that vanished; the kernel should have added them to `reading.children`. */
  vanished: Usage;
  /** What the previous row said, for CPU per cent. */
  previousCpuNs: number;
  previousTime: number;
}

/**
 * Adds up the usage of a tree of processes that come and go between samples.
 *
 * The kernel adds a child's usage to its parent when the parent waits for it. So a total is: what live processes used
 * themselves, plus what their waited-for children used. A child seen alive and then no more is in its parent's numbers
 * already (or was reaped by somebody outside of the tree: then its last seen values are kept). Counting both would count
 * twice, so of each parent's "children waited for" and "children seen to vanish" the larger counts: both are lower bounds
 * of the same thing. Totals never fall.
 */
export class ProcessTree {
  private readonly members = new Map<number, Member>();
  /** Usage of vanished processes that is in no live process' numbers. */
  private gone: Usage = NO_USAGE;
  /** The reaper's account of its children at the beginning of this walk and of the one before. */
  private reaperNow: Usage | undefined;
  private reaperBefore: Usage | undefined;
  private seenAt = Number.NaN;
  private seenBefore = Number.NaN;
  private total: Usage = NO_USAGE;
  private peakRssBytes = 0;
  private treeCpuNs = 0;
  private treeTime = Number.NaN;

  /**
   * @param cpus number of CPUs, the bound of CPU per cent
   * @param reaper the pid of the process that waits for the tree's first process without belonging to it (ourselves)
   */
  constructor(
    private readonly cpus: number,
    private readonly reaper: () => number | undefined,
  ) {}

  get size(): number {
    return this.members.size;
  }

  pids(): number[] {
    return [...this.members.keys()];
  }

  has(pid: number): boolean {
    return this.members.has(pid);
  }

  /** The start time of the process known under `pid`; undefined when there is none. */
  startOf(pid: number): number | undefined {
    return this.members.get(pid)?.reading.start;
  }

  /**
   * Takes in a look at a process, after `begin`. A new process under a known pid ends the old one.
   * @param fromNow count only what it uses from now on (a process that was attached to)
   */
  see(reading: ProcessReading, time: number, fromNow: boolean): void {
    const known = this.members.get(reading.pid);
    if (known !== undefined && known.reading.start === reading.start) {
      known.reading = {
        ...reading,
        own: larger(reading.own, known.reading.own),
        children: larger(reading.children, known.reading.children),
        peakRssBytes: Math.max(reading.peakRssBytes, known.reading.peakRssBytes),
      };
      return;
    }
    if (known !== undefined) this.vanish(reading.pid);
    const baseline = fromNow ? reading.own : NO_USAGE;
    this.members.set(reading.pid, {
      reading,
      baseline,
      childrenBaseline: fromNow ? reading.children : NO_USAGE,
      vanished: NO_USAGE,
      previousCpuNs: Number.NaN,
      previousTime: time,
    });
  }

  /** A walk over the processes begins. `children` is what the reaper's waited-for children used until now, where known. */
  begin(time: number, children: Usage | undefined): void {
    this.seenBefore = this.seenAt;
    this.seenAt = time;
    this.reaperBefore = this.reaperNow;
    this.reaperNow = children;
  }

  /** The processes are gone. Their last usage is kept, where their parents' numbers do not hold it. */
  vanishAll(pids: readonly number[]): void {
    // Children first, so that a subtree that ended between two samples folds upwards as the kernel folded it.
    const depth = (pid: number): number => {
      let steps = 0;
      let member = this.members.get(pid);
      while (member !== undefined && steps < this.members.size) {
        member = this.members.get(member.reading.ppid);
        steps++;
      }
      return steps;
    };
    const ordered = pids.map((pid) => ({ pid, depth: depth(pid) })).sort((a, b) => b.depth - a.depth);
    for (const { pid } of ordered) this.vanish(pid);
  }

  private vanish(pid: number): void {
    const member = this.members.get(pid);
    if (member === undefined) return;
    this.members.delete(pid);
    const used = totalOf(member);
    const parent = this.members.get(member.reading.ppid);
    if (parent !== undefined) {
      if (parent.reading.ignoresChildren) this.gone = plus(this.gone, used);
      else parent.vanished = plus(parent.vanished, used);
    } else if (member.reading.ppid === this.reaper()) {
      this.gone = plus(this.gone, this.finalUsage(used));
    } else {
      this.gone = plus(this.gone, used);
    }
  }

  /**
   * What a process used up to its last instruction: what the reaper's account grew by when it was waited for. The reaper
   * has other children too, so growth that cannot be this process' alone is not taken.
   */
  private finalUsage(lastSeen: Usage): Usage {
    if (this.reaperNow === undefined || this.reaperBefore === undefined) return lastSeen;
    const growth = minus(this.reaperNow, this.reaperBefore);
    const most = lastSeen.cpuNs + (this.seenAt - this.seenBefore) * this.cpus + ROUNDING_NS;
    if (growth.cpuNs < lastSeen.cpuNs - ROUNDING_NS || growth.cpuNs > most) return lastSeen;
    return {
      ...lastSeen,
      cpuNs: Math.max(lastSeen.cpuNs, growth.cpuNs),
      minorFaults: Math.max(lastSeen.minorFaults, growth.minorFaults),
      majorFaults: Math.max(lastSeen.majorFaults, growth.majorFaults),
    };
  }

  /** A row for each live process (in order of their pids) when asked for, then the tree's. */
  rows(time: number, withProcesses: boolean): MetricSample[] {
    const rows: MetricSample[] = [];
    if (withProcesses) {
      for (const pid of this.pids().sort((a, b) => a - b)) {
        const member = this.members.get(pid);
        if (member !== undefined) rows.push(this.processRow(member, time));
      }
    }
    rows.push(this.treeRow(time));
    return rows;
  }

  private processRow(member: Member, time: number): MetricSample {
    const { reading } = member;
    const own = minus(reading.own, member.baseline);
    const cpuPercent = Number.isNaN(member.previousCpuNs)
      ? 0
      : this.percent(own.cpuNs - member.previousCpuNs, time - member.previousTime);
    member.previousCpuNs = own.cpuNs;
    member.previousTime = time;
    return {
      time,
      pid: reading.pid,
      cpuPercent,
      ...own,
      rssBytes: reading.rssBytes,
      peakRssBytes: reading.peakRssBytes,
      threads: reading.threads,
      processes: 1,
    };
  }

  private treeRow(time: number): MetricSample {
    let sum = this.gone;
    let rssBytes = 0;
    let threads = 0;
    for (const member of this.members.values()) {
      sum = plus(sum, totalOf(member));
      rssBytes += member.reading.rssBytes;
      threads += member.reading.threads;
    }
    this.total = larger(sum, this.total);
    this.peakRssBytes = Math.max(this.peakRssBytes, rssBytes);
    const cpuPercent = Number.isNaN(this.treeTime)
      ? 0
      : this.percent(this.total.cpuNs - this.treeCpuNs, time - this.treeTime);
    this.treeCpuNs = this.total.cpuNs;
    this.treeTime = time;
    return {
      time,
      pid: 0,
      cpuPercent,
      ...this.total,
      rssBytes,
      peakRssBytes: this.peakRssBytes,
      threads,
      processes: this.members.size,
    };
  }

  /** Usage that is learnt late (a child's, when it is waited for) must not show more than all CPUs at work. */
  private percent(cpuNs: number, elapsedNs: number): number {
    if (elapsedNs <= 0) return 0;
    return Math.min(Math.max(0, (cpuNs / elapsedNs) * 100), this.cpus * 100);
  }
}

/** What a member and its vanished children used since it was first seen. */
function totalOf(member: Member): Usage {
  const own = minus(member.reading.own, member.baseline);
  const waited = minus(member.reading.children, member.childrenBaseline);
  const children = larger(waited, member.vanished);
  return {
    cpuNs: own.cpuNs + children.cpuNs,
    minorFaults: own.minorFaults + children.minorFaults,
    majorFaults: own.majorFaults + children.majorFaults,
    // The kernel adds a child's bytes to its parent's own.
    readBytes: Math.max(own.readBytes, member.vanished.readBytes),
    writtenBytes: Math.max(own.writtenBytes, member.vanished.writtenBytes),
    // Nobody can ask for the switches of waited-for children.
    voluntarySwitches: own.voluntarySwitches + member.vanished.voluntarySwitches,
    involuntarySwitches: own.involuntarySwitches + member.vanished.involuntarySwitches,
  };
}

function combine(a: Usage, b: Usage, pick: (a: number, b: number) => number): Usage {
  return {
    cpuNs: pick(a.cpuNs, b.cpuNs),
    readBytes: pick(a.readBytes, b.readBytes),
    writtenBytes: pick(a.writtenBytes, b.writtenBytes),
    minorFaults: pick(a.minorFaults, b.minorFaults),
    majorFaults: pick(a.majorFaults, b.majorFaults),
    voluntarySwitches: pick(a.voluntarySwitches, b.voluntarySwitches),
    involuntarySwitches: pick(a.involuntarySwitches, b.involuntarySwitches),
  };
}

const plus = (a: Usage, b: Usage): Usage => combine(a, b, (x, y) => x + y);
const minus = (a: Usage, b: Usage): Usage => combine(a, b, (x, y) => x - y);
const larger = (a: Usage, b: Usage): Usage => combine(a, b, Math.max);
