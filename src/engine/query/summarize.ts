import type { RunManifest } from "../../protocol/runFolder.ts";
import { SyscallState, type Trace } from "../trace/trace.ts";
import { failedCalls } from "./failedCalls.ts";
import { gpuTotals } from "./gpuTotals.ts";
import { hotLines } from "./hotLines.ts";
import { logCounts } from "./logCounts.ts";
import { metricTotals } from "./metricTotals.ts";
import { programStart } from "./programStart.ts";
import { slowestCalls } from "./slowestCalls.ts";
import type { RunSummary } from "./summary.ts";
import { syscallTable } from "./syscallTable.ts";
import { threadTable } from "./threadTable.ts";
import { largerKnown, transferredBytes } from "./transferredBytes.ts";

const SLOWEST = 10;

/** What a summary tells that is in neither the trace nor the manifest. */
export interface SummaryExtra {
  /** Absolute path of the run folder or of the foreign file. */
  readonly path: string;
  /** The run's name where there is no manifest: the file name. */
  readonly name: string;
  /** Which reader understood the file, where there is no manifest: `strace`, `renacer-json`, … */
  readonly format?: string;
  /** What became of each artifact of the manifest, by its path; those not named count as verified (they were just copied). */
  readonly artifactStates?: ReadonlyMap<string, "verified" | "changed" | "missing">;
}

/**
 * Everything that `show`, the report and the Runs view tell about a run.
 *
 * @param manifest of the run folder; undefined for a trace that another tool wrote
 */
export function summarize(trace: Trace, manifest: RunManifest | undefined, extra: SummaryExtra): RunSummary {
  const table = syscallTable(trace.syscalls);
  // Files of other tools have an origin of their own kind, mostly their first event.
  const zeroNs = manifest === undefined ? 0 : (manifest.startedNs ?? programStart(trace.threads, 0));
  const sampled = metricTotals(trace.metrics);
  const transferred = transferredBytes(trace.syscalls);
  const metrics = {
    ...sampled,
    readBytes: largerKnown(sampled.readBytes, transferred.read),
    writtenBytes: largerKnown(sampled.writtenBytes, transferred.written),
  };
  const sites = hotLines(trace);
  const problems = manifest === undefined ? trace.problems : mergeProblems(manifest.problems, trace.problems);
  return {
    run: manifest?.id ?? extra.name,
    path: extra.path,
    name: manifest?.name ?? extra.name,
    command: manifest === undefined ? commandOf(trace) : [manifest.command.program, ...manifest.command.args],
    cwd: manifest?.command.cwd ?? "",
    recorder:
      manifest === undefined
        ? { id: extra.format ?? "unknown", version: "", reason: "read from a file", filter: "" }
        : {
            id: manifest.recorder.id,
            version: manifest.recorder.version,
            reason: manifest.recorder.reason,
            filter: manifest.recorder.filter,
          },
    startedAt: startOf(trace, manifest),
    state: manifest?.state ?? "finished",
    complete: (manifest?.complete ?? true) && !problems.some((problem) => problem.losesData),
    problems: problems.map(({ kind, message, losesData }) => ({ kind, message, losesData })),
    events: trace.syscalls.length,
    lost: manifest?.lost ?? lostCount(trace),
    exit: manifest === undefined ? mainExit(trace) : exitOf(manifest),
    stopped: manifest?.stopped ?? null,
    wallNs: manifest === undefined ? extent(trace) : manifest.wallNs,
    ...metrics,
    gpus: gpuTotals(trace.gpus),
    threads: threadTable(trace, zeroNs),
    syscalls: table.returned,
    unreturned: table.unreturned,
    slowest: slowestCalls(trace, SLOWEST, zeroNs),
    errors: failedCalls(trace.syscalls),
    signals: signalCounts(trace),
    logs: logCounts(trace.logs),
    sites,
    sitesMissing: sites.length > 0 ? null : whyNoSites(trace, manifest),
    envSet: manifest?.command.envSet ?? {},
    meta: manifest?.meta ?? {},
    artifacts: (manifest?.artifacts ?? []).map((artifact) => ({
      ...artifact,
      state: extra.artifactStates?.get(artifact.path) ?? "verified",
    })),
  };
}

type Problem = RunSummary["problems"][number];

/** The manifest's problems, then those met while reading that it does not tell already. */
function mergeProblems(recorded: readonly Problem[], read: readonly Problem[]): readonly Problem[] {
  const told = new Set(recorded.map((problem) => `${problem.kind} ${problem.message}`));
  return [...recorded, ...read.filter((problem) => !told.has(`${problem.kind} ${problem.message}`))];
}

function commandOf(trace: Trace): readonly string[] {
  const main = trace.threads.find((thread) => thread.role === "main");
  const program = main?.execs[0] ?? main?.name;
  return program === undefined || program === "" ? [] : [program];
}

function startOf(trace: Trace, manifest: RunManifest | undefined): string | null {
  const realtime = manifest === undefined ? trace.clock.originRealtimeNs : BigInt(manifest.clocks.start.realtimeNs);
  return realtime <= 0n ? null : new Date(Number(realtime / 1_000_000n)).toISOString();
}

function lostCount(trace: Trace): number {
  let lost = 0;
  for (const problem of trace.problems) if (problem.kind === "lost-events") lost += problem.count ?? 0;
  return lost;
}

function exitOf(manifest: RunManifest): RunSummary["exit"] {
  return manifest.exit === null ? null : { code: manifest.exit.code, signal: manifest.exit.signal };
}

function mainExit(trace: Trace): RunSummary["exit"] {
  const exit = trace.threads.find((thread) => thread.role === "main")?.exit;
  if (exit?.kind === "exited") return { code: exit.code, signal: null };
  if (exit?.kind === "killed") return { code: null, signal: exit.signal };
  return null;
}

/** Nanoseconds from the first event to the end of the last one that is known; null for a trace without times. */
function extent(trace: Trace): number | null {
  // Without times, calls are put in order by made-up ones.
  if (trace.problems.some(({ kind }) => kind === "untimed")) return null;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const { start, duration, state, length } = trace.syscalls;
  for (let row = 0; row < length; row++) {
    const from = start[row] as number;
    if (from < first) first = from;
    const to = state[row] === SyscallState.returned ? from + (duration[row] as number) : from;
    if (to > last) last = to;
  }
  return last > first ? last - first : null;
}

function signalCounts(trace: Trace): RunSummary["signals"] {
  const counts = new Map<string, number>();
  for (const { signal } of trace.signals) counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return [...counts].map(([signal, count]) => ({ signal, count })).sort((a, b) => b.count - a.count);
}

function whyNoSites(trace: Trace, manifest: RunManifest | undefined): string {
  if (trace.syscalls.length === 0) return "No system calls were recorded, so no source lines are known.";
  if (manifest === undefined) return "This trace file names no source lines.";
  if (!manifest.recorder.stacks) {
    return "Recorded without call stacks, so no source lines are known. Record with --stacks to see them (about five times slower).";
  }
  return (
    `No call stack touched a source file below ${manifest.workspace}. Build with debug information (-g) ` +
    "and record from the folder that holds the sources."
  );
}
