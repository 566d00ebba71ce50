import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { formatNs, plural } from "../base/format.ts";
import { NO_USAGE, type ProcessReading, ProcessTree, type Usage } from "../engine/session/processTree.ts";
import { NS_PER_TICK, parseProcStat, parseRunDelay } from "../engine/session/procParse.ts";
import type { MetricSample } from "../engine/trace/records.ts";
import type { TraceProblem } from "../engine/trace/trace.ts";
import { ProcessReader } from "./processReader.ts";
import { listNumbers, readProcFile } from "./procFiles.ts";

export interface ProcSamplerOptions {
  /** Between two samples, at least 10. */
  readonly intervalMs: number;
  /** Nanoseconds from the recording's origin. */
  now(): number;
  /** Live processes as the recorder knows them; descendants are found besides. */
  roots(): readonly number[];
  /** One row per live process and one for the tree (pid 0), for each round. */
  onSamples(samples: readonly MetricSample[]): void;
  /** A remark for the user, when fewer or slower samples are taken than asked for. */
  onNotice?(message: string): void;
  /** The roots ran before (attach): the tree row counts from now on. */
  readonly attached?: boolean;
  /**
   * A tracer records the roots. It may begin as their own descendant (`strace -DDD`), so no descendants are looked for until
   * it is attached, and it never counts as one.
   */
  readonly traced?: boolean;
  /** Whether `/proc` lists each thread's children (a kernel option); found out when left out. */
  readonly childrenListed?: boolean;
}

/** The sampler works for at most this share of the time, and never longer than this at a stretch. */
const DUTY = 1 / 4;
const MAX_SLICE_NS = 20e6;
const SLOW_PASSES_BEFORE_CHEAPER = 3;
const FAST_PASSES_BEFORE_DEARER = 32;
const LEAST_LOOKS_AT_WAITING = 5;
/** Rows of single processes for one sample; the tree row always counts all. */
const MAX_PROCESS_ROWS = 512;

/** A walk over the tree, in as many slices as it takes. Nothing of it counts before it is finished. */
interface Pass {
  readonly time: number;
  /**
   * What our own waited-for children used. Read before everything else: usage that moves up to a parent while the pass lasts
   * is missed until the next pass, and never counted twice.
   */
  readonly reaped: Usage | undefined;
  readonly readings: ProcessReading[];
  readonly vanished: number[];
  /** Grows while it is walked: children that are found are read in the same pass, after their parents. */
  readonly wanted: Set<number>;
  readonly roots: ReadonlySet<number>;
  readonly rest: Iterator<number>;
  /** Time spent reading. */
  workNs: number;
}

/**
 * Samples `/proc` for a tree of processes, from outside of them.
 *
 * Reads are synchronous and short. A tree that is too large to be read within a quarter of the interval is read in slices
 * with pauses between them, and its samples come less often; and without a look at single threads, when that is the cause.
 *
 * What a process that we started did after the last sample is in the kernel's account of our waited-for children: the sample
 * taken by `stop`, after its end, holds its CPU time and faults up to its last instruction.
 */
export class ProcSampler {
  private readonly reader = new ProcessReader();
  private readonly tree: ProcessTree;
  private readonly forked = new Set<number>();
  private readonly childrenListed: boolean;
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private pass: Pass | undefined;
  private passes = 0;
  private nextAt = 0;
  private lookAtThreads = true;
  private slowPasses = 0;
  private fastPasses = 0;
  private threadsLeftOut = false;
  private longestGapNs = 0;
  private lastSampleAt = Number.NaN;
  private missing: string | undefined;
  /** The roots' tracer, 0 until it is seen. */
  private tracer = 0;
  private tracerWaitNs = 0;
  /** What had been waited when we came, and when that was; what was last seen, and in how many passes. */
  private readonly waiting = { before: 0, from: 0, ns: 0, to: 0, looks: 0 };

  constructor(private readonly options: ProcSamplerOptions) {
    this.childrenListed = options.childrenListed ?? existsSync("/proc/thread-self/children");
    this.tree = new ProcessTree(availableParallelism(), () => process.pid);
  }

  /** Takes a sample at once and then one each interval, until `stop`. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.nextAt = this.options.now();
    this.sampleNow();
    this.schedule();
  }

  /** Takes the last sample. */
  stop(): void {
    if (!this.running) return;
    this.running = false;
    clearTimeout(this.timer);
    this.sampleNow();
  }

  /** Whether a process was one of the tree's when it was last looked at. */
  has(pid: number): boolean {
    return this.tree.has(pid);
  }

  /** The recorder saw a process begin. */
  noteFork(pid: number): void {
    this.forked.add(pid);
  }

  /** The recorder saw a process end. */
  noteExit(pid: number): void {
    this.forked.delete(pid);
  }

  /**
   * How long threads of the tree and the tracer, added up, were ready to run and waited for a CPU, and the time in which they did.
   * Undefined after few looks, for what was over before is not known then.
   */
  waited(): { readonly waitNs: number; readonly overNs: number } | undefined {
    const { before, from, ns, to, looks } = this.waiting;
    return looks < LEAST_LOOKS_AT_WAITING ? undefined : { waitNs: Math.max(0, ns - before), overNs: to - from };
  }

  /** What the sampler could not do as asked, in sentences; empty when all is well. */
  problems(): TraceProblem[] {
    const problems: TraceProblem[] = [];
    const remark = (message: string): void => {
      problems.push({ kind: "metrics-missing", message, losesData: false });
    };
    if (this.missing !== undefined) remark(this.missing);
    if (this.threadsLeftOut) remark(THREADS_LEFT_OUT);
    if (this.isLate()) remark(this.lateMessage());
    if (this.reader.ioRefused.size > 0) {
      remark(
        `Read and written bytes of ${plural(this.reader.ioRefused.size, "process", "processes")} could not be read: ` +
          "the kernel shows them only to the user the process runs as.",
      );
    }
    return problems;
  }

  /** Takes a sample now and in one go, out of turn too. */
  sampleNow(): void {
    this.attempt(() => {
      this.pass = this.beginPass();
      this.readSlice(this.pass, Number.POSITIVE_INFINITY);
      this.finishPass(this.pass);
    });
  }

  private get tracerKnown(): boolean {
    return this.options.traced !== true || this.tracer !== 0;
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      // `/proc` itself is unreadable (a sandbox): metrics end, the recording goes on.
      this.running = false;
      clearTimeout(this.timer);
      this.missing = `Metrics could not be sampled: ${error instanceof Error ? error.message : String(error)}`;
      this.options.onNotice?.(this.missing);
    }
  }

  private beginPass(): Pass {
    const time = this.options.now();
    const reaped = childrenOfOurs();
    const roots = new Set(this.options.roots());
    const wanted = new Set<number>([...this.tree.pids(), ...roots, ...this.forked]);
    this.forked.clear();
    if (!this.childrenListed && this.tracerKnown) for (const pid of this.descendants(wanted)) wanted.add(pid);
    wanted.delete(this.tracer);
    return { time, reaped, readings: [], vanished: [], wanted, roots, rest: wanted.values(), workNs: 0 };
  }

  /** Reads processes for at most the given time. Returns whether none is left. */
  private readSlice(pass: Pass, sliceNs: number): boolean {
    const begun = this.options.now();
    const read = { threads: this.lookAtThreads, children: this.childrenListed };
    let spent = 0;
    while (spent <= sliceNs) {
      const next = pass.rest.next();
      if (next.done === true) {
        pass.workNs += spent;
        return true;
      }
      const result = this.reader.read(next.value, read);
      if (result === undefined) {
        pass.vanished.push(next.value);
      } else {
        pass.readings.push(result.reading);
        if (this.options.traced === true && pass.roots.has(next.value) && result.tracerPid !== 0) {
          this.tracer = result.tracerPid;
        }
        if (!this.tracerKnown) continue;
        for (const child of result.children) if (child !== this.tracer) pass.wanted.add(child);
      }
      spent = this.options.now() - begun;
    }
    pass.workNs += spent;
    return false;
  }

  private finishPass(pass: Pass): void {
    this.pass = undefined;
    const first = this.passes === 0;
    this.passes++;
    this.tree.begin(pass.time, pass.reaped);
    for (const reading of pass.readings) {
      this.tree.see(reading, pass.time, first && this.options.attached === true);
    }
    this.noteWaiting(pass, first);
    this.tree.vanishAll(pass.vanished);
    for (const pid of pass.vanished) this.reader.forget(pid);
    this.adapt(pass);
    if (first && this.tree.size === 0) return;
    this.options.onSamples(this.tree.rows(pass.time, this.tree.size <= MAX_PROCESS_ROWS));
  }

  private noteWaiting({ readings, time }: Pass, first: boolean): void {
    const { waiting } = this;
    if (first) waiting.from = time;
    if (readings.length === 0) return;
    if (this.tracer !== 0) {
      const delay = parseRunDelay(readProcFile(`/proc/${this.tracer}/schedstat`) ?? "");
      this.tracerWaitNs = Math.max(this.tracerWaitNs, delay ?? 0);
    }
    waiting.ns = this.reader.waitedNs + this.tracerWaitNs;
    waiting.to = time;
    waiting.looks++;
    // What was waited before somebody attached is not ours.
    if (first && this.options.attached === true) waiting.before = waiting.ns;
  }

  /** Finds descendants by every process' parent, where the kernel does not list children. */
  private descendants(members: ReadonlySet<number>): number[] {
    const byParent = new Map<number, number[]>();
    for (const pid of listNumbers("/proc")) {
      const stat = parseProcStat(readProcFile(`/proc/${pid}/stat`) ?? "");
      if (stat === undefined) continue;
      const siblings = byParent.get(stat.ppid);
      if (siblings === undefined) byParent.set(stat.ppid, [pid]);
      else siblings.push(pid);
    }
    const found = new Set<number>(members);
    for (const pid of found) for (const child of byParent.get(pid) ?? []) found.add(child);
    return [...found];
  }

  private get intervalNs(): number {
    return this.options.intervalMs * 1e6;
  }

  private get sliceNs(): number {
    return Math.min(this.intervalNs * DUTY, MAX_SLICE_NS);
  }

  private schedule(): void {
    const now = this.options.now();
    // Samples lie on a fixed grid; those that were missed are left out.
    this.nextAt += this.intervalNs;
    if (this.nextAt <= now) this.nextAt += Math.ceil((now - this.nextAt) / this.intervalNs) * this.intervalNs;
    this.wake(this.nextAt - now);
  }

  private wake(inNs: number): void {
    this.timer = setTimeout(() => this.attempt(() => this.turn()), Math.max(1, Math.round(inNs / 1e6)));
    this.timer.unref();
  }

  /** Begins a pass or goes on with one, and sees to the next turn. */
  private turn(): void {
    this.pass ??= this.beginPass();
    const { pass } = this;
    const before = pass.workNs;
    const done = this.readSlice(pass, this.sliceNs);
    if (done) {
      this.finishPass(pass);
      if (this.running) this.schedule();
    } else {
      this.wake((pass.workNs - before) * (1 / DUTY - 1));
    }
  }

  /** Leaves threads out when passes keep taking more than one slice, and looks at them again when there is room. */
  private adapt(pass: Pass): void {
    this.slowPasses = pass.workNs > this.sliceNs ? this.slowPasses + 1 : 0;
    this.fastPasses = pass.workNs < this.sliceNs / 4 ? this.fastPasses + 1 : 0;
    const hasThreads = pass.readings.some(({ threads }) => threads > 1);
    if (this.slowPasses >= SLOW_PASSES_BEFORE_CHEAPER && this.lookAtThreads && hasThreads) {
      this.slowPasses = 0;
      this.lookAtThreads = false;
      this.notice(THREADS_LEFT_OUT, this.threadsLeftOut);
      this.threadsLeftOut = true;
    } else if (this.fastPasses >= FAST_PASSES_BEFORE_DEARER) {
      this.fastPasses = 0;
      this.lookAtThreads = true;
    }
    const wasLate = this.isLate();
    // Only passes in slices are late by the tree's size; a machine that is busy elsewhere is no fault of the tree.
    if (pass.workNs > this.sliceNs && !Number.isNaN(this.lastSampleAt)) {
      this.longestGapNs = Math.max(this.longestGapNs, pass.time - this.lastSampleAt);
    }
    this.lastSampleAt = pass.time;
    if (this.isLate()) this.notice(this.lateMessage(), wasLate);
  }

  private notice(message: string, wasSaid: boolean): void {
    if (!wasSaid) this.options.onNotice?.(message);
  }

  private isLate(): boolean {
    return this.longestGapNs > 2 * this.intervalNs;
  }

  private lateMessage(): string {
    const gap = formatNs(this.longestGapNs);
    const asked = formatNs(this.intervalNs);
    return `So many processes ran that metrics were sampled up to ${gap} apart instead of every ${asked}.`;
  }
}

/** What the children that this process started and waited for used; bytes and switches are not told apart from our own. */
function childrenOfOurs(): Usage | undefined {
  const stat = parseProcStat(readProcFile(`/proc/${process.pid}/stat`) ?? "");
  if (stat === undefined) return undefined;
  return {
    ...NO_USAGE,
    cpuNs: stat.childCpuTicks * NS_PER_TICK,
    minorFaults: stat.childMinorFaults,
    majorFaults: stat.childMajorFaults,
  };
}

const THREADS_LEFT_OUT =
  "Looking at every thread took too long: context switches are those of each process' first thread, CPU time is exact to 20 ms.";
