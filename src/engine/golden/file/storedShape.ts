import { ERRNO_NUMBERS } from "../../trace/errnoNumbers.ts";
import type { EventShape } from "../behaviour.ts";
import { classifyCall } from "../classify.ts";
import { applyRules, type ShapeParts } from "../normalise/applyRules.ts";
import type { Normaliser } from "../normalise/normaliser.ts";
import { objectOf } from "../normalise/objects.ts";

/** What a result is written as when the call did not return. */
export const NO_RESULT = "?";

/** An event's result as a golden file has it: the number or `-errno`; a string where a number of JavaScript cannot hold it. */
export function storedResult({ result, resultText, errno }: ShapeParts): number | string {
  if (errno !== "") return -(ERRNO_NUMBERS[errno] ?? 1);
  if (resultText !== "") return resultText;
  if (Number.isNaN(result)) return NO_RESULT;
  return Number.isSafeInteger(result) ? result : String(result);
}

/**
 * The inverse of `storedResult`.
 * @returns undefined when a string is neither a number nor `?`
 */
export function readResult(
  stored: number | string,
  errno: string,
): Pick<ShapeParts, "result" | "resultText"> | undefined {
  if (errno !== "") return { result: -1, resultText: "" };
  if (typeof stored === "number") return { result: stored === 0 ? 0 : stored, resultText: "" };
  if (stored === NO_RESULT) return { result: Number.NaN, resultText: "" };
  const digits = /^-?\d+/.exec(stored);
  return digits === null ? undefined : { result: Number(digits[0]), resultText: stored };
}

/**
 * A whole shape from the parts that a file keeps.
 * @param rules those that are on now; undefined to take the parts as they are
 * @param environmentFiles whether the rule of that name was on when the golden was made; only without `rules`
 */
export function shapeOfParts(parts: ShapeParts, rules: Normaliser | undefined, environmentFiles: boolean): EventShape {
  if (rules !== undefined) return applyRules(parts, rules);
  const { name, args, errno, value } = parts;
  const object = objectOf(name, args);
  return { ...parts, object, ...classifyCall(name, object, args, errno, environmentFiles, value) };
}
