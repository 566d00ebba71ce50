import type { ThreadInfo } from "../engine/trace/trace.ts";

/** Tells beginnings and ends of processes from one thread table to the next. */
export class ThreadLifetimes {
  private seen = 0;
  private readonly living = new Map<number, ThreadInfo>();

  constructor(
    private readonly onBegin: (process: ThreadInfo) => void,
    private readonly onEnd: (process: ThreadInfo) => void,
  ) {}

  update(threads: readonly ThreadInfo[]): void {
    for (; this.seen < threads.length; this.seen++) {
      const thread = threads[this.seen] as ThreadInfo;
      if (thread.role === "thread") continue;
      this.living.set(this.seen, thread);
      this.onBegin(thread);
    }
    for (const index of this.living.keys()) {
      const thread = threads[index];
      if (thread === undefined || thread.exit === undefined) continue;
      this.living.delete(index);
      this.onEnd(thread);
    }
  }
}
