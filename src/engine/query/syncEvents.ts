import { type SyscallColumns, SyscallState, type Trace } from "../trace/trace.ts";
import { argumentText } from "./argumentText.ts";
import { Channels, latest } from "./channels.ts";
import { endOfAnnotation } from "./tracerText.ts";

/**
 * What binds threads together, in time order. `spent` is the time that the thread had been in system calls by then (calls that have
 * begun count whole). Times in nanoseconds from the origin.
 */
export type SyncEvent =
  /** `thread` made `child`. */
  | {
      readonly kind: "create";
      readonly time: number;
      readonly thread: number;
      readonly spent: number;
      readonly child: number;
    }
  | CauseEvent
  /** A call of `thread` that began at `waitStart` ended because of `cause`. */
  | {
      readonly kind: "join";
      readonly time: number;
      readonly thread: number;
      readonly spent: number;
      readonly waitStart: number;
      readonly spentAtStart: number;
      readonly cause: CauseEvent;
    };

/** Something that another thread may wait for: an exit, a write, a kill, a wake. */
export interface CauseEvent {
  readonly kind: "cause";
  readonly time: number;
  readonly thread: number;
  readonly spent: number;
  /** How many joins have it as their cause; counts down as they are met. */
  needed: number;
}

const Kind = { other: 0, write: 1, read: 2, wait: 3, kill: 4, poll: 5, futex: 6, exit: 7, close: 8 } as const;

const KINDS: ReadonlyMap<string, number> = new Map(
  (
    [
      [Kind.write, "write writev pwrite64 send sendto sendmsg sendmmsg"],
      [Kind.read, "read readv pread64 recv recvfrom recvmsg recvmmsg"],
      [Kind.wait, "wait4 waitid waitpid"],
      [Kind.kill, "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal"],
      [Kind.poll, "poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2"],
      [Kind.futex, "futex"],
      [Kind.exit, "exit exit_group"],
      [Kind.close, "close"],
    ] as const
  ).flatMap(([kind, names]) => names.split(" ").map((name) => [name, kind] as const)),
);

/** Shorter waits for a futex are not looked into: they hardly waited. */
const FUTEX_WAIT_NS = 20_000;
const INTERRUPTED = /^(?:EINTR|ERESTART)/;

/** The events that bind threads together, sorted by time; causes before what they cause. */
export function syncEvents(trace: Trace): readonly SyncEvent[] {
  return new SyncCollector(trace).collect();
}

class SyncCollector {
  private readonly events: SyncEvent[] = [];
  private readonly spent: Float64Array;
  /** Last poll-like row of a thread while nothing else followed it, -1 for none. */
  private readonly polled: Int32Array;
  private readonly lastRow: Int32Array;
  private readonly spentBefore: Float64Array;
  private readonly exited: Uint8Array;
  /** Joins whose causes are looked for once all causes are known, by time of their end. */
  private readonly waits: (Omit<Extract<SyncEvent, { kind: "join" }>, "cause" | "kind"> & {
    readonly search: Search;
  })[] = [];
  private readonly channels = new Channels<CauseEvent>();
  private readonly exits = new Map<number, CauseEvent[]>();
  private readonly kills = new Map<number, CauseEvent[]>();
  private readonly wakes = new Map<string, CauseEvent[]>();

  constructor(private readonly trace: Trace) {
    const count = trace.threads.length;
    this.spent = new Float64Array(count);
    this.spentBefore = new Float64Array(count);
    this.polled = new Int32Array(count).fill(-1);
    this.lastRow = new Int32Array(count).fill(-1);
    this.exited = new Uint8Array(count);
  }

  collect(): readonly SyncEvent[] {
    const { syscalls, threads, signals } = this.trace;
    // A single thread waits for nobody.
    if (threads.length < 2) return [];
    const kinds = Uint8Array.from(syscalls.names, (name) => KINDS.get(name) ?? Kind.other);
    const births = threads
      .map((thread, index) => ({ time: thread.start, index, parent: thread.parent }))
      .filter(({ time, parent }) => parent >= 0 && !Number.isNaN(time))
      .sort((a, b) => a.time - b.time);
    const delivered = [...signals].sort((a, b) => a.time - b.time);
    let birth = 0;
    let signal = 0;
    for (let row = 0; row <= syscalls.length; row++) {
      const now = row < syscalls.length ? (syscalls.start[row] as number) : Number.POSITIVE_INFINITY;
      for (; birth < births.length && births[birth]!.time <= now; birth++) this.born(births[birth]!);
      for (; signal < delivered.length && delivered[signal]!.time <= now; signal++) this.signalled(delivered[signal]!);
      if (row < syscalls.length) this.call(row, kinds[syscalls.name[row] as number] as number);
    }
    for (const [index, thread] of threads.entries()) {
      if (this.exited[index] === 0 && !Number.isNaN(thread.end))
        this.exit(index, thread.end, this.spent[index] as number);
    }
    return this.joined();
  }

  private born({ time, index, parent }: { time: number; index: number; parent: number }): void {
    this.events.push({ kind: "create", time, thread: parent, spent: this.spent[parent] as number, child: index });
  }

  private signalled({ time, thread, details }: Trace["signals"][number]): void {
    const sender = /\bsi_pid=(\d+)/.exec(details)?.[1];
    if (sender === undefined || thread < 0) return;
    const { syscalls } = this.trace;
    const last = this.lastRow[thread] as number;
    const interrupted = last >= 0 && INTERRUPTED.test(syscalls.errnos[syscalls.errno[last] as number] ?? "");
    const spent = this.spent[thread] as number;
    this.waits.push({
      time,
      thread,
      spent,
      waitStart: interrupted ? (syscalls.start[last] as number) : time,
      spentAtStart: interrupted ? (this.spentBefore[thread] as number) : spent,
      search: { of: details.includes("CLD_") ? "exit" : "kill", pid: Number(sender) },
    });
  }

  private call(row: number, kind: number): void {
    const { syscalls, threads } = this.trace;
    const thread = syscalls.thread[row] as number;
    const start = syscalls.start[row] as number;
    const duration = syscalls.state[row] === SyscallState.returned ? (syscalls.duration[row] as number) || 0 : 0;
    const result = syscalls.result[row] as number;
    const before = this.spent[thread] as number;
    this.spentBefore[thread] = before;
    this.spent[thread] = before + duration;
    const pid = threads[thread]?.pid ?? 0;
    const wait = (search: Search, from = row): void => {
      this.waits.push({
        time: start + duration,
        thread,
        spent: before + duration,
        waitStart: syscalls.start[from] as number,
        spentAtStart: from === row ? before : before - (syscalls.duration[from] as number),
        search,
      });
    };
    switch (kind) {
      case Kind.write: {
        const channel = this.channelOf(row, "write");
        if (channel !== undefined) this.channels.write(channel, result, this.cause(thread, start, before));
        break;
      }
      case Kind.close: {
        const channel = this.channelOf(row, "write");
        // The last one to close ends the stream, as far as can be seen.
        if (channel !== undefined) this.channels.write(channel, 0, this.cause(thread, start, before));
        break;
      }
      case Kind.read: {
        const channel = result >= 0 ? this.channelOf(row, "read") : undefined;
        // A poll in front is where the waiting was done.
        const polled = this.polled[thread] as number;
        if (channel !== undefined) wait({ of: "channel", channel, bytes: result }, polled >= 0 ? polled : row);
        break;
      }
      case Kind.wait:
        if (result > 0) wait({ of: "exit", pid: result });
        else if (result === 0 && syscalls.names[syscalls.name[row] as number] === "waitid") {
          const child = /\bsi_pid=(\d+)/.exec(argumentText(syscalls, row))?.[1];
          if (child !== undefined) wait({ of: "exit", pid: Number(child) });
        }
        break;
      case Kind.kill:
        push(this.kills, pid, this.cause(thread, start, before));
        break;
      case Kind.futex:
        this.futex(row, thread, pid, start, before, duration, wait);
        break;
      case Kind.exit:
        this.exited[thread] = 1;
        this.exit(thread, start, before);
    }
    this.polled[thread] = kind === Kind.poll ? row : -1;
    this.lastRow[thread] = row;
  }

  private futex(
    row: number,
    thread: number,
    pid: number,
    start: number,
    before: number,
    duration: number,
    wait: (search: Search) => void,
  ): void {
    const { syscalls } = this.trace;
    const result = syscalls.result[row] as number;
    if (!(result > 0) && !(result === 0 && duration >= FUTEX_WAIT_NS)) return;
    const text = argumentText(syscalls, row);
    const key = `${pid} ${text.slice(0, text.indexOf(","))}`;
    if (result > 0 && text.includes("FUTEX_WAKE")) push(this.wakes, key, this.cause(thread, start, before));
    else if (result === 0 && text.includes("FUTEX_WAIT")) wait({ of: "wake", key, pid });
  }

  private exit(thread: number, time: number, spent: number): void {
    const cause = this.cause(thread, time, spent);
    push(this.exits, this.trace.threads[thread]?.pid ?? 0, cause);
  }

  private cause(thread: number, time: number, spent: number): CauseEvent {
    return { kind: "cause", time, thread, spent, needed: 0 };
  }

  /** Finds the cause of every wait, and keeps what has one. */
  private joined(): readonly SyncEvent[] {
    const { events } = this;
    const causes = new Set<CauseEvent>();
    // Those of threads whose last call was not seen came behind the others.
    for (const exits of this.exits.values()) exits.sort((a, b) => a.time - b.time);
    this.waits.sort((a, b) => a.time - b.time);
    for (const { search, ...wait } of this.waits) {
      const cause = this.find(search, wait.waitStart, wait.time);
      if (cause === undefined || cause.thread === wait.thread) continue;
      cause.needed++;
      if (!causes.has(cause)) events.push(cause);
      causes.add(cause);
      events.push({ kind: "join", ...wait, cause });
    }
    const rank = { create: 0, cause: 1, join: 2 };
    return events.sort((a, b) => a.time - b.time || rank[a.kind] - rank[b.kind]);
  }

  private find(search: Search, from: number, to: number): CauseEvent | undefined {
    switch (search.of) {
      case "exit":
        return latest(this.exits.get(search.pid), to);
      case "kill":
        return latest(this.kills.get(search.pid), to);
      case "channel":
        return this.channels.read(search.channel, search.bytes, to);
      case "wake": {
        // A thread's end wakes who joins it, without a call.
        const candidates = [latest(this.wakes.get(search.key), to), latest(this.exits.get(search.pid), to)];
        return candidates.find((cause) => cause !== undefined && cause.time >= from);
      }
    }
  }

  /** What the descriptor of a call leads to: pipes and connections, seen from the side that writes. */
  private channelOf(row: number, side: "write" | "read"): string | undefined {
    const { syscalls } = this.trace;
    if (!isStream(syscalls, row)) return undefined;
    const text = argumentText(syscalls, row);
    const open = text.indexOf("<");
    const target = text.slice(open + 1, endOfAnnotation(text, open));
    if (target.startsWith("pipe:")) return target;
    const ends = /\[(.*)->(.*?)(?:,.*)?\]/.exec(target);
    if (ends === null) return undefined;
    return side === "write" ? `${ends[1]}->${ends[2]}` : `${ends[2]}->${ends[1]}`;
  }
}

type Search =
  | { readonly of: "exit" | "kill"; readonly pid: number }
  | { readonly of: "channel"; readonly channel: string; readonly bytes: number }
  | { readonly of: "wake"; readonly key: string; readonly pid: number };

/** A cheap look at the first bytes of the arguments: `3<pipe:`, `3<UNIX-`, `3<TCP:`. */
function isStream({ argBytes, argStart, argEnd }: SyscallColumns, row: number): boolean {
  const end = argEnd[row] as number;
  let at = argStart[row] as number;
  while (at < end && (argBytes[at] as number) >= 48 && (argBytes[at] as number) <= 57) at++;
  if (argBytes[at] !== 60 || at >= end) return false;
  const next = String.fromCharCode(argBytes[at + 1] as number, argBytes[at + 2] as number);
  return next === "pi" || next === "UN" || next === "TC";
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
