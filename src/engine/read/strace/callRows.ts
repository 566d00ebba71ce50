import { asciiText } from "../../../base/asciiText.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";
import { CutStacks } from "./cutStacks.ts";
import { HeldCall } from "./heldCall.ts";
import type { ArgumentSink } from "./redact.ts";
import type { StackLines } from "./stackLines.ts";

/** Where calls go: straight to the rows, or first to the call that waits for the lines of its stack. */
export class CallRows {
  /** Takes the arguments of the call that is added next. */
  readonly args: ArgumentSink;
  private readonly held: HeldCall | undefined;
  private readonly cutStacks: CutStacks | undefined;

  /** @param stackLines gives the stacks, when the log has any */
  constructor(
    private readonly rows: SyscallRows,
    private readonly stackLines: StackLines | undefined,
  ) {
    this.held = stackLines === undefined ? undefined : new HeldCall();
    this.cutStacks = stackLines && new CutStacks(stackLines.stacks, rows.names);
    this.args = this.held ?? rows;
  }

  /** Takes a line of a stack. */
  stackLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.held?.full) this.stackLines?.line(bytes, start, end);
  }

  /** The id of a result's text. In stacks mode it waits with its call, for ids lose their meaning when a batch is taken. */
  resultText(bytes: Uint8Array, start: number, end: number): number {
    if (this.held === undefined) return this.rows.resultTextIdOf(bytes, start, end);
    this.held.resultTextIs(asciiText(bytes, start, end));
    return 0;
  }

  add(
    start: number,
    duration: number,
    thread: number,
    name: number,
    state: number,
    errno: number,
    result: number,
    resultText: number,
  ): void {
    if (this.held === undefined) this.rows.push(start, duration, thread, name, state, errno, result, resultText, -1);
    else this.held.hold(start, duration, thread, name, state, errno, result, resultText);
  }

  /** Adds the call that waits: its stack is complete. */
  flush(): void {
    const { held, stackLines, cutStacks } = this;
    if (!held?.full || stackLines === undefined || cutStacks === undefined) return;
    held.release(this.rows, cutStacks.completed(held.thread, held.name, stackLines.take()));
  }
}
