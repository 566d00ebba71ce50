import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { isSuspicious } from "../../engine/golden/performance/comparePerformance.ts";
import { performanceSample } from "../../engine/golden/performance/performanceSample.ts";
import { outcomeOf } from "../../engine/report/checkOutcome.ts";
import type { CheckEntry } from "../../engine/report/checkReport.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { PerformanceSample } from "../../protocol/goldenFile.ts";
import { findTarget, targetNames } from "../config.ts";
import { errorCode } from "../procFiles.ts";
import { openRun } from "../runFolder/openRun.ts";
import { notCompared, reasonOf } from "./compareSubject.ts";
import { budgetsFor, compareWithGolden, NO_GOLDEN } from "./compareWithGolden.ts";
import { hasGolden } from "./goldenNameOf.ts";
import { goldenNames, goldenPaths, isGoldenName, refuseCollisions } from "./goldenPaths.ts";
import { type GoldenSettings, goldenSettings } from "./goldenSettings.ts";
import { Cancelled, type RecordingPlace, recordToEnd, targetRequest } from "./recordTarget.ts";

export interface CheckPlan {
  /** Targets to check, in the order of the configuration. */
  readonly targets: readonly string[];
  /** Targets that have neither a golden nor budgets. */
  readonly unchecked: readonly string[];
  /** Goldens that no target belongs to. */
  readonly orphans: readonly string[];
}

export interface CheckRequest extends RecordingPlace {
  readonly targets: readonly string[];
  /** Recordings at a time; those of one working directory never overlap. */
  readonly jobs: number;
  readonly settings?: Partial<GoldenSettings> | undefined;
  readonly signal: AbortSignal;
  readonly onStart?: ((target: string) => void) | undefined;
  readonly onEnd?: ((entry: CheckEntry) => void) | undefined;
}

/** Recordings that confirm a regression before it is told. */
const CONFIRMATIONS = 2;
/** Timings suffer from programs that run beside: a quarter of the processors leaves each of them room. */
export const defaultJobs = (): number => Math.max(1, Math.min(8, Math.floor(availableParallelism() / 4)));

/**
 * What a check is about.
 * @param asked names of targets; empty for all that have a golden or budgets
 * @throws ExpectedError for an unknown target, for budgets that are not valid, and for two whose goldens are one file
 */
export async function planCheck(
  { workspace, config }: Pick<RecordingPlace, "workspace" | "config">,
  asked: readonly string[],
): Promise<CheckPlan> {
  const { dir } = goldenSettings(workspace, config, "");
  const all = targetNames(config);
  for (const name of asked) findTarget(config, name);
  // A target need not have a golden; that one of this name cannot is of interest to those who ask for it.
  for (const name of asked) goldenPaths(dir, name);
  const nameable = all.filter(isGoldenName);
  refuseCollisions(dir, nameable);
  const names = await goldenNames(dir);
  const files = new Set(nameable.map((name) => goldenPaths(dir, name).golden));
  const orphans = names.filter((name) => !files.has(join(dir, `${name}.json`)));
  if (asked.length > 0) return { targets: [...new Set(asked)], unchecked: [], orphans: [] };
  const targets = all.filter((name) => hasGolden(dir, name) || budgetsFor(workspace, name).length > 0);
  return { targets, unchecked: all.filter((name) => !targets.includes(name)), orphans };
}

/**
 * Records targets and compares each with its golden. Entries come in the order of the request.
 * @throws Cancelled after every program was stopped
 */
export async function checkTargets(request: CheckRequest): Promise<CheckEntry[]> {
  const entries = new Map<string, CheckEntry>();
  const queues = [...byDirectory(request).values()];
  const together = Math.min(request.jobs, queues.length);
  const suspects: string[] = [];
  const work = async (): Promise<void> => {
    for (let queue = queues.shift(); queue !== undefined; queue = queues.shift()) {
      for (const target of queue) {
        request.onStart?.(target);
        const entry = await checkTarget(target, request);
        entries.set(target, entry);
        if (isSuspicious(entry.comparison.performance)) suspects.push(target);
        else request.onEnd?.(entry);
      }
    }
  };
  // All of them are waited for: none may go on recording when one has failed.
  const done = await Promise.allSettled(Array.from({ length: together }, work));
  for (const each of done) if (each.status === "rejected") throw each.reason;
  // Alone, so that nothing disturbs what they are measured by.
  for (const target of suspects) {
    request.onStart?.(target);
    const first = entries.get(target);
    if (first === undefined) continue;
    const entry = await confirm(first, request, together > 1);
    entries.set(target, entry);
    request.onEnd?.(entry);
  }
  return request.targets.flatMap((target) => entries.get(target) ?? []);
}

/** Targets of one working directory may write the same files. */
function byDirectory({ targets, workspace, config }: CheckRequest): Map<string, string[]> {
  const queues = new Map<string, string[]>();
  for (const target of targets) {
    const directory = realDirectory(resolve(workspace, findTarget(config, target).cwd ?? "."));
    const queue = queues.get(directory);
    if (queue === undefined) queues.set(directory, [target]);
    else queue.push(target);
  }
  return queues;
}

function realDirectory(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return path;
  }
}

async function checkTarget(target: string, request: CheckRequest): Promise<CheckEntry> {
  const startedAt = performance.now();
  const { workspace, config } = request;
  const settings = { ...goldenSettings(workspace, config, target), ...request.settings };
  const isThere = hasGolden(settings.dir, target);
  const golden = { name: target, path: isGoldenName(target) ? goldenPaths(settings.dir, target).golden : "" };
  let runId: string | null = null;
  let comparison: Comparison;
  try {
    const { end } = await recordToEnd(targetRequest(target, request), settings.timeoutMs, request.signal);
    runId = end.runId;
    const { runFolder } = end;
    const actual = { name: target, path: runFolder };
    const compare = { runFolder, workspace, config, goldenName: target, settings: request.settings };
    comparison =
      (await compareWithGolden(compare)) ??
      notCompared(`${NO_GOLDEN} Record one with \`goldentrace accept ${target}\`.`, settings, golden, actual);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    comparison = notCompared(reasonOf(error), settings, golden, { name: target, path: "" });
  }
  return {
    target,
    comparison,
    outcome: outcomeOf(comparison, settings, isThere),
    runId,
    durationMs: performance.now() - startedAt,
  };
}

/** @param alone count only the new recordings: the first one was made beside others */
async function confirm(entry: CheckEntry, request: CheckRequest, alone: boolean): Promise<CheckEntry> {
  const startedAt = performance.now();
  const { target } = entry;
  const { workspace, config } = request;
  const settings = { ...goldenSettings(workspace, config, target), ...request.settings };
  let { comparison } = entry;
  const runFolder = comparison.actual.path;
  const more: PerformanceSample[] = [];
  try {
    while (more.length < CONFIRMATIONS && isSuspicious(comparison.performance)) {
      const { end } = await recordToEnd(targetRequest(target, request), settings.timeoutMs, request.signal);
      const { trace, manifest } = await openRun(end.runFolder);
      more.push(performanceSample(trace, manifest));
      const again = await compareWithGolden({
        runFolder,
        workspace,
        config,
        goldenName: target,
        settings: request.settings,
        moreSamples: more,
        onlyMore: alone,
      });
      if (again === undefined) break;
      comparison = again;
    }
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    if (!(error instanceof ExpectedError)) throw error;
    comparison = { ...comparison, notes: [...comparison.notes, `Performance was not confirmed: ${error.message}`] };
  }
  return {
    ...entry,
    comparison,
    outcome: outcomeOf(comparison, settings, true),
    durationMs: entry.durationMs + performance.now() - startedAt,
  };
}

/** 3 (could not compare) is worse than 1 (diverged or over budget): what was not compared may hide anything. */
export function exitCodeOf(entries: readonly Pick<CheckEntry, "outcome">[]): 0 | 1 | 3 {
  if (entries.some(({ outcome }) => outcome === "incomparable")) return 3;
  return entries.every(({ outcome }) => outcome === "holds") ? 0 : 1;
}
