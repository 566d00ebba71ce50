import { basename } from "node:path";
import { summarize } from "../engine/query/summarize.ts";
import type { ExportInput } from "../engine/write/writer.ts";
import { verifyArtifacts } from "../node/artifacts.ts";
import { readTraceFile } from "../node/readTraceFile.ts";
import { openRun } from "../node/runFolder/openRun.ts";
import type { CommandLine } from "./commandLine.ts";
import type { CliContext } from "./context.ts";
import { locateRun, runsDirectory } from "./runArgument.ts";
import { Progress } from "./terminal/progress.ts";

/** Reads the run or trace file that a command's first positional names (by default the newest run), with its summary. */
export async function openTrace(
  line: CommandLine,
  context: CliContext,
): Promise<ExportInput & { readonly path: string }> {
  const location = await locateRun(line.positionals[0] ?? "latest", runsDirectory(line, context), context.cwd);
  const progress = new Progress(context.stderr, () => "reading the trace …");
  progress.start();
  try {
    const toolVersion = context.version;
    if (location.kind === "file") {
      const { trace, format } = await readTraceFile(location.path);
      const extra = { path: location.path, name: basename(location.path), format };
      return {
        trace,
        manifest: undefined,
        summary: summarize(trace, undefined, extra),
        toolVersion,
        path: location.path,
      };
    }
    const path = location.folder;
    const { trace, manifest } = await openRun(path);
    const artifacts = await verifyArtifacts(path, manifest.artifacts);
    const artifactStates = new Map(artifacts.map((artifact) => [artifact.path, artifact.state]));
    return {
      trace,
      manifest,
      summary: summarize(trace, manifest, { path, name: manifest.name, artifactStates }),
      toolVersion,
      path,
    };
  } finally {
    await progress.stop();
  }
}
