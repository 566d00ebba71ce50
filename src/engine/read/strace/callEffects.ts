import { asciiText } from "../../../base/asciiText.ts";
import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import { skipAnnotation } from "./arguments.ts";
import { hasAt, isDigit, LESS, ZERO } from "./ascii.ts";
import { firstString } from "./quoted.ts";
import type { ThreadState, ThreadTracker } from "./threadTracker.ts";
import type { WriteDump } from "./writeDump.ts";

/** What a call's name makes the reader do besides adding a row. */
export const Action = { none: 0, fork: 1, exec: 2, prctl: 3, write: 4, capture: 5 } as const;

const ACTIONS: Readonly<Record<string, number>> = {
  fork: Action.fork,
  vfork: Action.fork,
  clone: Action.fork,
  clone2: Action.fork,
  clone3: Action.fork,
  execve: Action.exec,
  execveat: Action.exec,
  prctl: Action.prctl,
  write: Action.write,
  writev: Action.write,
  pwrite64: Action.write,
  pwritev: Action.write,
  pwritev2: Action.write,
  send: Action.write,
  sendto: Action.write,
  sendmsg: Action.write,
};

export function actionOf(syscall: string): number {
  return Object.hasOwn(ACTIONS, syscall) ? (ACTIONS[syscall] ?? Action.none) : Action.none;
}

/** A call that has returned, as far as its effects depend on it. Its arguments are `args[from, to)`. */
export interface EndedCall {
  readonly state: ThreadState;
  /** Index of the thread that entered the call. */
  readonly thread: number;
  readonly start: number;
  readonly end: number;
  /** The returned number; `undefined` when the call failed or has no result. */
  readonly value: number | undefined;
  readonly args: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Carries out what calls mean for the thread table, the marks, and the output that the tracer dumps. */
export class CallEffects {
  constructor(
    private readonly builder: TraceBuilder,
    private readonly tracker: ThreadTracker,
    private readonly dump: WriteDump | undefined,
  ) {}

  apply(action: number, call: EndedCall): void {
    const { value, args, from, to, state } = call;
    if (action === Action.write || action === Action.capture) {
      if (this.dump === undefined) return;
      if (value !== undefined && value > 0) this.expectDump(this.dump, call, value);
      else this.dump.end();
      return;
    }
    this.dump?.end();
    if (action === Action.fork) {
      if (value !== undefined && value > 0) this.tracker.forked(state, value, args, from, to, call.end);
      else this.tracker.forkFailed(state);
    } else if (value === undefined) {
      return;
    } else if (action === Action.prctl) {
      if (!hasAt(args, from, "PR_SET_NAME, ")) return;
      const name = firstString(args, from, to);
      if (name !== undefined) this.builder.threads.setName(state.index, name);
    } else if (action === Action.exec) {
      const program = firstString(args, from, to) ?? "";
      this.builder.threads.exec(state.index, program);
      this.builder.addMark({ time: call.start, thread: state.index, kind: "exec", name: program, value: "" });
    }
  }

  private expectDump(dump: WriteDump, { thread, start, args, from, to }: EndedCall, written: number): void {
    let at = from;
    let fd = 0;
    while (at < to && isDigit(args[at] as number)) fd = fd * 10 + (args[at++] as number) - ZERO;
    let path = "";
    if (args[at] === LESS) {
      const after = skipAnnotation(args, from, at, to);
      if (after > at) path = asciiText(args, at + 1, after - 1);
    }
    dump.expect(thread, fd, path, start, written);
  }
}
