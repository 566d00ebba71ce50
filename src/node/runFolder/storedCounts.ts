import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTables } from "../../engine/trace/arrowIn.ts";
import { readMessageHead } from "../../engine/trace/arrowMessage.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";

/** What an Arrow stream has before each message: a continuation mark and the length of the metadata. */
const PREFIX_BYTES = 8;
/** Metadata of our tables has a few kilobytes. */
const MAX_METADATA_BYTES = 1 << 20;

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
    const { size } = fstatSync(file);
    const prefix = Buffer.alloc(PREFIX_BYTES);
    let rows = 0;
    let at = 0;
    while (at + PREFIX_BYTES <= size && readSync(file, prefix, 0, PREFIX_BYTES, at) === PREFIX_BYTES) {
      const length = prefix.readInt32LE(4);
      if (length <= 0 || length > MAX_METADATA_BYTES) break;
      const metadata = Buffer.alloc(length);
      if (readSync(file, metadata, 0, length, at + PREFIX_BYTES) < length) break;
      const head = readMessageHead(metadata);
      if (head === undefined) break;
      at += PREFIX_BYTES + length + head.bodyLength;
      if (at <= size) rows += head.rows;
    }
    return rows;
  } finally {
    closeSync(file);
  }
}
