import type { RecordingInfo } from "../../src/protocol/live.ts";

/** What a recording that needs no program says about itself. */
export function recordingInfo(name: string): Omit<RecordingInfo, "pid"> {
  return {
    runId: name,
    runFolder: `/runs/${name}`,
    name,
    command: `./${name}`,
    recorder: "strace",
    recorderReason: "asked for",
    stacks: false,
    filter: "",
    startedAtMs: 0,
    metricsIntervalMs: 100,
    envSet: {},
  };
}
