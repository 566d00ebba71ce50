import { basename } from "node:path";
import * as z from "zod/mini";
import type { TraceTables } from "../../engine/trace/arrowIn.ts";
import type { ThreadExit, TraceProblem } from "../../engine/trace/trace.ts";
import { RUN_FILES, RUN_SCHEMA_VERSION } from "../../protocol/runFiles.ts";
import { type RunExit, type RunManifest, runManifestSchema } from "../../protocol/runFolder.ts";
import type { DamagedManifestError } from "./manifest.ts";

/**
 * A manifest for a run whose `run.json` cannot be used: the entries of it that are whole, else what the tables tell, else
 * nothing. The run counts as incomplete, and a problem says why.
 */
export function recoverManifest(folder: string, damage: DamagedManifestError, tables: TraceTables): RunManifest {
  const { problem } = damage;
  const manifest: RunManifest = { ...fromTables(folder, tables), ...wholeEntries(damage.json) };
  return { ...manifest, complete: false, problems: [...manifest.problems, unknownManifest(problem)] };
}

function unknownManifest(problem: string): TraceProblem {
  return {
    kind: "cut-off",
    message: `${RUN_FILES.manifest} ${problem}: how the run was made and how it ended is known only as far as its tables tell.`,
    losesData: true,
  };
}

/** Whether tables hold anything that can be shown. */
export function holdsAnything({ syscalls, logs, metrics, gpus, threads, signals, marks }: TraceTables): boolean {
  return [syscalls, logs, metrics, gpus, threads, signals, marks].some(({ length }) => length > 0);
}

function wholeEntries(json: unknown): Partial<RunManifest> {
  if (typeof json !== "object" || json === null) return {};
  const found = new Map<string, unknown>(Object.entries(json));
  const whole: [string, unknown][] = [];
  for (const [name, schema] of Object.entries(runManifestSchema.shape)) {
    const parsed = z.safeParse(schema, found.get(name));
    if (found.has(name) && parsed.success) whole.push([name, parsed.data]);
  }
  return Object.fromEntries(whole);
}

function fromTables(folder: string, tables: TraceTables): RunManifest {
  const id = basename(folder);
  const main = tables.threads.find((thread) => thread.role === "main");
  const ran = main === undefined ? Number.NaN : main.end - main.start;
  return {
    schemaVersion: RUN_SCHEMA_VERSION,
    id,
    name: id,
    tool: "",
    state: "finished",
    complete: false,
    problems: [],
    command: { program: main?.execs[0] ?? main?.name ?? "", args: [], cwd: "", envNames: [], envSet: {} },
    workspace: "",
    meta: {},
    recorder: {
      id: "strace",
      version: "",
      reason: "not known",
      rejected: [],
      filter: "",
      seccomp: false,
      stacks: tables.stacks.length > 0,
      pinned: false,
      captureData: false,
      attachedPid: null,
    },
    capture: "off",
    metricsIntervalMs: 0,
    host: { hostname: "", os: "", kernel: "", arch: "", cpus: 0, memoryBytes: 0 },
    git: null,
    clocks: { start: { realtimeNs: "0", monotonicNs: "0" }, end: null },
    exit: exitOf(main?.exit),
    wallNs: Number.isNaN(ran) ? null : ran,
    counts: {
      syscalls: tables.syscalls.length,
      logLines: tables.logs.length,
      metricSamples: tables.metrics.length,
      threads: tables.threads.length,
      signals: tables.signals.length,
      stdoutBytes: 0,
      stderrBytes: 0,
    },
    lost: 0,
    artifacts: [],
  };
}

function exitOf(exit: ThreadExit | undefined): RunExit | null {
  if (exit?.kind === "exited") return { code: exit.code, signal: null };
  if (exit?.kind === "killed") return { code: null, signal: exit.signal, coreDumped: exit.coreDumped };
  return null;
}
