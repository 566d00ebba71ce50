// A tiny extension beside Goldentrace: measures how long the extension host is blocked while a program is recorded.
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import * as vscode from "vscode";

const RESOLUTION_MS = 5;
const IDLE_MS = 3000;

/** By how much a timer of 5 milliseconds came late, in milliseconds. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the probe writes. `idle`: before the recording, in the same extension host; `recording`: from the session's start to its end. */
export type ProbeResult = { readonly idle: Lateness; readonly recording: Lateness } | { readonly error: string };

export function activate(): void {
  const file = process.env.GOLDENTRACE_PROBE_RESULT;
  if (file === undefined) throw new Error("GOLDENTRACE_PROBE_RESULT names no file for the result");
  const finish = (result: ProbeResult): void => {
    writeFileSync(`${file}.part`, JSON.stringify(result));
    renameSync(`${file}.part`, file);
  };
  measure().then(finish, (error: unknown) => finish({ error: error instanceof Error ? error.message : String(error) }));
}

async function measure(): Promise<ProbeResult> {
  // Goldentrace's own activation is measured elsewhere, and is over before anything is recorded.
  await vscode.commands.executeCommand("workbench.view.extension.goldentrace");
  await vscode.extensions.getExtension("goldentrace.goldentrace")?.activate();
  const idle = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleLateness = idle();

  let recording: (() => Lateness) | undefined;
  const ended = new Promise<Lateness>((resolve, reject) => {
    vscode.debug.onDidStartDebugSession(() => {
      recording = watchLoop();
    });
    vscode.debug.onDidTerminateDebugSession(() => {
      if (recording === undefined) reject(new Error("The session ended before it had started"));
      else resolve(recording());
    });
  });
  // What F5 runs.
  await vscode.commands.executeCommand("workbench.action.debug.start");
  return { idle: idleLateness, recording: await ended };
}

/** Watches the event loop until the returned function is called. */
function watchLoop(): () => Lateness {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return () => {
    delay.disable();
    // The histogram holds the time between two ticks of the timer, so the interval itself is not lateness.
    const late = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
  };
}
