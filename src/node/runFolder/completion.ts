import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { summarize } from "../../engine/query/summarize.ts";
import { readTables } from "../../engine/trace/arrowIn.ts";
import { writeTables } from "../../engine/trace/arrowOut.ts";
import type { TableName } from "../../engine/trace/arrowSchema.ts";
import { compactTables } from "../../engine/trace/compactTables.ts";
import type { Trace, TraceProblem } from "../../engine/trace/trace.ts";
import { writeReport } from "../../engine/write/report.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { collectArtifacts } from "../artifacts.ts";
import type { ModuleIdentities } from "../symbolise/moduleIdentity.ts";
import { symboliseTrace } from "../symbolise/symboliseTrace.ts";
import { callGroups } from "./callGroups.ts";
import { readTableFiles } from "./openRun.ts";
import { replaceTables } from "./replaceTables.ts";

/** With more calls than this the table is sorted and rewritten in groups of `GROUP_CALLS` or a little more. */
const MAX_CALLS_AT_ONCE = 4_000_000;
const GROUP_CALLS = 1 << 20;

export interface CompletionOptions {
  readonly artifacts: readonly string[];
  readonly workspace: string;
  readonly stacks: boolean;
  /** What strace prints as addresses of frames. */
  readonly addresses: "file-offset" | "virtual";
  readonly modules: ModuleIdentities;
  /** How many calls are held in memory; for tests. */
  readonly limits?: { readonly atOnce: number; readonly group: number };
}

/** What is made of a run's folder when the run has ended: sorted tables with sites, copies of artifacts, the report. */
export class Completion {
  private trace: Trace | undefined;

  constructor(private readonly options: CompletionOptions) {}

  /** Sorts and symbolises the closed tables, and collects artifacts. Returns what the manifest gains. */
  async complete(
    folder: string,
    manifest: RunManifest,
  ): Promise<{ artifacts: RunManifest["artifacts"]; problems: TraceProblem[] }> {
    const problems: TraceProblem[] = [];
    const { atOnce, group } = this.options.limits ?? { atOnce: MAX_CALLS_AT_ONCE, group: GROUP_CALLS };
    const inGroups = manifest.counts.syscalls > atOnce;
    let trace = await readTrace(folder, manifest, inGroups ? ["syscalls"] : []);
    if (this.options.stacks) {
      const symbolised = await symboliseTrace(trace, {
        workspace: this.options.workspace,
        modules: this.options.modules,
        addresses: this.options.addresses,
      });
      trace = symbolised.trace;
      problems.push(...symbolised.problems);
    }
    const calls = join(folder, RUN_FILES.syscalls);
    await replaceTables(folder, inGroups ? compactTables(trace, () => callGroups(calls, group)) : writeTables(trace));
    if (!inGroups) this.trace = trace;
    const { artifacts, workspace } = this.options;
    const cwd = manifest.command.cwd === "" ? workspace : manifest.command.cwd;
    const collected = await collectArtifacts({ cwd, globs: artifacts, runFolder: folder });
    return { artifacts: collected.artifacts, problems: [...problems, ...collected.problems] };
  }

  /** Writes `report.md`. */
  async report(folder: string, manifest: RunManifest): Promise<void> {
    const trace = this.trace ?? (await readTrace(folder, manifest));
    const summary = summarize(trace, manifest, { path: folder, name: manifest.name });
    await writeFile(join(folder, RUN_FILES.report), writeReport(summary, manifest));
  }
}

async function readTrace(folder: string, manifest: RunManifest, without: readonly TableName[] = []): Promise<Trace> {
  const { tables, problems } = readTables(await readTableFiles(folder, without));
  const { start } = manifest.clocks;
  const clock = { originRealtimeNs: BigInt(start.realtimeNs), originMonotonicNs: BigInt(start.monotonicNs) };
  return { ...tables, clock, problems };
}
