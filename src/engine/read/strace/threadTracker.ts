import { AsciiBuffer } from "../../trace/asciiBuffer.ts";
import type { ThreadExit } from "../../trace/trace.ts";
import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import { findText } from "./ascii.ts";

/** A call that was entered and has not returned yet: tracers print `<unfinished ...>` when another thread comes between. */
export class PendingCall {
  active = false;
  name = 0;
  start = 0;
  /** Index of the thread that entered the call; another one than the state's after exec by a thread that is no leader. */
  thread = 0;
  readonly args = new AsciiBuffer();

  begin(name: number, start: number, thread: number): void {
    this.active = true;
    this.name = name;
    this.start = start;
    this.thread = thread;
    this.args.length = 0;
  }
}

/** What the reader knows about a living thread. */
export class ThreadState {
  readonly pending = new PendingCall();
  /** The thread that was taken for the child of this one's pending fork, seen before that call returned. */
  adopted: ThreadState | undefined;
  /** Its origin is a guess until the call that created it returns. */
  guessed = false;

  constructor(
    readonly tid: number,
    readonly index: number,
  ) {}
}

interface Expected {
  readonly parent: number;
  readonly isThread: boolean;
  readonly time: number;
}

const RECENT = 1024;
/** Children announced by a fork that never showed up (not followed, or in another namespace) are forgotten beyond this. */
const MAX_EXPECTED = 4096;

/**
 * Keeps the thread table from what an strace log tells: who forked whom, names, ends. Children may show up before the
 * call that creates them returns.
 */
export class ThreadTracker {
  private readonly states = new Map<number, ThreadState>();
  /** A direct-mapped cache in front of `states`. */
  private readonly recent: (ThreadState | undefined)[] = new Array<ThreadState | undefined>(RECENT).fill(undefined);
  private readonly forking = new Set<ThreadState>();
  private readonly expected = new Map<number, Expected>();

  constructor(
    private readonly builder: TraceBuilder,
    private readonly isFork: (name: number) => boolean,
  ) {}

  /** The state of a thread; one that was not seen before is added to the table. */
  get(tid: number, time: number): ThreadState {
    const cached = this.recent[tid & (RECENT - 1)];
    if (cached !== undefined && cached.tid === tid) return cached;
    const state = this.states.get(tid) ?? this.appear(tid, time);
    this.recent[tid & (RECENT - 1)] = state;
    return state;
  }

  find(tid: number): ThreadState | undefined {
    return this.states.get(tid);
  }

  /** Living threads. */
  all(): Iterable<ThreadState> {
    return this.states.values();
  }

  /** Notes that a thread entered a call and did not return at once. */
  entered(state: ThreadState, name: number): void {
    if (this.isFork(name)) {
      state.adopted = undefined;
      this.forking.add(state);
    }
  }

  /** Notes that a call that creates a process or thread returned its id. */
  forked(state: ThreadState, tid: number, args: Uint8Array, start: number, end: number, time: number): void {
    this.forking.delete(state);
    const adopted = state.adopted;
    state.adopted = undefined;
    const isThread = findText(args, "CLONE_THREAD", start, end) !== -1;
    const child = this.states.get(tid);
    if (child?.guessed) {
      this.settle(child, state.index, isThread);
    } else if (adopted?.guessed) {
      // Another number than the tracer prints: the child lives in a pid namespace of its own.
      this.settle(adopted, state.index, isThread);
    } else if (child === undefined) {
      if (this.expected.size >= MAX_EXPECTED) this.expected.clear();
      this.expected.set(tid, { parent: state.index, isThread, time });
    }
  }

  /** Notes that such a call failed or will not return. */
  forkFailed(state: ThreadState): void {
    this.forking.delete(state);
    state.adopted = undefined;
  }

  exited(state: ThreadState, time: number, exit: ThreadExit): void {
    this.builder.threads.exit(state.index, time, exit);
    this.states.delete(state.tid);
    this.forking.delete(state);
    if (this.recent[state.tid & (RECENT - 1)] === state) this.recent[state.tid & (RECENT - 1)] = undefined;
  }

  private appear(tid: number, time: number): ThreadState {
    const { threads } = this.builder;
    const known = threads.find(tid);
    if (known !== -1) return this.admit(new ThreadState(tid, known));
    const announced = this.expected.get(tid);
    if (announced !== undefined) {
      this.expected.delete(tid);
      return this.admit(new ThreadState(tid, this.addChild(tid, announced.parent, announced.isThread, announced.time)));
    }
    // The newest fork that has no child yet is the likeliest parent; its return will tell.
    let parent: ThreadState | undefined;
    for (const candidate of this.forking) if (candidate.adopted === undefined) parent = candidate;
    if (parent === undefined) {
      const isFirst = threads.length === 0;
      const index = threads.add({
        pid: tid,
        tid,
        parent: -1,
        role: isFirst ? "main" : "process",
        name: "",
        start: time,
      });
      return this.admit(new ThreadState(tid, index), !isFirst);
    }
    const { pending } = parent;
    const isThread = findText(pending.args.bytes, "CLONE_THREAD", 0, pending.args.length) !== -1;
    const state = this.admit(new ThreadState(tid, this.addChild(tid, parent.index, isThread, time)), true);
    parent.adopted = state;
    return state;
  }

  private admit(state: ThreadState, guessed = false): ThreadState {
    state.guessed = guessed;
    this.states.set(state.tid, state);
    return state;
  }

  private addChild(tid: number, parent: number, isThread: boolean, start: number): number {
    const { threads } = this.builder;
    const { pid, name } = threads.get(parent);
    return threads.add({ pid: isThread ? pid : tid, tid, parent, role: isThread ? "thread" : "process", name, start });
  }

  private settle(child: ThreadState, parent: number, isThread: boolean): void {
    const { threads } = this.builder;
    child.guessed = false;
    const origin = threads.get(parent);
    const row = threads.get(child.index);
    threads.setOrigin(child.index, {
      pid: isThread ? origin.pid : row.tid,
      parent,
      role: isThread ? "thread" : "process",
    });
    if (row.name === "" && row.execs.length === 0) threads.setName(child.index, origin.name);
  }
}
