import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { plural } from "../base/format.ts";
import { ProcessTree } from "../engine/session/processTree.ts";
import { NS_PER_TICK, parseProcStat } from "../engine/session/procParse.ts";
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
  /**
   * The process that waits for the roots without being traced itself (strace); its own usage is not counted. After the
   * roots' end the kernel's account with it still holds their CPU time up to their last instruction.
   */
  reaper?(): number | undefined;
  /** The roots ran before (attach): the tree row counts from now on. */
  readonly attached?: boolean;
  /** Whether `/proc` lists each thread's children (a kernel option); found out when left out. */
  readonly childrenListed?: boolean;
}

/** A round may take this share of the interval. */
const BUDGET_SHARE = 1 / 4;
const ROUNDS_BEFORE_SLOWER = 3;
const ROUNDS_BEFORE_FASTER = 32;
/** Rows of single processes in one round; the tree row always counts all. */
const MAX_PROCESS_ROWS = 512;
const MAX_SLOWDOWN = 64;

/**
 * Samples `/proc` for a tree of processes, from outside of them.
 *
 * Reads are synchronous and short. A round that takes more than a quarter of the interval, several times in a row, makes
 * the sampler cheaper: first no look at single threads, then no rows of single processes, then longer intervals.
 */
export class ProcSampler {
  private readonly reader = new ProcessReader();
  private readonly tree: ProcessTree;
  private readonly forked = new Set<number>();
  private readonly childrenListed: boolean;
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private rounds = 0;
  private nextAt = 0;
  private cheapness = 0;
  private slowRounds = 0;
  private fastRounds = 0;
  private worst = 0;
  private missing: string | undefined;

  constructor(private readonly options: ProcSamplerOptions) {
    this.childrenListed = options.childrenListed ?? existsSync("/proc/thread-self/children");
    this.tree = new ProcessTree(availableParallelism(), () => options.reaper?.());
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

  /** The recorder saw a process begin. */
  noteFork(pid: number): void {
    this.forked.add(pid);
  }

  /** The recorder saw a process end. Call it at once: the tracer's account of the ended tree is read here. */
  noteExit(pid: number): void {
    this.forked.delete(pid);
    this.readReaper();
  }

  /** What the sampler could not do as asked, in sentences; empty when all is well. */
  problems(): TraceProblem[] {
    const problems: TraceProblem[] = [];
    const remark = (message: string): void => {
      problems.push({ kind: "metrics-missing", message, losesData: false });
    };
    if (this.missing !== undefined) remark(this.missing);
    if (this.worst > 0) remark(cheapnessMessage(this.worst, this.options.intervalMs));
    if (this.reader.ioRefused.size > 0) {
      remark(
        `Read and written bytes of ${plural(this.reader.ioRefused.size, "process", "processes")} could not be read: ` +
          "the kernel shows them only to the user the process runs as.",
      );
    }
    return problems;
  }

  /** Takes a sample now, out of turn too. */
  sampleNow(): void {
    const time = this.options.now();
    try {
      this.round(time);
    } catch (error) {
      // `/proc` itself is unreadable (a sandbox): metrics end, the recording goes on.
      this.running = false;
      clearTimeout(this.timer);
      this.missing = `Metrics could not be sampled: ${error instanceof Error ? error.message : String(error)}`;
      this.options.onNotice?.(this.missing);
      return;
    }
    this.adapt(this.options.now() - time);
  }

  private round(time: number): void {
    const first = this.rounds === 0;
    this.rounds++;
    this.readReaper();
    const read = { threads: this.cheapness === 0, children: this.childrenListed };
    const wanted = new Set<number>([...this.tree.pids(), ...this.options.roots(), ...this.forked]);
    this.forked.clear();
    if (!this.childrenListed) for (const pid of this.descendants(wanted)) wanted.add(pid);
    const vanished: number[] = [];
    // A set grows while it is walked: children found on the way are read in the same round, after their parents.
    // Parents first means that usage which moves up during the round is missed until the next, and never counted twice.
    for (const pid of wanted) {
      const result = this.reader.read(pid, read);
      if (result === undefined) {
        if (this.tree.has(pid)) vanished.push(pid);
        continue;
      }
      this.tree.see(result.reading, time, first && this.options.attached === true);
      for (const child of result.children) wanted.add(child);
    }
    this.tree.vanishAll(vanished);
    for (const pid of vanished) this.reader.forget(pid);
    if (this.tree.size === 0 && first) return;
    this.options.onSamples(this.tree.rows(time, this.cheapness < 2 && this.tree.size <= MAX_PROCESS_ROWS));
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

  private readReaper(): void {
    const reaper = this.options.reaper?.();
    if (reaper === undefined) return;
    const stat = parseProcStat(readProcFile(`/proc/${reaper}/stat`) ?? "");
    if (stat === undefined) return;
    this.tree.seeReaper({
      cpuNs: stat.childCpuTicks * NS_PER_TICK,
      readBytes: 0,
      writtenBytes: 0,
      minorFaults: stat.childMinorFaults,
      majorFaults: stat.childMajorFaults,
      voluntarySwitches: 0,
      involuntarySwitches: 0,
    });
  }

  private get intervalNs(): number {
    return this.options.intervalMs * 1e6 * slowdown(this.cheapness);
  }

  private schedule(): void {
    const now = this.options.now();
    // Ticks lie on a fixed grid; those that were missed are left out.
    this.nextAt += this.intervalNs;
    if (this.nextAt <= now) this.nextAt += Math.ceil((now - this.nextAt) / this.intervalNs) * this.intervalNs;
    this.timer = setTimeout(
      () => {
        this.sampleNow();
        if (this.running) this.schedule();
      },
      Math.max(1, Math.round((this.nextAt - now) / 1e6)),
    );
    this.timer.unref();
  }

  private adapt(tookNs: number): void {
    const budget = this.intervalNs * BUDGET_SHARE;
    this.slowRounds = tookNs > budget ? this.slowRounds + 1 : 0;
    this.fastRounds = tookNs < budget / 4 ? this.fastRounds + 1 : 0;
    if (this.slowRounds >= ROUNDS_BEFORE_SLOWER && slowdown(this.cheapness) < MAX_SLOWDOWN) {
      this.slowRounds = 0;
      this.cheapness++;
      if (this.cheapness > this.worst) {
        this.worst = this.cheapness;
        this.options.onNotice?.(cheapnessMessage(this.cheapness, this.options.intervalMs));
      }
    } else if (this.fastRounds >= ROUNDS_BEFORE_FASTER && this.cheapness > 0) {
      this.fastRounds = 0;
      this.cheapness--;
    }
  }
}

/** 0 everything, 1 no threads, 2 no process rows, from 3 on twice the interval each. */
function slowdown(cheapness: number): number {
  return cheapness < 3 ? 1 : 2 ** (cheapness - 2);
}

function cheapnessMessage(cheapness: number, intervalMs: number): string {
  const cause = "Sampling the processes took more than a quarter of the interval";
  if (cheapness === 1) return `${cause}: context switches cover first threads only, CPU time is exact to 20 ms.`;
  if (cheapness === 2) return `${cause}: metrics show the whole tree, not single processes.`;
  return `${cause}: metrics are sampled every ${intervalMs * slowdown(cheapness)} ms instead of ${intervalMs} ms.`;
}
