import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ExpectedError } from "../../base/errors.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { errorCode } from "../procFiles.ts";
import { readManifest } from "./manifest.ts";
import { isWriterAlive } from "./writerProcess.ts";

export interface RunEntry {
  /** The folder's name. */
  readonly id: string;
  /** Absolute path. */
  readonly folder: string;
  /** Undefined when it cannot be read; then `problem` says why. */
  readonly manifest: RunManifest | undefined;
  readonly problem: string | undefined;
  /** The run is being recorded at this moment. */
  readonly alive: boolean;
}

/** The reading is broken up after so many milliseconds: with thousands of runs it would block the extension host. */
const TURN_MS = 10;

/** The runs below a folder, newest first. A folder that does not exist holds none. */
export async function listRuns(runsDirectory: string): Promise<RunEntry[]> {
  let names: string[];
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === "") throw error;
    throw new ExpectedError(`${runsDirectory} cannot be read (${errorCode(error)})`, { cause: error });
  }
  const runs: RunEntry[] = [];
  let turn = performance.now();
  for (const id of names) {
    const entry = entryOf(runsDirectory, id);
    if (entry !== undefined) runs.push(entry);
    if (performance.now() - turn > TURN_MS) {
      await setImmediate();
      turn = performance.now();
    }
  }
  return runs.sort((a, b) => startOf(b) - startOf(a) || (a.id < b.id ? 1 : -1));
}

/** When a run started, milliseconds since 1970; 0 where that is not known. */
export function startOf(entry: Pick<RunEntry, "manifest">): number {
  return entry.manifest === undefined ? 0 : Number(BigInt(entry.manifest.clocks.start.realtimeNs) / 1_000_000n);
}

function entryOf(runsDirectory: string, id: string): RunEntry | undefined {
  const folder = join(runsDirectory, id);
  try {
    const manifest = readManifest(folder);
    const alive = manifest.state === "recording" && isWriterAlive(manifest.writer);
    return { id, folder, manifest, problem: undefined, alive };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    // Folders that are not runs may lie here too.
    if (error.code === "not-found") return undefined;
    return { id, folder, manifest: undefined, problem: error.message, alive: false };
  }
}
