import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { errorCode } from "../procFiles.ts";
import { readManifest } from "./manifest.ts";
import { isWriterAlive } from "./writerProcess.ts";

/** Deleted runs wait here, below the folder of runs, until they are restored or removed for good. */
export const TRASH = ".trash";

/** How long a deleted run can be restored. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

export interface TrashedRun {
  /** Where it was. */
  readonly folder: string;
  /** Where it is. */
  readonly trashed: string;
}

/**
 * Deletes a run so that it can be restored. Runs that were deleted long ago are removed for good on the way.
 * @throws ExpectedError when it is no run folder, or one that is being recorded
 */
export async function trashRun(folder: string): Promise<TrashedRun> {
  assertDeletable(folder);
  const trash = join(dirname(folder), TRASH);
  try {
    await mkdir(trash, { recursive: true });
    await removeOld(trash);
    const trashed = join(trash, `${Date.now()}_${basename(folder)}`);
    await rename(folder, trashed);
    return { folder, trashed };
  } catch (error) {
    throw cannot("deleted", folder, error);
  }
}

/** Puts deleted runs back where they were. */
export async function restoreRuns(runs: readonly TrashedRun[]): Promise<void> {
  for (const { folder, trashed } of runs) {
    try {
      await rename(trashed, folder);
    } catch (error) {
      throw cannot("restored", folder, error);
    }
    await rmdir(dirname(trashed)).catch(() => {
      // Other deleted runs are still in it.
    });
  }
}

/** Removes a run for good. */
export async function removeRun(folder: string): Promise<void> {
  assertDeletable(folder);
  try {
    await rm(folder, { recursive: true });
  } catch (error) {
    throw cannot("removed", folder, error);
  }
}

/** Removes all deleted runs of a folder of runs for good; returns how many there were. */
export async function emptyTrash(runsDirectory: string): Promise<number> {
  const trash = join(runsDirectory, TRASH);
  const names = await namesIn(trash);
  if (names.length > 0) await rm(trash, { recursive: true });
  return names.length;
}

function assertDeletable(folder: string): void {
  try {
    const manifest = readManifest(folder);
    if (manifest.state === "recording" && isWriterAlive(manifest.writer)) {
      throw new ExpectedError(`${manifest.id} is being recorded`, { wayOut: "Stop the recording first." });
    }
  } catch (error) {
    // A damaged run is a run; a folder without a manifest may be anything.
    if (error instanceof ExpectedError && error.code === "unreadable-trace") return;
    throw error;
  }
}

async function removeOld(trash: string): Promise<void> {
  const oldest = Date.now() - KEEP_MS;
  for (const name of await namesIn(trash)) {
    const path = join(trash, name);
    const deletedAt = Number(/^(\d{13})_/.exec(name)?.[1] ?? (await stat(path)).mtimeMs);
    if (deletedAt < oldest) await rm(path, { recursive: true, force: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

function cannot(what: string, folder: string, error: unknown): unknown {
  const code = errorCode(error);
  return code === ""
    ? error
    : new ExpectedError(`The run ${basename(folder)} could not be ${what} (${code})`, {
        code: code === "ENOENT" ? "not-found" : "permission",
        cause: error,
      });
}
