import { ExpectedError } from "../../base/errors.ts";
import { formatNs } from "../../base/format.ts";
import { nearest } from "../../base/nearest.ts";
import { shown } from "../../base/terminal/shown.ts";
import { truncate } from "../../base/text.ts";
import { CONFIG_FILE, loadConfig, targetNames } from "../../node/config.ts";
import { type Accepted, acceptRun, acceptSome, acceptTarget, refuseInCi } from "../../node/golden/accept.ts";
import { Cancelled } from "../../node/golden/recordTarget.ts";
import { findWorkspace } from "../../node/workspace.ts";
import type { ConfigFile } from "../../protocol/launch.ts";
import { atMost, type CommandLine, parseCommandLine, parseCount, seeHelp, usage } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import type { Command } from "../dispatch.ts";
import { acceptedText } from "../golden/acceptedText.ts";
import { Cancellation } from "../golden/cancellation.ts";
import { recordingOptions } from "../recordingOptions.ts";
import { locateRun, type RunLocation, runsDirectory } from "../runArgument.ts";
import { Progress } from "../terminal/progress.ts";
import { styleFor } from "../terminal/style.ts";

const MAX_SAMPLES = 50;
/** Characters of a list of names in a message. */
const MAX_TOLD = 400;

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("accept", argv);
  atMost(line, 1);
  const workspace = findWorkspace(context.cwd);
  const config = loadConfig(workspace);
  refuseInCi(context.env, line.has("update"));
  const name = whatToAccept(line, config);
  const isTarget = targetNames(config).includes(name);
  const cancellation = new Cancellation();
  try {
    const accepted = isTarget
      ? await recordTarget(name, line, workspace, config, cancellation.signal, context)
      : await takeRun(name, line, workspace, config, context);
    if (!line.has("quiet")) await context.stdout.write(acceptedText(accepted, styleFor(context.stdout.colour)));
    return 0;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    await context.stderr.write("goldentrace: stopped; no golden was written\n");
    return cancellation.exitCode;
  } finally {
    cancellation.dispose();
  }
};

function whatToAccept(line: CommandLine, config: ConfigFile): string {
  const [asked] = line.positionals;
  if (asked !== undefined) return asked;
  const names = targetNames(config);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw usage(
    "What should be accepted?",
    names.length === 0
      ? `goldentrace accept RUN, such as \`latest\`\n${seeHelp("accept")}`
      : `Targets in ${CONFIG_FILE}: ${truncate(names.map(shown).join(", "), MAX_TOLD)}`,
  );
}

async function recordTarget(
  target: string,
  line: CommandLine,
  workspace: string,
  config: ConfigFile,
  signal: AbortSignal,
  context: CliContext,
): Promise<Accepted> {
  if (line.has("only")) throw usage("--only takes differences of a run", seeHelp("accept"));
  const samples = line.text("samples");
  const count = samples === undefined ? undefined : parseCount("samples", samples);
  if (count !== undefined && (count < 1 || count > MAX_SAMPLES)) throw usage(`--samples takes 1 to ${MAX_SAMPLES}`);
  let told = "";
  const startedAt = performance.now();
  const progress = new Progress(context.stderr, () => `${told}  ${formatNs((performance.now() - startedAt) * 1e6)}`);
  progress.start();
  try {
    return await acceptTarget({
      target,
      workspace,
      config,
      env: context.env,
      toolVersion: context.version,
      runsDirectory: runsDirectory(line, context),
      options: recordingOptions(line),
      goldenName: line.text("name"),
      ...(count === undefined ? {} : { settings: { samples: count } }),
      signal,
      onSample: (sample, of) => {
        told = `recording ${shown(target)}, sample ${sample} of ${of}`;
      },
    });
  } finally {
    await progress.stop();
  }
}

/** @throws ExpectedError that names the targets, too: a word that is no run may be a target that was misspelt */
async function locate(
  argument: string,
  line: CommandLine,
  config: ConfigFile,
  context: CliContext,
): Promise<RunLocation> {
  try {
    return await locateRun(argument, runsDirectory(line, context), context.cwd);
  } catch (error) {
    const names = targetNames(config);
    const isPath = argument.includes("/") || argument === "latest";
    if (!(error instanceof ExpectedError) || error.code !== "not-found" || isPath || names.length === 0) throw error;
    const near = nearest(argument, names);
    throw new ExpectedError(`There is no target or run ${JSON.stringify(argument)}`, {
      code: "not-found",
      wayOut:
        near === undefined
          ? `Targets in ${CONFIG_FILE}: ${truncate(names.map(shown).join(", "), MAX_TOLD)}`
          : `Did you mean: ${shown(near)}`,
      cause: error,
    });
  }
}

async function takeRun(
  argument: string,
  line: CommandLine,
  workspace: string,
  config: ConfigFile,
  context: CliContext,
): Promise<Accepted> {
  if (line.has("samples")) {
    throw usage(
      "--samples records a target again; a run is one sample",
      `Write a target into ${CONFIG_FILE}, and accept that.`,
    );
  }
  const location = await locate(argument, line, config, context);
  if (location.kind === "file") {
    throw usage(`${argument} is a trace file; a golden is made from a target or a run`, seeHelp("accept"));
  }
  const request = { runFolder: location.folder, workspace, config, goldenName: line.text("name") };
  const ids = line.texts("only");
  return ids.length === 0 ? acceptRun(request) : acceptSome({ ...request, ids });
}
