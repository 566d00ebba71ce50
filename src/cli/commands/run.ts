import { resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { formatNs } from "../../base/format.ts";
import { nearest } from "../../base/nearest.ts";
import { truncate } from "../../base/text.ts";
import type { Recording } from "../../engine/session/recording.ts";
import { shellWord } from "../../engine/write/shellWord.ts";
import { changedEnvironment, completeOptions, runsDirectoryOf } from "../../node/buildRequest.ts";
import { CONFIG_FILE, findTarget, loadConfig, targetNames } from "../../node/config.ts";
import { shellExitCode } from "../../node/exitCode.ts";
import { findOnPath } from "../../node/program.ts";
import type { RecordingRequest } from "../../node/recordingRequest.ts";
import { startRecording } from "../../node/startRecording.ts";
import { findWorkspace } from "../../node/workspace.ts";
import type { ConfigFile, Target } from "../../protocol/launch.ts";
import { type CommandLine, firstPositional, parseCommandLine, parsePairs, seeHelp, usage } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import type { Command } from "../dispatch.ts";
import { compareAndTell, writeClosing } from "../followRecording.ts";
import { forwardSignals } from "../forwardSignals.ts";
import { recordingOptions } from "../recordingOptions.ts";
import { commandSpec } from "../table/commandTable.ts";
import { Progress } from "../terminal/progress.ts";

/** Characters of a list of names in a message. */
const MAX_TOLD = 400;
const COULD_NOT_RECORD = 125;
/** 128 + SIGINT: what a shell reports for Ctrl-C. */
const INTERRUPTED = 130;

export const command: Command = async (argv, context) => {
  const workspace = findWorkspace(context.cwd);
  const config = loadConfig(workspace);
  const { line, target, program } = whatToRun(argv, config);
  const request = recordingRequest(line, target, program, workspace, config, context);
  const { result, notices, endedBy } = await record(request, line.has("quiet"), context).catch((error: unknown) => {
    throw target === undefined ? orTarget(error, request, config) : error;
  });
  // Ctrl-C reaches the tracer, too, also while it is only tried out.
  const interrupted = endedBy === undefined ? undefined : shellExitCode(null, endedBy);
  if (result === undefined) return interrupted ?? INTERRUPTED;
  await writeClosing(result, notices, { quiet: line.has("quiet"), verbose: line.has("verbose") }, context);
  await compareAndTell(result, config, { quiet: line.has("quiet"), verbose: line.has("verbose") }, context);
  return shellExitCode(result.end.exitCode, result.end.signal) ?? interrupted ?? COULD_NOT_RECORD;
};

/** A word that names no program may have been meant for a target. */
function orTarget(error: unknown, { what }: RecordingRequest, config: ConfigFile): unknown {
  const names = targetNames(config);
  if (!(error instanceof ExpectedError) || error.code !== "not-found" || names.length === 0) return error;
  if (what.kind !== "launch" || what.program.includes("/")) return error;
  if (findOnPath(what.program, what.env.PATH) !== undefined) return error;
  const near = nearest(what.program, names);
  const wayOut =
    near === undefined
      ? [error.wayOut ?? "", `Targets in ${CONFIG_FILE}: ${truncate(names.join(", "), MAX_TOLD)}`].join("\n").trim()
      : `Did you mean the target: goldentrace run ${shellWord(near)}`;
  return new ExpectedError(error.message, { code: error.code, wayOut, cause: error });
}

interface WhatToRun {
  readonly line: CommandLine;
  readonly target: { readonly name: string; readonly target: Target } | undefined;
  /** Without a target: the program and its arguments; with one: further arguments. */
  readonly program: readonly string[];
}

/**
 * `run OPTIONS -- PROGRAM ARGS`, `run OPTIONS TARGET OPTIONS -- MORE ARGS`, and `run OPTIONS PROGRAM ARGS`, where everything after
 * PROGRAM is the program's, as with env(1) and strace(1).
 */
function whatToRun(argv: readonly string[], config: ConfigFile): WhatToRun {
  const first = firstPositional(commandSpec("run"), argv);
  const word = argv[first];
  const separated = argv.includes("--");
  if (word !== undefined && (separated || targetNames(config).includes(word))) {
    const line = parseCommandLine("run", argv);
    if (line.positionals.length > 1) {
      throw usage(
        `Not clear what to run: ${line.positionals.join(" ")}`,
        `Put -- before a target's further arguments: goldentrace run ${[word, "--", ...line.positionals.slice(1)].map(shellWord).join(" ")}`,
      );
    }
    return { line, target: { name: word, target: findTarget(config, word) }, program: line.rest ?? [] };
  }
  if (word !== undefined) {
    return { line: parseCommandLine("run", argv.slice(0, first)), target: undefined, program: argv.slice(first) };
  }
  const line = parseCommandLine("run", argv);
  if (line.rest === undefined || line.rest.length === 0) {
    const names = targetNames(config);
    throw usage(
      "What should be run?",
      names.length === 0
        ? `goldentrace run -- PROGRAM ARGS\n${seeHelp("run")}`
        : `goldentrace run -- PROGRAM ARGS\nTargets in ${CONFIG_FILE}: ${truncate(names.join(", "), MAX_TOLD)}`,
    );
  }
  return { line, target: undefined, program: line.rest };
}

function recordingRequest(
  line: CommandLine,
  named: WhatToRun["target"],
  words: readonly string[],
  workspace: string,
  config: ConfigFile,
  context: CliContext,
): RecordingRequest {
  const target = named?.target;
  const program = target?.program ?? words[0]!;
  const args = target === undefined ? words.slice(1) : [...(target.args ?? []), ...words];
  const artifacts = line.texts("artifact");
  const asked = {
    ...recordingOptions(line),
    ...(artifacts.length === 0 ? {} : { artifacts: [...artifacts] }),
    ...(line.has("no-trace-logs") ? { traceLogs: false } : {}),
  };
  const options = completeOptions(asked, target ?? {}, config.defaults ?? {});
  const out = line.text("out");
  const cwd = line.text("cwd");
  return {
    name: line.text("name") || named?.name || program.slice(program.lastIndexOf("/") + 1),
    what: {
      kind: "launch",
      program,
      args,
      cwd:
        cwd === undefined
          ? target === undefined
            ? context.cwd
            : resolve(workspace, target.cwd ?? ".")
          : resolve(context.cwd, cwd),
      env: changedEnvironment(context.env, { ...target?.env, ...parsePairs("env", line.texts("env")) }),
      stdio: { kind: "inherit" },
    },
    workspace,
    runsDirectory: runsDirectoryOf(workspace, out === undefined ? undefined : resolve(context.cwd, out)),
    // Marks of the command line are added to the target's; the other options replace theirs.
    options: { ...options, meta: { ...config.defaults?.meta, ...target?.meta, ...asked.meta } },
    toolVersion: context.version,
  };
}

/**
 * Starts the program and waits for it, then for its run folder. While the program runs nothing is written: its output goes to the same
 * terminal. The result is undefined when the user did not want to wait for the folder.
 */
async function record(request: RecordingRequest, quiet: boolean, { stderr }: CliContext) {
  let recording: Recording | undefined;
  const notices: string[] = [];
  let endedAt = 0;
  const progress = new Progress(stderr, () => `writing the run  ${formatNs((performance.now() - endedAt) * 1e6)}`);
  let abandon: () => void = () => {};
  const abandoned = new Promise<undefined>((resolve) => {
    abandon = () => resolve(undefined);
  });
  let asked = false;
  const hasEnded = () => recording !== undefined && ["finishing", "finished", "failed"].includes(recording.state);
  // Before the program starts: it may run, and be signalled, before we are told so.
  const signals = forwardSignals({ pid: () => recording?.info.pid, hasEnded }, () => {
    if (asked) abandon();
    else if (stderr.isTerminal) {
      const over = stderr.canRedraw ? "\r\x1b[2K" : "";
      void stderr.write(`${over}goldentrace: writing the run; once more to leave it incomplete\n`);
    }
    asked = true;
  });
  try {
    recording = await startRecording(request, () => signals.endedBy === undefined);
    recording.onNotice((notice) => notices.push(notice));
    recording.onState((state) => {
      if (state !== "finishing") return;
      endedAt = performance.now();
      if (!quiet) progress.start();
    });
    signals.started();
    const result = await Promise.race([recording.ended, abandoned]);
    return { result, notices, endedBy: signals.endedBy };
  } catch (error) {
    if (recording !== undefined || signals.endedBy === undefined || !(error instanceof ExpectedError)) throw error;
    return { result: undefined, notices, endedBy: signals.endedBy };
  } finally {
    signals.dispose();
    await progress.stop();
  }
}
