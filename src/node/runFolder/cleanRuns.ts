import { listRuns, type RunEntry, startOf } from "./listRuns.ts";
import { emptyTrash, removeRun } from "./trash.ts";

export interface CleanOptions {
  /** Keep this many of the newest runs; undefined keeps any number. */
  readonly keep: number | undefined;
  /** Remove runs that started longer ago than this; undefined sets no limit. */
  readonly olderThanMs: number | undefined;
}

/**
 * Which runs `clean` removes: those beyond the newest `keep`, and those older than `olderThanMs`. A run that is being
 * recorded stays. With neither option, none.
 * @param runs newest first
 */
export function runsToRemove(runs: readonly RunEntry[], options: CleanOptions, nowMs: number): RunEntry[] {
  return runs.filter((run, index) => {
    if (run.alive) return false;
    if (options.keep !== undefined && index >= options.keep) return true;
    return options.olderThanMs !== undefined && startOf(run) < nowMs - options.olderThanMs;
  });
}

/** Removes runs for good, deleted ones that could still be restored included. Returns the runs and how many deleted ones there were. */
export async function cleanRuns(
  runsDirectory: string,
  options: CleanOptions,
): Promise<{ readonly removed: readonly RunEntry[]; readonly trash: number }> {
  const removed = runsToRemove(await listRuns(runsDirectory), options, Date.now());
  for (const run of removed) await removeRun(run.folder);
  return { removed, trash: await emptyTrash(runsDirectory) };
}
