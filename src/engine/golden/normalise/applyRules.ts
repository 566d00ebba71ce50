import type { EventShape } from "../behaviour.ts";
import { classifyCall } from "../classify.ts";
import type { NormaliseContext } from "./normaliseContext.ts";
import { Normaliser } from "./normaliser.ts";
import { objectOf } from "./objects.ts";

/** What a golden file keeps of an event's shape; the rest follows from it. */
export type ShapeParts = Pick<EventShape, "name" | "args" | "result" | "resultText" | "errno" | "value">;

/** The rules for texts that were normalised before: those of a golden file. */
export function rulesForTexts(context: NormaliseContext): Normaliser {
  return Normaliser.forTexts(context);
}

/**
 * A whole shape from what a golden file keeps of it. Rules that are on now are applied; those that were applied before change nothing,
 * so that a golden need not be accepted again because a rule was added.
 */
export function applyRules(parts: ShapeParts, rules: Normaliser): EventShape {
  const { name, args } = rules.call(parts, rules.workspace);
  const object = objectOf(name, args);
  const value = parts.value === "" ? "" : rules.label(parts.value);
  return {
    ...parts,
    name,
    args,
    value,
    object,
    ...classifyCall(name, object, args, parts.errno, rules.isOn("environment-files"), value),
  };
}
