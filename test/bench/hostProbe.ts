// A tiny extension beside Goldentrace: measures how long the extension host is blocked while a program is recorded.
import { renameSync, writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { threadTime } from "./processorTime.ts";

const INTERVAL_MS = 5;
const IDLE_MS = 3000;

/** By how much a timer of 5 milliseconds came late, in milliseconds. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Of the tick that came latest: how long the host's thread worked, and how long it waited for a free core. */
  readonly worst: { readonly worked: number; readonly waited: number };
  /** The longest that the thread worked between two ticks. */
  readonly work: number;
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
  const ticks: { late: number; worked: number; waited: number }[] = [];
  let last = performance.now();
  let before = threadTime();
  const timer = setInterval(() => {
    const now = performance.now();
    const time = threadTime();
    ticks.push({
      late: Math.max(0, now - last - INTERVAL_MS),
      worked: time.onCpu - before.onCpu,
      waited: time.waiting - before.waiting,
    });
    last = now;
    before = time;
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    const sorted = ticks.toSorted((a, b) => a.late - b.late);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? { late: 0, worked: 0, waited: 0 };
    const { late: max, worked, waited } = at(1);
    const work = Math.max(0, ...ticks.map((tick) => tick.worked));
    return { p50: at(0.5).late, p99: at(0.99).late, max, worst: { worked, waited }, work };
  };
}
