import { constants } from "node:os";
import { plural } from "../../base/format.ts";
import type { TargetProcesses } from "../processes.ts";
import type { TargetSink } from "./target.ts";

/** Commands to all processes of a target; what they refuse is told to the user. */
export class TreeControl {
  constructor(
    private readonly processes: TargetProcesses,
    private readonly sink: () => TargetSink,
  ) {}

  stop(): void {
    this.report(this.processes.stopAll(), "be paused");
  }

  resume(): void {
    this.report(this.processes.signalAll("SIGCONT"), "be continued");
  }

  terminate(): void {
    this.report(this.processes.signalAll("SIGTERM"), "be asked to end");
  }

  async kill(): Promise<void> {
    this.report(await this.processes.killAll(), "be killed");
  }

  /** Sends a signal to the first process only. */
  signal(signal: string): void {
    if (isSignal(signal)) this.processes.signalRoot(signal);
  }

  private report(refused: readonly number[], what: string): void {
    if (refused.length === 0) return;
    const who = plural(refused.length, "process", "processes");
    this.sink().notice(`${who} could not ${what} (pid ${refused.join(", ")}): they run as another user.`);
  }
}

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}
