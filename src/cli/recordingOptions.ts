import type { RecordingOptions } from "../protocol/launch.ts";
import { AVAILABLE_RECORDERS } from "../protocol/recordingDefaults.ts";
import { type CommandLine, parsePairs, usage } from "./commandLine.ts";
import { parseDuration } from "./duration.ts";

const MIN_INTERVAL_MS = 10;
const MAX_INTERVAL_MS = 60_000;

/** What the command line says about how to record; absent keys are left to the target, the configuration and the defaults. */
export function recordingOptions(line: CommandLine): RecordingOptions {
  const recorder = AVAILABLE_RECORDERS.find((name) => name === line.text("recorder"));
  const filters = line.texts("expr").map((text) => text.replace(/^trace=/, ""));
  const meta = line.texts("meta");
  const interval = line.text("metrics-interval");
  const strace = line.text("strace");
  return {
    ...(recorder === undefined ? {} : { recorder }),
    ...(strace === undefined ? {} : { stracePath: strace }),
    ...(filters.length === 0 ? {} : { filter: filters.join(",") }),
    ...(line.has("stacks") ? { stacks: true } : {}),
    ...(line.has("pin") ? { pin: true } : {}),
    ...(line.has("capture-data") ? { captureData: true } : {}),
    ...(interval === undefined ? {} : { metricsIntervalMs: metricsInterval(interval) }),
    ...(meta.length === 0 ? {} : { meta: parsePairs("meta", meta) }),
  };
}

function metricsInterval(text: string): number {
  const milliseconds = parseDuration("metrics-interval", text, "ms");
  if (milliseconds < MIN_INTERVAL_MS || milliseconds > MAX_INTERVAL_MS) {
    throw usage(`--metrics-interval takes 10ms to 1min, not ${JSON.stringify(text)}`);
  }
  return Math.round(milliseconds);
}
