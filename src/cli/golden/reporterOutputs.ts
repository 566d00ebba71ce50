import { existsSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { CheckReport } from "../../engine/report/checkReport.ts";
import { REPORTER_NAMES, REPORTERS, type ReporterName } from "../../engine/report/reporters.ts";
import { errorCode } from "../../node/procFiles.ts";
import { writeFailure } from "../../node/writeFailure.ts";
import { type CommandLine, usage } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import { styleFor } from "../terminal/style.ts";
import { refuseUnwritableOutput, writeOutput } from "../writeOutput.ts";

export interface ReporterOutput {
  readonly name: ReporterName;
  /** Undefined for standard output. */
  readonly file: string | undefined;
}

/**
 * What `--reporter NAME` and `--reporter NAME=FILE` ask for; text on standard output when nothing does.
 * @throws ExpectedError for an unknown reporter, for one on standard output together with `--json`, and for two that write one file
 */
export function reporterOutputs(line: CommandLine, { cwd }: Pick<CliContext, "cwd">): ReporterOutput[] {
  const json = line.has("json");
  const outputs = line.texts("reporter").map((text): ReporterOutput => {
    const at = text.indexOf("=");
    const word = at === -1 ? text : text.slice(0, at);
    const name = REPORTER_NAMES.find((known) => known === word);
    if (name === undefined) {
      const near = nearest(word, REPORTER_NAMES);
      throw usage(
        `--reporter is one of ${REPORTER_NAMES.join(", ")}, not ${JSON.stringify(word)}`,
        near === undefined ? undefined : `Did you mean: ${near}`,
      );
    }
    const file = at === -1 ? undefined : text.slice(at + 1);
    if (file === "") throw usage(`--reporter ${name}= needs a file`);
    if (file === undefined && json) {
      throw usage(
        `--json and --reporter ${name} both print to standard output`,
        `--reporter ${name}=FILE writes a file.`,
      );
    }
    return { name, file };
  });
  const files = outputs.flatMap(({ file }) => (file === undefined ? [] : [resolve(cwd, file)]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw usage(`Two reporters write to ${twice}`, "Give each a file of its own.");
  return outputs.length === 0 && !json ? [{ name: "text", file: undefined }] : outputs;
}

/** Writes a report as every reporter that was asked for tells it. @throws ExpectedError when a file cannot be written */
export async function writeReports(
  report: CheckReport,
  outputs: readonly ReporterOutput[],
  context: CliContext,
  all = false,
): Promise<void> {
  const { stdout, env } = context;
  const root = repositoryOf(report.workspace);
  for (const { name, file } of outputs) {
    const look = file === undefined ? { columns: stdout.columns, style: styleFor(stdout.colour) } : {};
    const text = REPORTERS[name](report, { ...look, root, all });
    await writeOutput(file, [text.endsWith("\n") || text === "" ? text : `${text}\n`], context);
    // GitHub shows ten annotations of a step; the job's summary has room for everything.
    const summary = env.GITHUB_STEP_SUMMARY ?? "";
    if (name === "github" && summary !== "") await addToSummary(summary, REPORTERS.markdown(report, { root }), context);
  }
}

/** Tries the files of reports before anything is recorded. @throws ExpectedError for one that cannot be written, with the way out */
export async function refuseUnwritableReports(
  outputs: readonly ReporterOutput[],
  context: Pick<CliContext, "cwd">,
): Promise<void> {
  for (const { file } of outputs) if (file !== undefined) await refuseUnwritableOutput(file, context);
}

async function addToSummary(file: string, text: string, { cwd }: CliContext): Promise<void> {
  try {
    await appendFile(resolve(cwd, file), `${text}\n`);
  } catch (error) {
    const code = errorCode(error);
    if (code === "") throw error;
    throw new ExpectedError(`GITHUB_STEP_SUMMARY (${file}) cannot be written: ${writeFailure(error) ?? code}`, {
      code: "permission",
      cause: error,
    });
  }
}

/** The root of the repository around a folder, or the folder itself. */
function repositoryOf(workspace: string): string {
  for (let folder = workspace; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return workspace;
  }
}
