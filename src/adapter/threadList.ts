import type { ThreadInfo } from "../engine/trace/trace.ts";

export interface ThreadChange {
  readonly reason: "started" | "exited";
  readonly id: number;
}

/** Changes told at once; a client asks for the list after each, and ten thousand children must not drown it. */
const MAX_CHANGES = 16;

/**
 * The program's threads as a debug client sees them. A thread's id is its index in the recording plus one, because the
 * kernel uses thread ids again. Threads that came and went between two looks are never announced, only recorded.
 */
export class ThreadList {
  private threads: readonly ThreadInfo[] = [];
  private looked = 0;
  private readonly waiting = new Set<number>();
  private readonly announced = new Set<number>();

  /** Takes the recording's whole table as it is now. */
  update(threads: readonly ThreadInfo[]): void {
    this.threads = threads;
    for (; this.looked < threads.length; this.looked++) this.waiting.add(this.looked);
  }

  /** The changes to tell now, ends first; call again while `hasChanges`. */
  takeChanges(): ThreadChange[] {
    const changes: ThreadChange[] = [];
    for (const index of this.announced) {
      if (changes.length >= MAX_CHANGES) return changes;
      if (this.isAlive(index)) continue;
      this.announced.delete(index);
      changes.push({ reason: "exited", id: index + 1 });
    }
    for (const index of this.waiting) {
      if (changes.length >= MAX_CHANGES) return changes;
      this.waiting.delete(index);
      if (!this.isAlive(index)) continue;
      this.announced.add(index);
      changes.push({ reason: "started", id: index + 1 });
    }
    return changes;
  }

  get hasChanges(): boolean {
    return this.waiting.size > 0 || [...this.announced].some((index) => !this.isAlive(index));
  }

  /** The threads that run now, in order of their start. */
  get alive(): readonly { readonly id: number; readonly name: string }[] {
    return this.threads.flatMap((thread, index) =>
      this.isAlive(index) ? [{ id: index + 1, name: threadName(thread) }] : [],
    );
  }

  private isAlive(index: number): boolean {
    const thread = this.threads[index];
    return thread !== undefined && thread.exit === undefined && Number.isNaN(thread.end);
  }
}

function threadName(thread: ThreadInfo): string {
  const kind = thread.role === "thread" ? "thread" : "process";
  return `${thread.name} (${kind} ${thread.tid})`;
}
