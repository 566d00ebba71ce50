import type { RecordingOptions } from "../../protocol/launch.ts";
import { RECORDING_DEFAULTS } from "../../protocol/recordingDefaults.ts";

/** What the user's settings say; undefined and empty mean "not set". */
export interface LaunchSettings {
  readonly recorder: string | undefined;
  readonly stacks: boolean | undefined;
  readonly metricsIntervalMs: number | undefined;
  readonly traceLogs: boolean | undefined;
  readonly traceEnv: Readonly<Record<string, string | null>> | undefined;
  readonly stracePath: string | undefined;
  readonly runsDirectory: string | undefined;
}

/** A launch configuration as the user wrote it: anything may be missing. */
export type LooseConfiguration = Readonly<Record<string, unknown>>;

/**
 * Fills a launch or attach configuration: what it says itself wins, then the settings, then the defaults.
 * Pure: variables such as `${workspaceFolder}` are left for the editor to substitute.
 */
export function resolveLaunch(
  configuration: LooseConfiguration,
  settings: LaunchSettings,
  workspace: string | undefined,
): Record<string, unknown> {
  const fromSettings: RecordingOptions = {
    ...(settings.recorder === undefined
      ? {}
      : { recorder: settings.recorder as NonNullable<RecordingOptions["recorder"]> }),
    ...(settings.stacks === undefined ? {} : { stacks: settings.stacks }),
    ...(settings.metricsIntervalMs === undefined ? {} : { metricsIntervalMs: settings.metricsIntervalMs }),
    ...(settings.traceLogs === undefined ? {} : { traceLogs: settings.traceLogs }),
  };
  const own = Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined));
  const ownTraceEnv = own.traceEnv as Record<string, string | null> | undefined;
  return {
    ...RECORDING_DEFAULTS,
    ...fromSettings,
    ...(configuration.request === "attach" ? {} : { args: [], env: {}, console: "internalConsole", cwd: workspace }),
    ...(workspace === undefined ? {} : { workspace }),
    ...(isSet(settings.runsDirectory) ? { outDir: settings.runsDirectory } : {}),
    ...(isSet(settings.stracePath) ? { stracePath: settings.stracePath } : {}),
    ...own,
    traceEnv: { ...settings.traceEnv, ...ownTraceEnv },
  };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
