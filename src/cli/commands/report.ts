import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeReport } from "../../engine/write/report.ts";
import { errorCode } from "../../node/procFiles.ts";
import { DamagedManifestError, readManifest } from "../../node/runFolder/manifest.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import { atMost, parseCommandLine } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { openTrace } from "../openTrace.ts";
import { locateRun, runsDirectory } from "../runArgument.ts";
import { writeOutput } from "../writeOutput.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("report", argv);
  atMost(line, 1);
  const location = await locateRun(line.positionals[0] ?? "latest", runsDirectory(line, context), context.cwd);
  const stored = location.kind === "run" ? await storedReport(location.folder) : undefined;
  if (stored !== undefined) {
    await writeOutput(line.text("output"), [stored], context);
    return 0;
  }
  const { summary, manifest } = await openTrace(line, context);
  await writeOutput(line.text("output"), [writeReport(summary, manifest)], context);
  return 0;
};

/** The report.md that was written when the run ended; undefined for one that has not ended properly. */
async function storedReport(folder: string): Promise<string | undefined> {
  try {
    if (readManifest(folder).state === "recording") return undefined;
    return await readFile(join(folder, RUN_FILES.report), "utf8");
  } catch (error) {
    // It is made from what can be read then.
    if (error instanceof DamagedManifestError || errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
