import { ExpectedError } from "../base/errors.ts";
import { filterPasses, passingToo } from "../engine/read/filterPasses.ts";
import { traceEnvironment } from "../engine/read/logs/traceEnv.ts";
import { StraceReader } from "../engine/read/strace/straceReader.ts";
import type { TerminalWrite } from "../engine/read/strace/writeDump.ts";
import { parseStraceFilter } from "../engine/read/straceFilter.ts";
import type { Recording } from "../engine/session/recording.ts";
import { RecordingSession } from "../engine/session/recordingSession.ts";
import { TraceBuilder } from "../engine/trace/traceBuilder.ts";
import { shellWord } from "../engine/write/shellWord.ts";
import { noteThreads } from "./attachedThreads.ts";
import { readClocks } from "./clocks.ts";
import { followTarget } from "./followTarget.ts";
import { gitInfo } from "./gitInfo.ts";
import { inheritedDescriptors } from "./inheritedDescriptors.ts";
import { OutputPaths } from "./outputPaths.ts";
import { checkDirectory, type ResolvedProgram, resolveProgram } from "./program.ts";
import { pythonStartupDirectory } from "./pythonStartup.ts";
import { chooseRecorder } from "./recorders/choose.ts";
import type { LaunchRequest, RecordingRequest } from "./recordingRequest.ts";
import { Completion } from "./runFolder/completion.ts";
import { createRunFolder } from "./runFolder/create.ts";
import { firstManifest, settledManifest } from "./runFolder/manifestOf.ts";
import { RunWriter } from "./runFolder/runWriter.ts";
import { planStdio, type StdioPlan } from "./stdioPlan.ts";
import { ModuleIdentities } from "./symbolise/moduleIdentity.ts";
import { createTarget } from "./targets/createTarget.ts";
import type { Target } from "./targets/target.ts";

/** How programs print to a terminal. */
const PRINTING_CALLS = ["write", "writev"] as const;

/**
 * Starts (or attaches to) a program and records it into a new run folder.
 * @param isWanted asked before the program is started: finding out what can be recorded takes a moment, in which the user may give up
 * @throws ExpectedError when it cannot be started or recorded, or is not wanted any more; no run folder is left behind then
 */
export async function startRecording(
  request: RecordingRequest,
  isWanted: () => boolean = () => true,
): Promise<Recording> {
  const { what, options } = request;
  // First of all: what we open from here on is ours alone.
  const inherited = what.kind === "launch" && what.stdio.kind === "inherit" ? inheritedDescriptors() : [];
  const program = what.kind === "launch" ? checkProgram(what) : undefined;
  const [recorder, git] = await Promise.all([
    chooseRecorder(
      what.kind === "attach" && options.recorder === "auto" ? "strace" : options.recorder,
      options.stracePath,
      options.stacks,
    ),
    gitInfo(what.kind === "launch" ? what.cwd : request.workspace),
  ]);
  if (!isWanted()) throw new ExpectedError("The recording was given up before the program started");
  if (what.kind === "attach" && recorder.id === "none") {
    throw new ExpectedError("Attaching needs a recorder of system calls", {
      code: "usage",
      wayOut: "Use --recorder strace.",
    });
  }
  const traced = recorder.id === "strace";
  const plan: StdioPlan =
    what.kind === "launch"
      ? planStdio(what.stdio, traced)
      : { stdin: "inherit", output: "inherit", capture: "tracer", paths: { stdout: undefined, stderr: undefined } };
  const filter = parseStraceFilter(options.filter);
  // Where the program prints past us, its lines are seen in its calls, whether these were asked for or not.
  const captureOnly =
    traced && plan.capture === "tracer" ? PRINTING_CALLS.filter((name) => !filterPasses(filter.expression, name)) : [];
  const seccomp = traced && what.kind === "launch" && filter.seccomp;
  const envSet = what.kind === "launch" ? environmentToSet(request, what) : {};

  const clock = readClocks();
  const now = (): number => Number(process.hrtime.bigint() - clock.monotonicNs);
  const folder = createRunFolder(request.runsDirectory, request.name, Number(clock.realtimeNs / 1_000_000n));
  const manifest = firstManifest(request, { id: folder.id, recorder, plan, clock, git, seccomp, envSet });

  const builder = new TraceBuilder({ originRealtimeNs: clock.realtimeNs, originMonotonicNs: clock.monotonicNs });
  const modules = new ModuleIdentities();
  const writer = new RunWriter(
    folder.path,
    manifest,
    new Completion({
      artifacts: options.artifacts,
      workspace: request.workspace,
      stacks: manifest.recorder.stacks,
      addresses: recorder.strace?.stackTraces === "libdw" ? "virtual" : "file-offset",
      modules,
    }),
    (problem) => session.notice(problem.message),
    (current, end) => settledManifest(current, end),
  );
  writer.begin();

  const outputPaths = new OutputPaths(plan.paths);
  if (what.kind === "attach") outputPaths.take(what.pid);
  const target: Target = createTarget(request, {
    recorder,
    program,
    plan,
    filter: passingToo(filter.expression, captureOnly),
    seccomp,
    envSet,
    inherited,
    onTerminalPid: (pid) => outputPaths.take(pid),
  });
  const reader = traced
    ? new StraceReader(builder, {
        captureData: options.captureData,
        stacks: options.stacks,
        captureOnly,
        ...(plan.capture === "tracer" ? { terminal: (write) => takeWrite(session, outputPaths, write) } : {}),
      })
    : undefined;
  const session: RecordingSession = new RecordingSession({
    info: {
      runId: folder.id,
      runFolder: folder.path,
      name: request.name,
      command: [manifest.command.program, ...manifest.command.args].map(shellWord).join(" "),
      recorder: recorder.id,
      recorderReason: recorder.reason,
      stacks: manifest.recorder.stacks,
      filter: manifest.recorder.filter,
      startedAtMs: Number(clock.realtimeNs / 1_000_000n),
      metricsIntervalMs: options.metricsIntervalMs,
      envSet,
    },
    attached: what.kind === "attach",
    builder,
    store: writer,
    control: target,
    traceReader: reader,
    now,
    timer: (callback, milliseconds) => {
      const handle = setTimeout(callback, milliseconds);
      return { dispose: () => clearTimeout(handle) };
    },
  });
  try {
    if (what.kind === "attach") noteThreads(builder.threads, what.pid, now());
    const pid = await target.start({
      trace: (bytes) => session.takeTrace(bytes),
      output: (stream, bytes) => session.takeOutput(stream, bytes),
      ready: () => writer.ready(),
      notice: (message) => session.notice(message),
      problem: (problem) => session.problem(problem),
    });
    if (what.kind === "attach") noteThreads(builder.threads, pid, now());
    const { startedAt } = target;
    session.started(pid, startedAt === undefined ? now() : Number(startedAt - clock.monotonicNs));
  } catch (error) {
    writer.discard();
    throw error;
  }
  followTarget(session, target, { request, recorder, plan, clock, modules, now });
  return session;
}

/** A write that the tracer saw: kept when it went where the program's own output goes. */
function takeWrite(session: RecordingSession, paths: OutputPaths, write: TerminalWrite): void {
  const stream = write.fd === 1 ? "stdout" : "stderr";
  if (paths.isOwn(stream, write.path)) session.keepOutput(stream, write.bytes.slice(), write.time);
}

function checkProgram(launch: LaunchRequest): ResolvedProgram {
  checkDirectory(launch.cwd);
  return resolveProgram(launch.program, launch.args, launch.cwd, launch.env);
}

function environmentToSet(request: RecordingRequest, launch: LaunchRequest): Record<string, string> {
  return traceEnvironment({ ...request.options, pythonStartup: pythonStartupDirectory() }, launch.env);
}
