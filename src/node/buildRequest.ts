import { resolve } from "node:path";
import type { CompleteOptions, RecordingOptions } from "../protocol/launch.ts";
import { RECORDING_DEFAULTS } from "../protocol/recordingDefaults.ts";
import { RUNS_DIRECTORY } from "../protocol/runFiles.ts";

/** What launch configurations, targets and the command line have in common when they become a `RecordingRequest`. */

/** Every recording option, from the first source that sets it; later ones fill gaps, the defaults the rest. */
export function completeOptions(...sources: readonly RecordingOptions[]): CompleteOptions {
  const chosen: Record<string, unknown> = {};
  for (const key of Object.keys(RECORDING_DEFAULTS) as (keyof RecordingOptions)[]) {
    chosen[key] = sources.find((source) => source[key] !== undefined)?.[key] ?? RECORDING_DEFAULTS[key];
  }
  return chosen as CompleteOptions;
}

/** An environment with changes applied; null removes a variable. */
export function changedEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...base, ...changes })) {
    if (value !== undefined && value !== null) env[name] = value;
  }
  return env;
}

/** The absolute folder of run folders: the one asked for, relative to the workspace, or the workspace's own. */
export function runsDirectoryOf(workspace: string, asked: string | undefined): string {
  return resolve(workspace, asked === undefined || asked === "" ? RUNS_DIRECTORY : asked);
}
