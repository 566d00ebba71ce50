import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import type { Budget } from "../../engine/budget/budget.ts";
import { evaluateBudgets } from "../../engine/budget/evaluateBudgets.ts";
import { wildcardMatches } from "../../engine/budget/namePattern.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import type { BudgetResult, Comparison } from "../../protocol/comparison.ts";
import type { PerformanceSample } from "../../protocol/goldenFile.ts";
import type { ConfigFile } from "../../protocol/launch.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import { loadBudgets, loadConfig } from "../config.ts";
import { readManifest } from "../runFolder/manifest.ts";
import { type OpenedRun, openRun } from "../runFolder/openRun.ts";
import { compareSubject, notCompared, reasonOf } from "./compareSubject.ts";
import type { GoldenAhead } from "./goldenAhead.ts";
import { goldenNameOf, hasGolden } from "./goldenNameOf.ts";
import { goldenPaths } from "./goldenPaths.ts";
import { type GoldenSettings, goldenSettings } from "./goldenSettings.ts";
import { loadGolden } from "./loadGolden.ts";
import { replaceFiles } from "./replaceFiles.ts";
import { followLines } from "./sources.ts";
import { machineOf, subjectOf, unusable } from "./subject.ts";

export interface CompareRequest {
  /** Absolute path. */
  readonly runFolder: string;
  readonly workspace: string;
  /** Default: the run's name. */
  readonly goldenName?: string | undefined;
  /** Default: the workspace's goldentrace.toml. */
  readonly config?: ConfigFile | undefined;
  /** Changes to the settings, such as those of a command line. */
  readonly settings?: Partial<GoldenSettings> | undefined;
  /** What further recordings of the same program cost. */
  readonly moreSamples?: readonly PerformanceSample[] | undefined;
  /** Judge performance by those alone. */
  readonly onlyMore?: boolean | undefined;
  /** The golden, read while the program ran; used where it is still the same. */
  readonly ahead?: GoldenAhead | undefined;
}

/**
 * Compares a run with the golden of its name and stores the outcome as `comparison.json` in the run's folder. Whatever keeps it from being
 * compared is its outcome, too: `incomparable`, with the reason.
 * Budgets that apply are judged, too, with a golden and without.
 * @returns undefined when there is neither; nothing of the run is read then but its manifest
 * @throws ExpectedError when the run or its folder cannot be used at all
 */
export async function compareWithGolden(request: CompareRequest): Promise<Comparison | undefined> {
  const comparison = await outcomeOf(request);
  if (comparison !== undefined) await storeComparison(request.runFolder, comparison);
  return comparison;
}

async function storeComparison(runFolder: string, comparison: Comparison): Promise<void> {
  const chunks = [JSON.stringify(comparison), "\n"];
  await replaceFiles([{ path: join(runFolder, RUN_FILES.comparison), chunks }]);
}

async function outcomeOf(request: CompareRequest): Promise<Comparison | undefined> {
  const { runFolder, workspace } = request;
  const config = request.config ?? usable(() => loadConfig(workspace));
  const manifest = request.goldenName === undefined ? readManifest(runFolder) : undefined;
  // Where the configuration cannot be read, only a golden in the usual folder is surely meant.
  const known = config instanceof ExpectedError ? {} : config;
  const { dir } = goldenSettings(workspace, known, "");
  const name = request.goldenName ?? (manifest === undefined ? "" : goldenNameOf(manifest, workspace, known, dir));
  const budgets = usable(() => budgetsFor(workspace, name));
  const isThere = hasGolden(dir, name);
  if (!isThere && (budgets instanceof ExpectedError || budgets.length === 0)) return undefined;
  const settings = { ...goldenSettings(workspace, known, name), ...request.settings };
  const golden = { name, path: isThere ? goldenPaths(dir, name).golden : "" };
  const actual = { name, path: runFolder };
  for (const problem of [config, budgets]) {
    if (problem instanceof ExpectedError) return notCompared(reasonOf(problem), settings, golden, actual);
  }
  try {
    const opened = await openRun(runFolder);
    const found = isThere
      ? await compared({ opened, name, runFolder, workspace, settings, more: request })
      : { comparison: notCompared(`${NO_GOLDEN} Only budgets were judged.`, settings, golden, actual) };
    const judged = budgets instanceof ExpectedError ? [] : judge(budgets, opened, name, found);
    return { ...found.comparison, budgets: judged };
  } catch (error) {
    return notCompared(reasonOf(error), settings, golden, actual);
  }
}

export const NO_GOLDEN = "There is no golden.";

/** Budgets that may apply to a target. @throws ExpectedError when the files that they are in are not valid */
export function budgetsFor(workspace: string, target: string): readonly Budget[] {
  return loadBudgets(workspace).budgets.filter(
    ({ appliesTo }) => appliesTo.length === 0 || appliesTo.some((name) => wildcardMatches(name, target)),
  );
}

function judge(
  budgets: readonly Budget[],
  { trace, manifest }: OpenedRun,
  target: string,
  { comparison, golden }: Compared,
): BudgetResult[] {
  if (budgets.length === 0) return [];
  return evaluateBudgets(budgets, {
    trace,
    manifest,
    target,
    machine: machineOf(manifest),
    ...(golden === undefined
      ? {}
      : {
          baseline: golden.performance,
          goldenSummary: { calls: returnedCalls(golden) },
          confidence: comparison.verdict === "incomparable" ? null : comparison.confidence,
        }),
  });
}

function returnedCalls({ behaviour: { events, shapes } }: Golden): number {
  let calls = 0;
  for (const shape of events.shape) if (!Number.isNaN(shapes[shape]?.result)) calls++;
  return calls;
}

function usable<T>(load: () => T): T | ExpectedError {
  try {
    return load();
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
}

interface Comparing {
  readonly opened: OpenedRun;
  readonly name: string;
  readonly runFolder: string;
  readonly workspace: string;
  readonly settings: GoldenSettings;
  readonly more: Pick<CompareRequest, "moreSamples" | "onlyMore" | "ahead">;
}

interface Compared {
  readonly comparison: Comparison;
  readonly golden?: Golden;
}

/** @throws ExpectedError when the golden, or a rule, cannot be used */
async function compared(input: Comparing): Promise<Compared> {
  const { opened, name, runFolder, workspace, settings, more } = input;
  const paths = goldenPaths(settings.dir, name);
  const actual = { name: opened.manifest.name, path: runFolder };
  const reason = unusable(opened);
  if (reason !== undefined) {
    return { comparison: notCompared(reason, settings, { name, path: paths.golden }, actual) };
  }
  const subject = subjectOf(opened, settings);
  const loaded = (await more.ahead?.(paths, subject.context)) ?? (await loadGolden(paths, name, subject.context));
  // It was removed at this moment.
  if (loaded === undefined) throw new ExpectedError(NO_GOLDEN, { code: "not-found" });
  const { golden } = loaded;
  const comparison = compareSubject({
    golden,
    goldenPath: loaded.path,
    actual: { ...actual, ...subject },
    mapSite: await lineMapper(workspace, golden),
    settings,
    notes: loaded.notes,
    moreSamples: more.moreSamples ?? [],
    onlyMore: more.onlyMore ?? false,
  });
  return { comparison, golden };
}

/** Where lines of a golden are now. Files that it has no id of were not followed when it was made, and are not now. */
export async function lineMapper(workspace: string, { header, behaviour }: Golden) {
  if (behaviour.sites.length === 0) return (file: string, line: number) => ({ file, line });
  return followLines(workspace, header.sources);
}
