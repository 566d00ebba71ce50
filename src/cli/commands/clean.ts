import { formatBytes, plural } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { folderSize } from "../../node/folderSize.ts";
import { type CleanOptions, cleanRuns, runsToRemove } from "../../node/runFolder/cleanRuns.ts";
import { listRuns } from "../../node/runFolder/listRuns.ts";
import { atMost, parseCommandLine, parseCount } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { parseDuration } from "../duration.ts";
import { runsDirectory } from "../runArgument.ts";

/** What stays when neither --keep nor --older-than says otherwise. */
const DEFAULT_KEEP = 50;

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("clean", argv);
  atMost(line, 0);
  const keep = line.text("keep");
  const age = line.text("older-than");
  const options: CleanOptions = {
    keep: keep === undefined ? (age === undefined ? DEFAULT_KEEP : undefined) : parseCount("keep", keep),
    olderThanMs: age === undefined ? undefined : parseDuration("older-than", age),
  };
  const dryRun = line.has("dry-run");
  const directory = runsDirectory(line, context);
  const planned = runsToRemove(await listRuns(directory), options, Date.now());
  const sizes = new Map<string, number>();
  for (const run of planned) sizes.set(run.id, await folderSize(run.folder));
  const removed = dryRun ? planned : (await cleanRuns(directory, options)).removed;
  const runs = removed.map(({ id }) => ({ id, bytes: sizes.get(id) ?? 0 }));

  const { stdout } = context;
  if (line.has("json")) {
    await stdout.write(`${JSON.stringify({ dryRun, runs }, undefined, 2)}\n`);
  } else if (!line.has("quiet")) {
    const verb = dryRun ? "would delete" : "deleted";
    for (const { id, bytes } of runs) await stdout.write(`${verb} ${shown(id)} (${formatBytes(bytes)})\n`);
    const freed = runs.reduce((sum, { bytes }) => sum + bytes, 0);
    await stdout.write(
      runs.length === 0
        ? "Nothing to delete.\n"
        : `${plural(runs.length, "run")}, ${formatBytes(freed)} ${dryRun ? "would be freed" : "freed"}\n`,
    );
  }
  return 0;
};
