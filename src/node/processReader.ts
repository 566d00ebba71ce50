import type { ProcessReading } from "../engine/session/processTree.ts";
import {
  NS_PER_TICK,
  type ProcStat,
  type ProcStatus,
  parseChildren,
  parseProcIo,
  parseProcStat,
  parseProcStatus,
  parseRunDelay,
  parseSchedstat,
} from "../engine/session/procParse.ts";
import { errorCode, listNumbers, readProcFile } from "./procFiles.ts";

/** What is remembered of a thread between two looks, so that its usage is not lost when it ends. */
interface ThreadUse {
  cpuNs: number;
  waitNs: number;
  voluntary: number;
  involuntary: number;
}

interface ProcessState {
  readonly start: number;
  readonly threads: Map<number, ThreadUse>;
  /** Sum of the threads that ended. */
  readonly ended: ThreadUse;
  readBytes: number;
  writtenBytes: number;
  /** How often in a row the kernel refused the `io` file while the process had memory. */
  ioRefusals: number;
  ignoresChildren: boolean;
}

export interface ReadOptions {
  /** Look at each thread: exact CPU time and context switches of all threads. Without: ticks, switches of the first thread. */
  readonly threads: boolean;
  /** Look for child processes. */
  readonly children: boolean;
}

export interface ReadResult {
  readonly reading: ProcessReading;
  readonly children: readonly number[];
  /** The process that traces this one, 0 for none. */
  readonly tracerPid: number;
}

/** Processes with more threads than this are read without a look at each of them. */
const MAX_THREADS = 256;

/** Reads what `/proc` says of one process, and remembers what is needed to keep its numbers from falling. */
export class ProcessReader {
  private readonly states = new Map<number, ProcessState>();
  /** Pids whose `io` file the kernel refused: they run as another user or are not dumpable. */
  readonly ioRefused = new Set<number>();
  /** How long all threads that were seen waited for a CPU, nanoseconds; never falls. */
  waitedNs = 0;

  /** Undefined when the process is gone. @throws when `/proc` cannot be read at all */
  read(pid: number, options: ReadOptions): ReadResult | undefined {
    const stat = parseProcStat(readProcFile(`/proc/${pid}/stat`) ?? "");
    // `X` and `x` are tasks that are just being removed.
    if (stat === undefined || stat.state === "X" || stat.state === "x") return undefined;
    const status = parseProcStatus(readProcFile(`/proc/${pid}/status`) ?? "");
    const state = this.stateOf(pid, stat.start);
    this.readIo(pid, state, (status?.rssBytes ?? 0) > 0);
    if (status !== undefined) state.ignoresChildren = status.ignoresChildren;

    const tids = stat.threads <= 1 || !options.threads || stat.threads > MAX_THREADS ? [pid] : threadsOf(pid);
    const everyThread = tids.length === stat.threads;
    let rssBytes = status?.rssBytes ?? 0;
    let peakRssBytes = status?.peakRssBytes ?? 0;
    const children: number[] = [];
    for (const tid of tids) {
      const task = `/proc/${pid}/task/${tid}`;
      const threadStatus = tid === pid ? status : parseProcStatus(readProcFile(`${task}/status`) ?? "");
      // A first thread that ended before the others has no memory of its own any more; theirs is the process'.
      rssBytes = Math.max(rssBytes, threadStatus?.rssBytes ?? 0);
      peakRssBytes = Math.max(peakRssBytes, threadStatus?.peakRssBytes ?? 0);
      const schedstat = readProcFile(`${task}/schedstat`) ?? "";
      this.waitedNs += noteThread(state, tid, parseSchedstat(schedstat), parseRunDelay(schedstat) ?? 0, threadStatus);
      if (options.children) children.push(...parseChildren(readProcFile(`${task}/children`) ?? ""));
    }
    if (everyThread) endThreads(state, new Set(tids));
    return {
      reading: { ...this.toReading(stat, state), rssBytes, peakRssBytes },
      children,
      tracerPid: status?.tracerPid ?? 0,
    };
  }

  forget(pid: number): void {
    this.states.delete(pid);
  }

  private stateOf(pid: number, start: number): ProcessState {
    const known = this.states.get(pid);
    if (known !== undefined && known.start === start) return known;
    const state: ProcessState = {
      start,
      threads: new Map(),
      ended: { cpuNs: 0, waitNs: 0, voluntary: 0, involuntary: 0 },
      readBytes: 0,
      writtenBytes: 0,
      ioRefusals: 0,
      ignoresChildren: false,
    };
    this.states.set(pid, state);
    return state;
  }

  private readIo(pid: number, state: ProcessState, hasMemory: boolean): void {
    try {
      const io = parseProcIo(readProcFile(`/proc/${pid}/io`) ?? "");
      if (io !== undefined) {
        state.readBytes = io.readBytes;
        state.writtenBytes = io.writtenBytes;
        state.ioRefusals = 0;
      }
    } catch (error) {
      if (errorCode(error) !== "EACCES" && errorCode(error) !== "EPERM") throw error;
      // Everybody's processes are refused to other users while they end and as zombies: that is no remark.
      if (hasMemory) state.ioRefusals++;
      if (state.ioRefusals > 1) this.ioRefused.add(pid);
    }
  }

  private toReading(stat: ProcStat, state: ProcessState): Omit<ProcessReading, "rssBytes" | "peakRssBytes"> {
    const sum = { ...state.ended };
    for (const thread of state.threads.values()) addUse(sum, thread);
    // The ticks are the whole process' time rounded down twice (user and system); the threads' nanoseconds are exact
    // but miss threads that were never seen. So the threads' sum counts within what the ticks allow.
    const ticksNs = stat.cpuTicks * NS_PER_TICK;
    return {
      pid: stat.pid,
      ppid: stat.ppid,
      start: stat.start,
      own: {
        cpuNs: Math.min(Math.max(sum.cpuNs, ticksNs), ticksNs + 2 * NS_PER_TICK),
        readBytes: state.readBytes,
        writtenBytes: state.writtenBytes,
        minorFaults: stat.minorFaults,
        majorFaults: stat.majorFaults,
        voluntarySwitches: sum.voluntary,
        involuntarySwitches: sum.involuntary,
      },
      children: {
        cpuNs: stat.childCpuTicks * NS_PER_TICK,
        readBytes: 0,
        writtenBytes: 0,
        minorFaults: stat.childMinorFaults,
        majorFaults: stat.childMajorFaults,
        voluntarySwitches: 0,
        involuntarySwitches: 0,
      },
      threads: stat.threads,
      ignoresChildren: state.ignoresChildren,
    };
  }
}

function threadsOf(pid: number): number[] {
  const tids = listNumbers(`/proc/${pid}/task`);
  return tids.length === 0 ? [pid] : tids;
}

/** @returns how long it waited since it was seen last */
function noteThread(
  state: ProcessState,
  tid: number,
  cpuNs: number | undefined,
  waitNs: number,
  status: ProcStatus | undefined,
): number {
  const now: ThreadUse = {
    cpuNs: cpuNs ?? 0,
    waitNs,
    voluntary: status?.voluntarySwitches ?? 0,
    involuntary: status?.involuntarySwitches ?? 0,
  };
  const before = state.threads.get(tid);
  if (before === undefined) {
    state.threads.set(tid, now);
    return waitNs;
  }
  if (now.cpuNs < before.cpuNs && cpuNs !== undefined) {
    // Another thread got the number of one that ended.
    addUse(state.ended, before);
    state.threads.set(tid, now);
    return waitNs;
  }
  const waited = Math.max(0, waitNs - before.waitNs);
  before.cpuNs = Math.max(before.cpuNs, now.cpuNs);
  before.waitNs += waited;
  before.voluntary = Math.max(before.voluntary, now.voluntary);
  before.involuntary = Math.max(before.involuntary, now.involuntary);
  return waited;
}

function endThreads(state: ProcessState, live: ReadonlySet<number>): void {
  for (const [tid, use] of state.threads) {
    if (live.has(tid)) continue;
    addUse(state.ended, use);
    state.threads.delete(tid);
  }
}

function addUse(sum: ThreadUse, more: ThreadUse): void {
  sum.cpuNs += more.cpuNs;
  sum.waitNs += more.waitNs;
  sum.voluntary += more.voluntary;
  sum.involuntary += more.involuntary;
}
