import { existsSync } from "node:fs";
import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { PerformanceSample } from "../../protocol/goldenFile.ts";
import type { ConfigFile } from "../../protocol/launch.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import { loadConfig } from "../config.ts";
import { readManifest } from "../runFolder/manifest.ts";
import { type OpenedRun, openRun } from "../runFolder/openRun.ts";
import { compareSubject, notCompared, reasonOf } from "./compareSubject.ts";
import { goldenNameOf, hasGolden } from "./goldenNameOf.ts";
import { goldenPaths } from "./goldenPaths.ts";
import { type GoldenSettings, goldenSettings } from "./goldenSettings.ts";
import { loadGolden } from "./loadGolden.ts";
import { replaceFiles } from "./replaceFiles.ts";
import { followLines } from "./sources.ts";
import { subjectOf, unusable } from "./subject.ts";

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
}

/**
 * Compares a run with the golden of its name and stores the outcome as `comparison.json` in the run's folder. Whatever keeps it from being
 * compared is its outcome, too: `incomparable`, with the reason.
 * @returns undefined when there is no golden of that name; nothing is read then but the run's manifest
 * @throws ExpectedError when the run or its folder cannot be used at all
 */
export async function compareWithGolden(request: CompareRequest): Promise<Comparison | undefined> {
  const comparison = await outcomeOf(request);
  if (comparison !== undefined) await storeComparison(request.runFolder, comparison);
  return comparison;
}

export async function storeComparison(runFolder: string, comparison: Comparison): Promise<void> {
  const chunks = [JSON.stringify(comparison), "\n"];
  await replaceFiles([{ path: join(runFolder, RUN_FILES.comparison), chunks }]);
}

async function outcomeOf(request: CompareRequest): Promise<Comparison | undefined> {
  const { runFolder, workspace } = request;
  const config = request.config ?? usableConfig(workspace);
  const manifest = request.goldenName === undefined ? readManifest(runFolder) : undefined;
  // Where the configuration cannot be read, only a golden in the usual folder is surely meant.
  const known = config instanceof ExpectedError ? {} : config;
  const { dir } = goldenSettings(workspace, known, "");
  const name = request.goldenName ?? (manifest === undefined ? "" : goldenNameOf(manifest, workspace, known, dir));
  if (!hasGolden(dir, name)) return undefined;
  const actual = { name, path: runFolder };
  const settings = { ...goldenSettings(workspace, known, name), ...request.settings };
  const { golden: path } = goldenPaths(dir, name);
  if (config instanceof ExpectedError) return notCompared(reasonOf(config), settings, { name, path }, actual);
  try {
    return await compared({ opened: await openRun(runFolder), name, runFolder, workspace, settings, more: request });
  } catch (error) {
    return notCompared(reasonOf(error), settings, { name, path }, actual);
  }
}

function usableConfig(workspace: string): ConfigFile | ExpectedError {
  try {
    return loadConfig(workspace);
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
}

/** An opened run and what it is compared with. */
export interface OpenedComparison {
  readonly opened: OpenedRun;
  readonly name: string;
  readonly runFolder: string;
  readonly workspace: string;
  readonly settings: GoldenSettings;
  readonly more?: Pick<CompareRequest, "moreSamples" | "onlyMore">;
}

/** @returns undefined when there is no golden of that name @throws ExpectedError when it, or a rule, cannot be used */
export async function compared(input: OpenedComparison): Promise<Comparison | undefined> {
  const { opened, name, runFolder, workspace, settings } = input;
  const paths = goldenPaths(settings.dir, name);
  const actual = { name: opened.manifest.name, path: runFolder };
  const reason = unusable(opened);
  if (reason !== undefined) {
    if (!existsSync(paths.golden)) return undefined;
    return notCompared(reason, settings, { name, path: paths.golden }, actual);
  }
  const subject = subjectOf(opened, settings);
  const loaded = await loadGolden(paths, name, subject.context);
  if (loaded === undefined) return undefined;
  const { golden } = loaded;
  return compareSubject({
    golden,
    goldenPath: loaded.path,
    actual: { ...actual, ...subject },
    mapSite: await lineMapper(workspace, golden),
    settings,
    notes: loaded.notes,
    moreSamples: input.more?.moreSamples ?? [],
    onlyMore: input.more?.onlyMore ?? false,
  });
}

/** Where lines of a golden are now. Files that it has no id of were not followed when it was made, and are not now. */
export async function lineMapper(workspace: string, { header, behaviour }: Golden) {
  if (behaviour.sites.length === 0) return (file: string, line: number) => ({ file, line });
  return followLines(workspace, header.sources);
}
