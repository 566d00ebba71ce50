import { EXIT_KINDS, MARK_KINDS, ROLE_NAMES, STATE_NAMES, STREAM_NAMES, type TableName } from "../arrowSchema.ts";
import { ERRNO_NAMES } from "../errnoNames.ts";
import { LOG_LEVEL_NAMES } from "../levels.ts";
import { SYSCALL_NAMES } from "../syscallNames.ts";
import type { Site } from "../trace.ts";
import { NO_GPUS, NO_LOGS, NO_METRICS, NO_STACKS, NO_SYSCALLS } from "./emptyColumns.ts";
import { TableStream } from "./tableStream.ts";
import { writeGpus, writeMarks, writeMetrics, writeSignals } from "./writeEvents.ts";
import { writeLogs } from "./writeLogs.ts";
import { writeFrames, writeStacks } from "./writeStacks.ts";
import { NO_SITES, ThreadIds, writeSyscalls } from "./writeSyscalls.ts";
import { writeThreads } from "./writeThreads.ts";

export type Tables = { readonly [T in TableName]: TableStream<T> };

export function openTables(sites: readonly Site[]): Tables {
  const files = [...new Set(sites.map((site) => site.file))];
  const functions = [...new Set(sites.map((site) => site.function))];
  return {
    syscalls: new TableStream(
      "syscalls",
      { syscall: SYSCALL_NAMES, errno: ERRNO_NAMES.slice(1), state: STATE_NAMES, file: files, function: functions },
      (table) => writeSyscalls(table, NO_SYSCALLS, new ThreadIds(), NO_SITES, 0, 0),
    ),
    logs: new TableStream("logs", { stream: STREAM_NAMES, level: LOG_LEVEL_NAMES }, (table) =>
      writeLogs(table, NO_LOGS, [], 0, 0),
    ),
    metrics: new TableStream("metrics", {}, (table) => writeMetrics(table, NO_METRICS, 0, 0)),
    threads: new TableStream("threads", { role: ROLE_NAMES, exit: EXIT_KINDS }, (table) =>
      writeThreads(table, [], [], true),
    ),
    signals: new TableStream("signals", {}, (table) => writeSignals(table, [], true)),
    marks: new TableStream("marks", { kind: MARK_KINDS }, (table) => writeMarks(table, [], true)),
    stacks: new TableStream("stacks", {}, (table) => writeStacks(table, NO_STACKS, [], 0, true)),
    frames: new TableStream("frames", {}, (table) => writeFrames(table, NO_STACKS, [], 0, true)),
    gpus: new TableStream("gpus", {}, (table) => writeGpus(table, NO_GPUS, 0, 0)),
  };
}
