/** Version of everything in a run folder; raised when an older reader would misread it. */
export const RUN_SCHEMA_VERSION = 1;

/** Where runs live below the workspace. */
export const RUNS_DIRECTORY = ".goldentrace/runs";

/** Files of a run folder. The `.arrow` files are uncompressed Arrow IPC streams. */
export const RUN_FILES = {
  manifest: "run.json",
  syscalls: "syscalls.arrow",
  logs: "logs.arrow",
  metrics: "metrics.arrow",
  threads: "threads.arrow",
  signals: "signals.arrow",
  marks: "marks.arrow",
  stacks: "stacks.arrow",
  frames: "frames.arrow",
  /** Absent where no GPU was seen. */
  gpus: "gpus.arrow",
  stdout: "stdout.log",
  stderr: "stderr.log",
  report: "report.md",
  /** The outcome of the comparison with the golden (`Comparison`); absent where there is none. */
  comparison: "comparison.json",
  artifacts: "artifacts",
  /** Space kept free while recording, so that a full disk still takes the last manifest. */
  reserve: ".reserve",
} as const;
