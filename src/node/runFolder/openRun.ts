import { open } from "node:fs/promises";
import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { formatBytes } from "../../base/format.ts";
import { readTables, type TableFiles } from "../../engine/trace/arrowIn.ts";
import { TABLE_NAMES, type TableName } from "../../engine/trace/arrowSchema.ts";
import type { Trace, TraceProblem } from "../../engine/trace/trace.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { errorCode } from "../procFiles.ts";
import { DamagedManifestError, readManifest } from "./manifest.ts";
import { holdsAnything, recoverManifest } from "./recoverManifest.ts";
import { isWriterAlive } from "./writerProcess.ts";

export interface OpenedRun {
  /** Of a run whose recorder died, with what the folder itself still tells: counts, and the problem. */
  readonly manifest: RunManifest;
  /** `problems` are those found while reading; the manifest has those of the recording. */
  readonly trace: Trace;
}

/**
 * Opens a run folder, whatever state it is in: a run that is being recorded or was cut off shows everything up to its last
 * whole batch; one whose manifest is damaged, what its tables tell.
 * @throws ExpectedError when it is no run folder or cannot be read
 */
export async function openRun(folder: string): Promise<OpenedRun> {
  const found = usableManifest(folder);
  const { tables, problems } = readTables(await readTableFiles(folder));
  if (found instanceof DamagedManifestError && !holdsAnything(tables)) throw found;
  const manifest = found instanceof DamagedManifestError ? recoverManifest(folder, found, tables) : found;
  const { start } = manifest.clocks;
  const clock = { originRealtimeNs: BigInt(start.realtimeNs), originMonotonicNs: BigInt(start.monotonicNs) };
  if (manifest.state !== "recording") return { manifest, trace: { ...tables, clock, problems } };
  const alive = isWriterAlive(manifest.writer);
  return {
    manifest: {
      ...manifest,
      complete: false,
      counts: {
        ...manifest.counts,
        syscalls: tables.syscalls.length,
        logLines: tables.logs.length,
        metricSamples: tables.metrics.length,
        signals: tables.signals.length,
        threads: tables.threads.length,
      },
    },
    // A folder that is being written to always ends in the middle.
    trace: { ...tables, clock, problems: [...(alive ? [] : problems), unfinished(alive)] },
  };
}

function usableManifest(folder: string): RunManifest | DamagedManifestError {
  try {
    return readManifest(folder);
  } catch (error) {
    if (error instanceof DamagedManifestError) return error;
    throw error;
  }
}

function unfinished(alive: boolean): TraceProblem {
  return alive
    ? { kind: "cut-off", message: "The run is still being recorded; this is what there is so far.", losesData: true }
    : {
        kind: "recorder-died",
        message: "The recorder was killed before the run ended; everything up to its last batch is shown.",
        losesData: true,
      };
}

/** The bytes of the tables of a run folder. */
export async function readTableFiles(folder: string, without: readonly TableName[] = []): Promise<TableFiles> {
  const files: { [T in TableName]?: Uint8Array | undefined } = {};
  for (const table of TABLE_NAMES)
    if (!without.includes(table)) files[table] = await readWhole(join(folder, RUN_FILES[table]));
  return files;
}

/** Like `readFile`, without its limit of 2 GiB. Undefined for a file that does not exist. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      const bytes = allocate(path, size);
      let done = 0;
      while (done < size) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, 1 << 28), done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (error instanceof ExpectedError || errorCode(error) === "") throw error;
    throw new ExpectedError(`${path} cannot be read (${errorCode(error)})`, {
      code: "unreadable-trace",
      cause: error,
    });
  }
}

/** @throws ExpectedError beyond 4 GiB, the most that one array holds, and beyond the machine's memory */
function allocate(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ExpectedError(`${path} is too large to be held in memory (${formatBytes(size)})`, {
      code: "unreadable-trace",
      wayOut:
        "The run is whole: read its .arrow files with polars, pandas or DuckDB, or record with a narrower filter.",
      cause: error,
    });
  }
}
