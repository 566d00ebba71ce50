import { ExpectedError } from "../../base/errors.ts";
import type { RecorderChoice } from "../../protocol/recordingDefaults.ts";
import { isProbeFailure, probeStrace, type WorkingStrace } from "./straceProbe.ts";

/** The recorder that will be used, for the manifest. */
export interface ChosenRecorder {
  readonly id: "strace" | "none";
  readonly version: string;
  /** Why this one. */
  readonly reason: string;
  /** Better ones that do not work here, each with the reason. */
  readonly rejected: readonly { readonly id: string; readonly reason: string }[];
  /** Set when `id` is `strace`. */
  readonly strace: WorkingStrace | undefined;
  /** How to get system calls, when they are missing. */
  readonly wayOut: string | undefined;
}

const NOT_IN_THIS_VERSION = "not in this version of Goldentrace";

/**
 * Takes the recorder that was asked for, or for `auto` the best one that works here.
 * @param stacks whether call stacks are wanted
 * @throws ExpectedError when the one asked for does not work, or the strace program that was named is none
 */
export async function chooseRecorder(
  choice: RecorderChoice,
  stracePath: string,
  stacks: boolean,
): Promise<ChosenRecorder> {
  if (choice === "native" || choice === "renacer") {
    throw new ExpectedError(`The recorder ${choice} is ${NOT_IN_THIS_VERSION}`, {
      code: "usage",
      wayOut: "Use auto, strace or none.",
    });
  }
  if (choice === "none") {
    return { id: "none", version: "", reason: "asked for", rejected: [], strace: undefined, wayOut: undefined };
  }
  const probe = await probeStrace(stracePath);
  const rejected = choice === "auto" ? [{ id: "native", reason: NOT_IN_THIS_VERSION }] : [];
  if (!isProbeFailure(probe)) {
    if (stacks && probe.stackTraces === "") {
      throw new ExpectedError(`${probe.path} was built without stack traces`, {
        code: "usage",
        wayOut: "Install your distribution's strace, or record without stacks.",
      });
    }
    const reason = choice === "auto" ? `strace ${probe.version} works on this machine` : "asked for";
    return { id: "strace", version: probe.version, reason, rejected, strace: probe, wayOut: undefined };
  }
  const isNamed = stracePath !== "" && probe.code === "tracer-missing";
  if (choice === "strace" || isNamed) {
    throw new ExpectedError(`System calls cannot be recorded: ${probe.reason}`, {
      code: probe.code,
      wayOut: `${probe.wayOut} Or record without system calls: --recorder none.`,
    });
  }
  return {
    id: "none",
    version: "",
    reason: `system calls cannot be recorded: ${probe.reason}`,
    rejected: [...rejected, { id: "strace", reason: probe.reason }],
    strace: undefined,
    wayOut: probe.wayOut,
  };
}
