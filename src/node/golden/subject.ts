import { createHash } from "node:crypto";
import { oneLine } from "../../base/text.ts";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import { behaviourOf, type NormaliseContext } from "../../engine/golden/behaviourOf.ts";
import type { RunFacts } from "../../engine/golden/compare/options.ts";
import { maskBehaviour, secretValues } from "../../engine/golden/file/maskSecrets.ts";
import type { Machine } from "../../engine/golden/performance/comparePerformance.ts";
import type { Trace } from "../../engine/trace/trace.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import type { OpenedRun } from "../runFolder/openRun.ts";
import { type GoldenSettings, rulesOn } from "./goldenSettings.ts";
import { normaliseContext } from "./normaliseContext.ts";

/** What a run did, ready to be compared or accepted. */
export interface RunSubject extends OpenedRun {
  readonly behaviour: Behaviour;
  readonly facts: RunFacts;
  readonly context: NormaliseContext;
}

/** @throws ExpectedError for a normalisation rule of the user that cannot be used */
export function subjectOf({ manifest, trace }: OpenedRun, settings: GoldenSettings): RunSubject {
  const context = normaliseContext(manifest, settings);
  return {
    manifest,
    trace,
    context,
    behaviour: maskedBehaviour(trace, context),
    facts: runFacts(manifest, settings),
  };
}

/** The behaviour of a trace without secrets: goldens are written without them, so both sides of every comparison are. */
export function maskedBehaviour(trace: Trace, context: NormaliseContext): Behaviour {
  const environmentFiles = context.rulesOff?.includes("environment-files") !== true;
  return maskBehaviour(behaviourOf(trace, context), { envValues: secretValues(process.env) }, environmentFiles);
}

function runFacts({ host, recorder }: RunManifest, settings: GoldenSettings): RunFacts {
  return {
    os: systemOf(host.kernel),
    arch: host.arch,
    filter: recorder.filter,
    captureData: recorder.captureData,
    stacks: recorder.stacks,
    rules: rulesOn(settings),
  };
}

/** `linux` of `Linux 6.1.0`: a golden holds on every distribution. */
function systemOf(kernel: string): string {
  return (kernel.split(" ")[0] ?? "").toLowerCase();
}

/** What must be the same for times and sizes to be compared. The machine's name is its digest: a golden goes into git. */
export function machineOf({ host, recorder }: RunManifest): Machine {
  const how = [recorder.id, ...(recorder.stacks ? ["stacks"] : []), ...(recorder.pinned ? ["pinned"] : [])];
  return {
    arch: host.arch,
    cpus: host.cpus,
    kernel: host.kernel,
    hostname: createHash("sha256").update(host.hostname).digest("hex").slice(0, 16),
    recorder: how.join(" "),
  };
}

/** Why a run can be neither compared nor accepted, with the way out; undefined when it can. */
export function unusable({ manifest, trace }: OpenedRun): string | undefined {
  const { recorder, stopped, problems } = manifest;
  if (manifest.state === "recording") return "The run is still being recorded.";
  if (recorder.id === "none") {
    return "The run was recorded without system calls. See what is missing with `goldentrace doctor`.";
  }
  if (recorder.attachedPid !== null) {
    return "The run was attached to a program that ran already, so that its beginning is missing. Record it from its start.";
  }
  const why = (text: string): string => {
    const told = oneLine(text);
    return /[.!?]$/.test(told) ? told : `${told}.`;
  };
  const loss = [...problems, ...trace.problems].find(({ losesData }) => losesData);
  if (stopped?.by === "duration") {
    return "The program did not end within its time limit and was stopped. Raise `timeout` in [golden] of goldentrace.toml, or give it less to do.";
  }
  if (!manifest.complete || loss !== undefined || manifest.lost > 0) {
    const reason = (loss ?? problems[0])?.message ?? "The recording did not end properly";
    return `The run is incomplete: ${why(reason)} Record it again.`;
  }
  if (stopped !== undefined) return "The run was stopped before the program ended by itself. Let it run to its end.";
  if (trace.syscalls.length === 0) {
    return "The run holds no system calls. Look at its problems with `goldentrace show`, and record it again.";
  }
  return undefined;
}
