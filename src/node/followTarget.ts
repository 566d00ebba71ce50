import type { RecordingSession } from "../engine/session/recordingSession.ts";
import type { ThreadInfo } from "../engine/trace/trace.ts";
import type { RunExit } from "../protocol/runFolder.ts";
import { type ClockPair, clockProblem } from "./clocks.ts";
import { GpuSampler } from "./gpuSampler.ts";
import { ProcessorWaits } from "./processorWait.ts";
import { ProcSampler } from "./procSampler.ts";
import type { ChosenRecorder } from "./recorders/choose.ts";
import type { RecordingRequest } from "./recordingRequest.ts";
import { SetuidWatch } from "./setuidWatch.ts";
import type { StdioPlan } from "./stdioPlan.ts";
import type { ModuleIdentities } from "./symbolise/moduleIdentity.ts";
import type { Target, TargetEnd } from "./targets/target.ts";
import { ThreadLifetimes } from "./threadLifetimes.ts";

/** How often the clocks are compared while a program runs. */
const CLOCK_CHECK_MS = 500;

export interface Surroundings {
  readonly request: RecordingRequest;
  readonly recorder: ChosenRecorder;
  readonly plan: StdioPlan;
  readonly clock: ClockPair;
  readonly modules: ModuleIdentities;
  now(): number;
}

/** Samples metrics and watches what needs watching until the target has ended; then ends the session. */
export function followTarget(session: RecordingSession, target: Target, around: Surroundings): void {
  const { request, recorder } = around;
  const rootPid = session.info.pid;
  const startedNs = session.info.startedNs ?? 0;
  sayWhatIsMissing(session, around);
  const setuid = new SetuidWatch(recorder.id === "strace", (problem) => session.problem(problem));
  const sampler = new ProcSampler({
    intervalMs: request.options.metricsIntervalMs,
    now: around.now,
    roots: () => [rootPid],
    onSamples: (samples) => {
      for (const sample of samples) target.processes.note(sample.pid);
      session.takeSamples(samples);
    },
    onNotice: (message) => session.notice(message),
    attached: request.what.kind === "attach",
    traced: recorder.id === "strace",
  });
  const gpus = new GpuSampler({
    intervalMs: request.options.metricsIntervalMs,
    now: around.now,
    isRecorded: (pid) => sampler.has(pid),
    onSamples: (samples) => session.takeGpus(samples),
    onProblem: (problem) => session.problem(problem),
  });
  const lifetimes = new ThreadLifetimes(
    (thread) => sampler.noteFork(thread.pid),
    (thread) => sampler.noteExit(thread.pid),
  );
  let seenFrames = 0;
  const batches = session.onBatch((batch) => {
    lifetimes.update(batch.threads);
    setuid.see(batch.threads);
    for (; seenFrames < batch.stacks.frames.length; seenFrames++) {
      const module = batch.stacks.frames[seenFrames]?.module;
      if (module !== undefined) around.modules.note(module);
    }
  });
  const clockCheck = setInterval(() => checkClock(session, around.clock), CLOCK_CHECK_MS);
  clockCheck.unref();
  if (request.what.kind === "attach") session.mark("attach", String(rootPid));
  sampler.start();
  gpus.start();
  const waits = new ProcessorWaits(around.now);

  const end = async (targetEnd: TargetEnd): Promise<void> => {
    const endedNs = targetEnd.exitedAt === null ? around.now() : Number(targetEnd.exitedAt - around.clock.monotonicNs);
    sampler.stop();
    // After the last sample: what ended helpers used is in the kernel's account of our children, too.
    gpus.stop();
    clearInterval(clockCheck);
    for (const problem of sampler.problems()) session.problem(problem);
    const clockWasSet = checkClock(session, around.clock);
    session.endTrace();
    batches.dispose();
    setuid.see(session.threads());
    const main = session.threads().find((thread) => thread.pid === rootPid && thread.role === "main");
    checkTracer(session, around, targetEnd, main);
    const from = main === undefined || Number.isNaN(main.start) ? startedNs : Math.max(0, main.start);
    // Only our own clock is steady.
    const to = main === undefined || Number.isNaN(main.end) || clockWasSet ? endedNs : main.end;
    // Without a tracer nobody saw the program start; one that ended before it was followed has no time of its own.
    const wallNs = main === undefined && to <= from ? null : Math.max(0, to - from);
    const processorWait = wallNs === null ? undefined : waits.over(wallNs, sampler);
    await session.finish(exitOf(targetEnd, main), wallNs, targetEnd.failed, processorWait);
  };
  target.ended.then(end).catch((error: unknown) => session.abort(error));
}

/** What the system told, or else the trace; null for a program that was let go, and when nobody saw its end. */
function exitOf(end: TargetEnd, main: ThreadInfo | undefined): RunExit | null {
  const seen = main?.exit;
  const coreDumped = seen?.kind === "killed" && seen.coreDumped ? { coreDumped: true } : {};
  if (end.exit !== null) return { ...end.exit, ...(end.exit.signal === null ? {} : coreDumped) };
  if (seen?.kind === "exited") return { code: seen.code, signal: null };
  if (seen?.kind === "killed") return { code: null, signal: seen.signal, ...coreDumped };
  return null;
}

function sayWhatIsMissing(session: RecordingSession, { request, recorder, plan }: Surroundings): void {
  if (recorder.id === "none") {
    const asked = request.options.recorder === "none";
    session.problem({
      kind: "no-syscalls",
      message: asked
        ? "System calls were not recorded: the recorder none was asked for."
        : `System calls were not recorded: ${recorder.rejected.at(-1)?.reason ?? recorder.reason}. ${recorder.wayOut ?? ""}`.trim(),
      losesData: !asked,
    });
    session.problem({
      kind: "metrics-sampled",
      message: `CPU time and I/O were sampled every ${request.options.metricsIntervalMs} ms: what processes did after their last sample, and children that lived for less, are not counted in full.`,
      losesData: false,
    });
  }
  if (plan.capture === "off") {
    session.problem({
      kind: "logs-not-captured",
      message:
        "The program's lines were not recorded: it prints to a terminal (or stdout and stderr are one file), where only a recorder of system calls sees them.",
      losesData: true,
    });
  }
}

/** The tracer sees every process to its end; when it does not, it ended before. */
function checkTracer(
  session: RecordingSession,
  { recorder }: Surroundings,
  end: TargetEnd,
  main: ThreadInfo | undefined,
): void {
  if (recorder.id !== "strace" || session.isDetached) return;
  if (end.failed) {
    session.problem({
      kind: "tracer-died",
      message: "strace ended before the program started; what it said is in stderr.log.",
      losesData: true,
    });
  } else if (main?.exit === undefined) {
    session.problem({
      kind: "tracer-died",
      message: "strace ended before the program did: what the program did after that was not recorded.",
      losesData: true,
    });
  }
}

/** Tells whether the real-time clock, which strace's stamps are readings of, was set since the start. */
function checkClock(session: RecordingSession, start: ClockPair): boolean {
  const now: ClockPair = {
    realtimeNs: BigInt(Date.now()) * 1_000_000n,
    monotonicNs: process.hrtime.bigint(),
  };
  const problem = clockProblem(start, now);
  if (problem !== undefined) session.problem(problem);
  return problem !== undefined;
}
