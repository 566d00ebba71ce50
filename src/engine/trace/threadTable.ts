import type { ThreadExit, ThreadInfo } from "./trace.ts";

export interface NewThread {
  readonly pid: number;
  readonly tid: number;
  readonly parent: number;
  readonly role: ThreadInfo["role"];
  readonly name: string;
  /** Nanoseconds from the origin. */
  readonly start: number;
}

/**
 * The processes and threads of a recording. Rows are replaced, never changed, so a snapshot stays what it was and two
 * snapshots differ exactly in the rows that are different objects.
 */
export class ThreadTable {
  private readonly rows: ThreadInfo[] = [];
  private readonly living = new Map<number, number>();
  private lastSnapshot: readonly ThreadInfo[] = [];
  private changed = false;

  get length(): number {
    return this.rows.length;
  }

  get(index: number): ThreadInfo {
    const row = this.rows[index];
    if (row === undefined) throw new RangeError(`No thread has index ${index}`);
    return row;
  }

  /** Index of the living thread with this tid, or -1. Ended threads are not found: the kernel reuses their tids. */
  find(tid: number): number {
    return this.living.get(tid) ?? -1;
  }

  /** Adds a thread that lives from `start` and returns its index. A living thread of the same tid is taken for ended unseen. */
  add(thread: NewThread): number {
    const index = this.rows.length;
    this.rows.push({ ...thread, execs: [], end: Number.NaN, exit: undefined });
    this.living.set(thread.tid, index);
    this.changed = true;
    return index;
  }

  setName(index: number, name: string): void {
    if (this.get(index).name !== name) this.replace(index, { name });
  }

  /** Corrects what was guessed when a thread was seen before the call that created it returned. */
  setOrigin(index: number, origin: Pick<ThreadInfo, "pid" | "parent" | "role">): void {
    this.replace(index, origin);
  }

  /** Notes a successful exec; the thread takes the program's base name (as the kernel does, here not cut to 15 bytes). */
  exec(index: number, program: string): void {
    const name = program.slice(program.lastIndexOf("/") + 1);
    this.replace(index, { execs: [...this.get(index).execs, program], ...(name === "" ? {} : { name }) });
  }

  exit(index: number, time: number, exit: ThreadExit): void {
    const { tid } = this.get(index);
    this.replace(index, { end: time, exit });
    if (this.living.get(tid) === index) this.living.delete(tid);
  }

  /** Gives a living thread another tid: exec from a thread that is not the leader makes it the leader. */
  rename(index: number, tid: number): void {
    const old = this.get(index).tid;
    if (this.living.get(old) === index) this.living.delete(old);
    this.living.set(tid, index);
    this.replace(index, { tid });
  }

  /** Indexes of threads that have not ended. */
  alive(): number[] {
    return [...this.living.values()];
  }

  snapshot(): readonly ThreadInfo[] {
    if (this.changed) {
      this.lastSnapshot = this.rows.slice();
      this.changed = false;
    }
    return this.lastSnapshot;
  }

  private replace(index: number, change: Partial<ThreadInfo>): void {
    this.rows[index] = { ...this.get(index), ...change };
    this.changed = true;
  }
}
