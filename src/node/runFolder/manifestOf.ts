import type { SessionEnd } from "../../engine/session/ports.ts";
import { RUN_SCHEMA_VERSION } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { type ClockPair, readClocks } from "../clocks.ts";
import type { GitInfo } from "../gitInfo.ts";
import { hostInfo } from "../hostInfo.ts";
import type { ChosenRecorder } from "../recorders/choose.ts";
import type { RecordingRequest } from "../recordingRequest.ts";
import type { StdioPlan } from "../stdioPlan.ts";
import { commandOf, directoryOf } from "../targets/attachedTarget.ts";
import { thisWriter } from "./writerProcess.ts";

export interface ManifestParts {
  readonly id: string;
  readonly recorder: ChosenRecorder;
  readonly plan: StdioPlan;
  readonly clock: ClockPair;
  readonly git: GitInfo | null;
  readonly seccomp: boolean;
  readonly envSet: Readonly<Record<string, string>>;
}

/** The manifest of a run that begins. */
export function firstManifest(request: RecordingRequest, parts: ManifestParts): RunManifest {
  const { options, what } = request;
  const traced = parts.recorder.id === "strace";
  return {
    schemaVersion: RUN_SCHEMA_VERSION,
    id: parts.id,
    name: request.name,
    tool: request.toolVersion,
    state: "recording",
    writer: thisWriter(),
    complete: false,
    problems: [],
    command: what.kind === "launch" ? launchedCommand(what, parts.envSet) : attachedCommand(what.pid),
    workspace: request.workspace,
    meta: { ...options.meta },
    recorder: {
      id: parts.recorder.id,
      version: parts.recorder.version,
      reason: parts.recorder.reason,
      rejected: parts.recorder.rejected.map((one) => ({ ...one })),
      filter: traced ? options.filter : "",
      seccomp: parts.seccomp,
      stacks: traced && options.stacks,
      pinned: traced && options.pin && what.kind === "launch",
      captureData: traced && options.captureData,
      attachedPid: what.kind === "attach" ? what.pid : null,
    },
    capture: parts.plan.capture,
    metricsIntervalMs: options.metricsIntervalMs,
    host: hostInfo(),
    git: parts.git,
    clocks: { start: asText(parts.clock), end: null },
    exit: null,
    wallNs: null,
    counts: {
      syscalls: 0,
      logLines: 0,
      metricSamples: 0,
      threads: 0,
      signals: 0,
      stdoutBytes: 0,
      stderrBytes: 0,
    },
    lost: 0,
    artifacts: [],
  };
}

/** What the manifest gains when the run has ended. */
export function settledManifest(manifest: RunManifest, end: SessionEnd): Partial<RunManifest> {
  return {
    clocks: { ...manifest.clocks, end: asText(readClocks()) },
    counts: { ...manifest.counts, threads: end.threads.length },
    startedNs: end.startedNs,
    ...(end.processorWait === undefined ? {} : { processorWait: end.processorWait }),
    ...(end.stopped === undefined ? {} : { stopped: end.stopped }),
  };
}

function launchedCommand(
  what: Extract<RecordingRequest["what"], { kind: "launch" }>,
  envSet: Readonly<Record<string, string>>,
): RunManifest["command"] {
  return {
    program: what.program,
    args: [...what.args],
    cwd: what.cwd,
    envNames: Object.keys(what.env).sort(),
    envSet: { ...envSet },
  };
}

function attachedCommand(pid: number): RunManifest["command"] {
  const [program = "", ...args] = commandOf(pid);
  return { program: program === "" ? `pid-${pid}` : program, args, cwd: directoryOf(pid), envNames: [], envSet: {} };
}

function asText(clock: ClockPair): { realtimeNs: string; monotonicNs: string } {
  return { realtimeNs: String(clock.realtimeNs), monotonicNs: String(clock.monotonicNs) };
}
