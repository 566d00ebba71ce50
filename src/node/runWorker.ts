import { parentPort } from "node:worker_threads";
import { describeError, ExpectedError } from "../base/errors.ts";
import { LiveModel } from "../engine/view/liveModel.ts";
import type { Comparison } from "../protocol/comparison.ts";
import type { LiveUpdate, LogPage } from "../protocol/live.ts";
import { compareSoFar } from "./golden/compareSoFar.ts";
import { compareWithGolden } from "./golden/compareWithGolden.ts";
import { openRun } from "./runFolder/openRun.ts";
import type { RunReply, RunRequest } from "./runWorkerProtocol.ts";

/** A finished run as the Live view saw it. */
interface ReadRun {
  readonly folder: string;
  readonly model: LiveModel;
  readonly update: LiveUpdate;
}

/** The run that was asked about last; a view shows one at a time. */
let latest: Promise<ReadRun> | undefined;
let latestFolder: string | undefined;

async function read(folder: string): Promise<ReadRun> {
  const { manifest, trace } = await openRun(folder);
  const model = new LiveModel({ attached: manifest.recorder.attachedPid !== null });
  for (const problem of trace.problems) model.addNotice(problem.message);
  const elapsed = manifest.wallNs ?? 0;
  model.setState(manifest.state === "failed" ? "failed" : "finished", elapsed);
  model.addBatch({
    syscalls: trace.syscalls,
    logs: trace.logs,
    metrics: trace.metrics,
    gpus: trace.gpus,
    signals: trace.signals,
    marks: trace.marks,
    threads: trace.threads,
    stacks: trace.stacks,
    sites: trace.sites,
    time: elapsed,
    lost: manifest.lost,
  });
  return { folder, model, update: model.snapshot(elapsed) };
}

function runOf(folder: string): Promise<ReadRun> {
  if (latest === undefined || latestFolder !== folder) {
    latestFolder = folder;
    latest = read(folder);
    // A failed reading is not kept: the next question tries again.
    latest.catch(() => {
      if (latestFolder === folder) latest = undefined;
    });
  }
  return latest;
}

async function answer(request: RunRequest): Promise<LogPage | LiveUpdate | Comparison | null> {
  if (request.ask === "compareSoFar") {
    const { folder, workspace } = request.arguments;
    return (await compareSoFar(folder, workspace)) ?? null;
  }
  if (request.ask === "compare") {
    const { folder, workspace } = request.arguments;
    return (await compareWithGolden({ runFolder: folder, workspace })) ?? null;
  }
  const { model, update } = await runOf(request.arguments.folder);
  if (request.ask === "update") return update;
  const { filter, from, count } = request.arguments;
  return model.logs(filter, from, count);
}

/** Answers the questions of `RunQuestions`, one reply each. */
parentPort?.on("message", (request: RunRequest) => {
  const reply = (message: RunReply) => parentPort?.postMessage(message);
  answer(request).then(
    (value) => reply({ id: request.id, answer: value }),
    (error: unknown) => {
      const expected = error instanceof ExpectedError;
      const text = describeError(error);
      reply({ id: request.id, error: text, expected });
    },
  );
});
