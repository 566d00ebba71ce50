import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { runsDirectoryOf } from "../node/buildRequest.ts";
import { listRuns } from "../node/runFolder/listRuns.ts";
import { findWorkspace } from "../node/workspace.ts";
import { RUN_FILES } from "../protocol/runFiles.ts";
import type { CommandLine } from "./commandLine.ts";
import type { CliContext } from "./context.ts";

/** What a RUN argument names. */
export type RunLocation =
  | { readonly kind: "run"; readonly folder: string }
  /** A trace file that Goldentrace did not write. */
  | { readonly kind: "file"; readonly path: string };

/** The folder of the runs that a command works on: `--out`, else the workspace's. */
export function runsDirectory(line: CommandLine, { cwd }: CliContext): string {
  const out = line.text("out");
  return runsDirectoryOf(findWorkspace(cwd), out === undefined ? undefined : resolve(cwd, out));
}

/**
 * Finds what RUN names: `latest`; a path, when it holds a slash; the id or name of a run (of several, the newest); a file or run
 * folder in the current directory; the unique beginning of a run's id.
 *
 * @throws ExpectedError with code `not-found` when there is none, or several
 */
export async function locateRun(argument: string, directory: string, cwd: string): Promise<RunLocation> {
  if (argument.includes("/")) return atPath(argument, resolve(cwd, argument));
  const runs = await listRuns(directory);
  if (argument === "latest") {
    const newest = runs[0];
    if (newest !== undefined) return { kind: "run", folder: newest.folder };
    throw new ExpectedError(`No run was recorded in ${directory}`, {
      code: "not-found",
      wayOut: "Record one: goldentrace run -- PROGRAM",
    });
  }
  const named = runs.find((run) => run.id === argument) ?? runs.find((run) => run.manifest?.name === argument);
  if (named !== undefined) return { kind: "run", folder: named.folder };
  const path = resolve(cwd, argument);
  if (existsSync(path)) return atPath(argument, path);
  const beginning = runs.filter((run) => argument !== "" && run.id.startsWith(argument));
  if (beginning.length === 1) return { kind: "run", folder: beginning[0]!.folder };
  if (beginning.length > 1) {
    const ids = beginning.slice(0, 5).map((run) => run.id);
    throw new ExpectedError(`${beginning.length} runs begin with ${JSON.stringify(argument)}`, {
      code: "not-found",
      wayOut: `${ids.join("\n")}${beginning.length > ids.length ? "\n…" : ""}`,
    });
  }
  const names = runs.flatMap((run) => [run.id, run.manifest?.name ?? run.id]);
  const near = nearest(argument, ["latest", ...names]);
  throw new ExpectedError(`There is no run or file ${JSON.stringify(argument)}`, {
    code: "not-found",
    wayOut: near === undefined ? "See: goldentrace list" : `Did you mean: ${near}`,
  });
}

function atPath(argument: string, path: string): RunLocation {
  if (!existsSync(path)) throw new ExpectedError(`There is no run or file ${argument}`, { code: "not-found" });
  if (statSync(path).isDirectory()) {
    if (existsSync(join(path, RUN_FILES.manifest))) return { kind: "run", folder: path };
    throw new ExpectedError(`Not a run folder: ${argument} has no ${RUN_FILES.manifest}`, { code: "not-found" });
  }
  // A file of a run folder stands for the run.
  const isPart = Object.values(RUN_FILES).some((name) => name === basename(path));
  if (isPart && existsSync(join(dirname(path), RUN_FILES.manifest))) return { kind: "run", folder: dirname(path) };
  return { kind: "file", path };
}
