import type { StackBuilder } from "../../trace/stackBuilder.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";

const CREATING: ReadonlySet<string> = new Set(["clone", "clone3"]);

/**
 * Stacks that the unwinder cuts off where a thread is made. The C library marks `clone3` as the outermost frame (for the new thread it is),
 * so that the caller is missing in the old one. `pthread_create` blocks signals with the call right before: its callers are clone3's.
 */
export class CutStacks {
  /** By thread: the stack of its last call if that was `rt_sigprocmask`, else -1. */
  private readonly before: number[] = [];

  constructor(
    private readonly stacks: StackBuilder,
    private readonly names: SyscallRows["names"],
  ) {}

  /** The stack of a call, with the callers that the unwinder did not see. Takes every call, in the order in which they returned. */
  completed(thread: number, name: number, stack: number): number {
    const before = this.before[thread] ?? -1;
    const called = this.names.get(name);
    this.before[thread] = called === "rt_sigprocmask" ? stack : -1;
    const isCut = CREATING.has(called) && stack !== -1 && this.stacks.callerOf(stack) === -1;
    // A stack of one frame tells no caller either.
    if (!isCut || before === -1 || this.stacks.callerOf(before) === -1) return stack;
    return this.stacks.internNode(before, this.stacks.frameOf(stack));
  }
}
