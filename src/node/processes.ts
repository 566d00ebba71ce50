import { setTimeout as delay } from "node:timers/promises";
import { type ProcStat, parseProcStat } from "../engine/session/procParse.ts";
import { errorCode, listNumbers, readProcFile } from "./procFiles.ts";

/** A process that cannot be confused with a later one of the same pid. `start` in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: number;
}

/** What the kernel tells about a process now; undefined when there is none. */
export function readStat(pid: number): ProcStat | undefined {
  const text = readProcFile(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcStat(text);
}

/** The process that has this pid now; undefined when there is none or it is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || isDead(stat) ? undefined : { pid, start: stat.start };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.start === identity.start;
}

/** The pid of the process that traces `pid`; 0 when it is not traced or gone. */
export function tracerOf(pid: number): number {
  const status = readProcFile(`/proc/${pid}/status`);
  return Number(/^TracerPid:\t(\d+)$/m.exec(status ?? "")?.[1] ?? 0);
}

/** The strace that writes to `output`, when its program has ended already. @param except the program itself, which was strace once */
export function findTracer(output: string, except: number): ProcessIdentity | undefined {
  for (const pid of listNumbers("/proc")) {
    if (pid === except) continue;
    const words = readProcFile(`/proc/${pid}/cmdline`)?.split("\0") ?? [];
    if (words.includes(output) && words.includes("-DDD")) return identify(pid);
  }
  return undefined;
}

function isDead(stat: ProcStat): boolean {
  return stat.state === "Z" || stat.state === "X";
}

/** How long `killAll` waits for killed processes to go; one that waits for a broken disk may never do. */
const KILL_TIMEOUT_MS = 10_000;

/**
 * The processes of a target: all that descend from its first process or are traced by its tracer, children that were
 * re-parented included once they were seen. A pid is never signalled when its start time is not the one remembered.
 */
export class TargetProcesses {
  private readonly known = new Map<number, ProcessIdentity>();
  private tracer = 0;

  constructor(
    /** The first process; undefined until it is known. */
    private root: ProcessIdentity | undefined,
  ) {}

  get rootPid(): number | undefined {
    return this.root?.pid;
  }

  setRoot(pid: number): void {
    this.root = identify(pid);
    if (this.root !== undefined) this.known.set(pid, this.root);
  }

  /** Remembers a process that was seen as one of the target's, so that it is found again when its parents are gone. */
  note(pid: number): void {
    if (pid === 0 || this.known.has(pid)) return;
    const identity = identify(pid);
    if (identity !== undefined) this.known.set(pid, identity);
  }

  /** Every process traced by this one belongs to the target too. */
  setTracer(pid: number): void {
    this.tracer = pid;
  }

  get tracerPid(): number {
    return this.tracer;
  }

  /** Looks at `/proc` and returns the processes that are alive now (zombies are not), the first process included. */
  scan(): ProcessIdentity[] {
    const stats = new Map<number, ProcStat>();
    for (const pid of listNumbers("/proc")) {
      const stat = readStat(pid);
      if (stat !== undefined) stats.set(pid, stat);
    }
    for (const identity of this.known.values()) {
      if (stats.get(identity.pid)?.start !== identity.start) this.known.delete(identity.pid);
    }
    const root = this.root;
    if (root !== undefined && stats.get(root.pid)?.start === root.start) this.known.set(root.pid, root);
    // Parents may have larger pids than their children, so repeat until nothing is added.
    for (let added = true; added; ) {
      added = false;
      for (const stat of stats.values()) {
        if (this.known.has(stat.pid) || stat.pid === this.tracer) continue;
        if (!this.known.has(stat.ppid) && !this.isTraced(stat.pid)) continue;
        this.known.set(stat.pid, { pid: stat.pid, start: stat.start });
        added = true;
      }
    }
    return [...this.known.values()].filter((identity) => {
      const stat = stats.get(identity.pid);
      return stat !== undefined && !isDead(stat);
    });
  }

  private isTraced(pid: number): boolean {
    return this.tracer !== 0 && tracerOf(pid) === this.tracer;
  }

  /** Sends a signal to the first process. Returns false when it is gone. */
  signalRoot(signal: NodeJS.Signals): boolean {
    return this.root !== undefined && send(this.root, signal) === "sent";
  }

  /**
   * Sends a signal to every process of the target.
   * @returns pids that refused it (they run as another user)
   */
  signalAll(signal: NodeJS.Signals): number[] {
    const refused: number[] = [];
    for (const identity of this.scan()) if (send(identity, signal) === "refused") refused.push(identity.pid);
    return refused;
  }

  /** Stops every process, and those that were created meanwhile. Returns pids that refused. */
  stopAll(): number[] {
    const stopped = new Set<number>();
    const refused = new Set<number>();
    for (;;) {
      const fresh = this.scan().filter((identity) => !stopped.has(identity.pid) && !refused.has(identity.pid));
      if (fresh.length === 0) return [...refused];
      for (const identity of fresh) {
        if (send(identity, "SIGSTOP") === "refused") refused.add(identity.pid);
        else stopped.add(identity.pid);
      }
    }
  }

  /**
   * Kills every process and waits until none is left.
   * @returns pids that are still there: they run as another user, or the kernel cannot end them
   */
  async killAll(): Promise<number[]> {
    const deadline = performance.now() + KILL_TIMEOUT_MS;
    for (;;) {
      // Stopped first, so that a program that forks faster than it is killed is caught as well.
      this.stopAll();
      const refused = this.signalAll("SIGKILL");
      const left = this.scan().map((identity) => identity.pid);
      if (left.length === 0) return [];
      if (left.every((pid) => refused.includes(pid)) || performance.now() > deadline) return left;
      await delay(5);
    }
  }
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): "sent" | "gone" | "refused" {
  if (!isAlive(identity)) return "gone";
  try {
    process.kill(identity.pid, signal);
    return "sent";
  } catch (error) {
    if (errorCode(error) === "ESRCH") return "gone";
    if (errorCode(error) === "EPERM") return "refused";
    throw error;
  }
}
