import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTables } from "../../engine/trace/arrowIn.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { streamMessages } from "./streamMessages.ts";

/** What of a recording is in its folder, found there: rows of whole batches and bytes of output. */
export function storedCounts(folder: string): RunManifest["counts"] {
  const rows = (table: "syscalls" | "logs" | "metrics" | "signals") => countRows(join(folder, RUN_FILES[table]));
  const bytes = (stream: "stdout" | "stderr") => statSync(join(folder, RUN_FILES[stream])).size;
  // A thread has a row for each of its states.
  const threads = readTables({ threads: readFileSync(join(folder, RUN_FILES.threads)) }).tables.threads.length;
  return {
    syscalls: rows("syscalls"),
    logLines: rows("logs"),
    metricSamples: rows("metrics"),
    threads,
    signals: rows("signals"),
    stdoutBytes: bytes("stdout"),
    stderrBytes: bytes("stderr"),
  };
}

/** Rows in the whole batches of an Arrow stream, found without reading the batches. */
function countRows(path: string): number {
  const file = openSync(path, "r");
  try {
    let sum = 0;
    for (const { rows } of streamMessages(file)) sum += rows;
    return sum;
  } finally {
    closeSync(file);
  }
}
