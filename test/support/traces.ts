import { SyscallState, type Trace } from "../../src/engine/trace/trace.ts";
import { TraceBuilder } from "../../src/engine/trace/traceBuilder.ts";
import type { RunManifest } from "../../src/protocol/runFolder.ts";

/** One system call of a trace that a test makes up; what is left out is ordinary. */
export interface CallSpec {
  readonly name: string;
  readonly args?: string;
  readonly result?: number;
  readonly resultText?: string;
  readonly errno?: string;
  /** Nanoseconds; one after the other by default. */
  readonly start?: number;
  readonly duration?: number;
  readonly state?: SyscallState;
  readonly thread?: number;
  readonly stack?: number;
}

export const ORIGIN_NS = 1_795_314_612_015_921_000n;

/** A builder with a main thread, index 0, pid and tid 100. */
export function traceBuilder(): TraceBuilder {
  const builder = new TraceBuilder({ originRealtimeNs: ORIGIN_NS, originMonotonicNs: 5_000_000_000n });
  builder.threads.add({ pid: 100, tid: 100, parent: -1, role: "main", name: "prog", start: 0 });
  return builder;
}

export function addCalls(builder: TraceBuilder, calls: readonly CallSpec[]): void {
  const encoder = new TextEncoder();
  let now = 1000;
  for (const call of calls) {
    const args = encoder.encode(call.args ?? "");
    const state = call.state ?? SyscallState.returned;
    const returned = state === SyscallState.returned;
    builder.addSyscall(
      {
        start: call.start ?? now,
        duration: call.duration ?? (returned ? 1000 : Number.NaN),
        thread: call.thread ?? 0,
        name: call.name,
        state,
        errno: call.errno ?? "",
        result: call.result ?? (returned ? (call.errno === undefined ? 0 : -1) : Number.NaN),
        resultText: call.resultText ?? "",
        stack: call.stack ?? -1,
      },
      args,
      0,
      args.length,
    );
    now += 10_000;
  }
}

export function traceOf(calls: readonly CallSpec[]): Trace {
  const builder = traceBuilder();
  addCalls(builder, calls);
  return builder.build();
}

/** The manifest of an ordinary finished run. */
export function manifestOf(changes: Partial<RunManifest> = {}): RunManifest {
  return {
    schemaVersion: 1,
    id: "prog_2026-11-22T02-30-12.015_ab12",
    name: "prog",
    tool: "0.1.0",
    state: "finished",
    complete: true,
    problems: [],
    command: { program: "./prog", args: ["a b"], cwd: "/home/u/w", envNames: ["PATH"], envSet: { LOG_LEVEL: "TRACE" } },
    workspace: "/home/u/w",
    meta: {},
    recorder: {
      id: "strace",
      version: "6.1",
      reason: "asked for",
      rejected: [],
      filter: "",
      seccomp: false,
      stacks: false,
      pinned: false,
      captureData: false,
      attachedPid: null,
    },
    capture: "pipe",
    metricsIntervalMs: 100,
    host: { hostname: "box", os: "Debian 12", kernel: "6.1.0", arch: "x64", cpus: 2, memoryBytes: 2 ** 33 },
    git: null,
    clocks: { start: { realtimeNs: String(ORIGIN_NS), monotonicNs: "5000000000" }, end: null },
    exit: { code: 0, signal: null },
    wallNs: 2_000_000,
    counts: {
      syscalls: 0,
      logLines: 0,
      metricSamples: 0,
      threads: 1,
      signals: 0,
      stdoutBytes: 0,
      stderrBytes: 0,
    },
    lost: 0,
    artifacts: [],
    ...changes,
  };
}
