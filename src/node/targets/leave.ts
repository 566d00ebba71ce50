import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { plural } from "../../base/format.ts";
import type { PipePump } from "../pipes.ts";
import { isAlive, type ProcessIdentity } from "../processes.ts";
import type { TargetSink } from "./target.ts";

/** How long a tracer may take to let go of its processes. */
const DETACH_MS = 2000;

/**
 * Ends the recording of processes that live on after the program's first one has ended: they lose the tracer and run on.
 * @param left those that are known; empty when only an open pipe tells of one
 */
export async function leaveTracer(
  left: readonly ProcessIdentity[],
  sink: TargetSink,
  tracer: ProcessIdentity | undefined,
  tracePump: PipePump | undefined,
  seccomp: boolean,
): Promise<void> {
  const who = left.length === 0 ? "A process" : plural(left.length, "process", "processes");
  const pids = left.length === 0 ? "" : ` (pid ${left.map((identity) => identity.pid).join(", ")})`;
  sink.problem({
    kind: "left-running",
    message: `${who}${pids} went on running after the program had ended; what ${left.length > 1 ? "they" : "it"} did from then on was not recorded.`,
    count: left.length,
    losesData: false,
  });
  if (tracePump === undefined || tracePump.isEnded) return;
  // Calls that the kernel filters for a tracer fail without one, so then strace must stay.
  if (!seccomp && tracer !== undefined && isAlive(tracer)) {
    process.kill(tracer.pid, "SIGINT");
    await Promise.race([tracePump.ended, delay(DETACH_MS)]);
  }
  await tracePump.handOver((descriptor) => passOnForGood(descriptor, "ignore"));
}

/** Copies a pipe to `to` in a process of its own that outlives this one and ends with the pipe's last writer. */
export function passOnForGood(descriptor: number, to: number | "ignore"): void {
  const sink = to === "ignore" ? openSync("/dev/null", "w") : to;
  const relay = spawn("cat", [], { detached: true, stdio: [descriptor, sink, "ignore"], cwd: "/" });
  relay.on("error", () => {
    // Without `cat` the pipe closes: its writers learn that nobody reads.
  });
  relay.unref();
  if (sink !== to) closeSync(sink);
}
