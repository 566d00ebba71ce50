import type { Writable } from "node:stream";
import { TargetProcesses } from "../processes.ts";
import type { Target, TargetEnd, TargetSink } from "./target.ts";
import { TreeControl } from "./treeControl.ts";

/** What the targets have in common: how they begin and end, and that commands go to all of their processes. */
export abstract class TreeTarget implements Target {
  readonly processes = new TargetProcesses(undefined);
  startedAt: bigint | undefined;
  readonly ended: Promise<TargetEnd>;
  protected settle: (end: TargetEnd) => void = () => undefined;
  protected fail: (error: unknown) => void = () => undefined;
  /** Somebody asked the processes to end: those that are left after the first one are killed. */
  protected stopping = false;
  protected readonly tree = new TreeControl(this.processes, () => this.receiver);
  private sink: TargetSink | undefined;

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
  }

  async start(sink: TargetSink): Promise<number> {
    this.sink = sink;
    return await this.begin();
  }

  /** Starts the program (or attaches) and resolves to its pid. Settling `ended` is up to it from then on. */
  protected abstract begin(): Promise<number>;

  protected get receiver(): TargetSink {
    if (this.sink === undefined) throw new Error("The target was not started");
    return this.sink;
  }

  async pause(): Promise<void> {
    this.tree.stop();
  }

  async continue(): Promise<void> {
    this.tree.resume();
  }

  async terminate(): Promise<void> {
    this.stopping = true;
    this.tree.terminate();
  }

  async kill(): Promise<void> {
    this.stopping = true;
    await this.tree.kill();
  }

  /** A program that was launched for its recording ends with it. */
  async detach(): Promise<void> {
    await this.terminate();
  }

  signal(signal: string): void {
    this.tree.signal(signal);
  }

  /** The program's standard input, where it is a pipe of ours. */
  protected get input(): Writable | undefined {
    return undefined;
  }

  writeStdin(bytes: Uint8Array): void {
    const { input } = this;
    if (input?.writable === true) input.write(bytes);
  }

  endStdin(): void {
    this.input?.end();
  }
}
