import { plural } from "../../../base/format.ts";
import { oneLine } from "../../../base/text.ts";
import { NORMALISATION_VERSION } from "../../../protocol/goldenFile.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Golden } from "../golden.ts";
import type { RunFacts } from "./options.ts";

/** Why a run cannot be compared with a golden, with the way out; undefined when it can. */
export function obstacle(
  { header, behaviour, origin }: Golden,
  actual: Behaviour,
  run: RunFacts | undefined,
): string | undefined {
  if (behaviour.events.length === 0) {
    return "The golden holds no events, so that everything would be new. Record it again with `goldentrace accept`.";
  }
  if (actual.events.length === 0) {
    return "The run holds no events. Look at its problems with `goldentrace show`, and record it again.";
  }
  if (run === undefined || origin === "renacer") return undefined;
  const accept = `accept ${oneLine(header.name)}`;
  if (header.os !== run.os || header.arch !== run.arch) {
    const here = `${run.os} on ${run.arch}`;
    return `The golden was recorded on ${oneLine(header.os)} on ${oneLine(header.arch)}, the run on ${here}. Record it here with \`goldentrace ${accept}\`; to keep both, give this machine a target of its own, such as ${oneLine(header.name)}-${run.arch}.`;
  }
  if ((header.normalisation ?? NORMALISATION_VERSION) !== NORMALISATION_VERSION) {
    return `The golden was accepted by another version of Goldentrace, which normalised runs in another way. Look at the change with \`goldentrace check --update\`, or \`goldentrace ${accept}\` again.`;
  }
  if (header.recorder.filter !== run.filter) {
    const [golden, now] = [header.recorder.filter, run.filter].map((filter) =>
      filter === "" ? "all system calls" : `the system calls "${oneLine(filter)}"`,
    );
    return `The golden was recorded with ${golden}, the run with ${now}. Record both with the same -e, or \`goldentrace ${accept}\` again.`;
  }
  if (header.recorder.captureData !== run.captureData) {
    const [with_, without] = run.captureData ? ["run", "golden"] : ["golden", "run"];
    return `The ${with_} holds the contents of buffers and the ${without} does not. Set captureData as it was, or \`goldentrace ${accept}\` again.`;
  }
  return ruleObstacle(header.rules, run.rules, accept);
}

/** Rules that came later are applied to goldens, too; one that was on and is off now would make everything different. */
function ruleObstacle(then: readonly string[], now: readonly string[], accept: string): string | undefined {
  const off = then.filter((rule) => !now.includes(rule)).map(oneLine);
  if (off.length === 0) return undefined;
  const those = off.slice(0, 5).join(", ") + (off.length > 5 ? " and more" : "");
  return `${plural(off.length, "normalisation rule")} of the golden ${off.length === 1 ? "is" : "are"} not on any more: ${those}. Switch ${off.length === 1 ? "it" : "them"} on in goldentrace.toml, or \`goldentrace ${accept}\` again.`;
}
