import { resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import type { RecordingResult } from "../../engine/session/recording.ts";
import type { ConfigFile, RecordingOptions } from "../../protocol/launch.ts";
import { changedEnvironment, completeOptions, runsDirectoryOf } from "../buildRequest.ts";
import { findTarget } from "../config.ts";
import type { RecordingRequest } from "../recordingRequest.ts";
import { startRecording } from "../startRecording.ts";

/** Where targets are recorded. */
export interface RecordingPlace {
  /** Absolute path. */
  readonly workspace: string;
  readonly config: ConfigFile;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly toolVersion: string;
  /** Parent of run folders, absolute. Default: the workspace's own. */
  readonly runsDirectory?: string | undefined;
  /** Recording options that replace the target's. */
  readonly options?: RecordingOptions | undefined;
}

/** How long a program that was asked to end may take for it. */
const GRACE_MS = 2000;

/** The user does not want to wait any longer. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** A request that records a target of goldentrace.toml with no input and its output kept in the run folder only. */
export function targetRequest(name: string, place: RecordingPlace): RecordingRequest {
  const { workspace, config, env, toolVersion } = place;
  const target = findTarget(config, name);
  const asked = place.options ?? {};
  const options = completeOptions(asked, target, config.defaults ?? {});
  return {
    name,
    what: {
      kind: "launch",
      program: target.program,
      args: target.args ?? [],
      cwd: resolve(workspace, target.cwd ?? "."),
      env: changedEnvironment(env, target.env),
      stdio: { kind: "pipes" },
    },
    workspace,
    runsDirectory: place.runsDirectory ?? runsDirectoryOf(workspace, undefined),
    options: { ...options, meta: { ...config.defaults?.meta, ...target.meta, ...asked.meta } },
    toolVersion,
  };
}

/**
 * Records a program to its end. One that runs longer than `timeoutMs` is stopped, and its run says so.
 * @throws Cancelled after the program was stopped because of `signal`
 * @throws ExpectedError when it cannot be started
 */
export async function recordToEnd(
  request: RecordingRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RecordingResult> {
  if (signal.aborted) throw new Cancelled();
  const recording = await startRecording(request);
  const stop = async (by: "user" | "duration"): Promise<void> => {
    await recording.terminate(by);
    const grace = setTimeout(() => void recording.kill(by), GRACE_MS);
    await recording.ended;
    clearTimeout(grace);
  };
  const abort = (): void => void stop("user");
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const timer = setTimeout(() => void stop("duration"), Math.min(timeoutMs, 2 ** 31 - 1));
  try {
    recording.endStdin();
    const result = await recording.ended;
    if (signal.aborted) throw new Cancelled();
    if (recording.state === "failed") {
      throw new ExpectedError(result.end.problems[0] ?? `${request.name} could not be recorded`, {
        code: "unreadable-trace",
        wayOut: `See ${result.end.runFolder}`,
      });
    }
    return result;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
