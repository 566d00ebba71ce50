import { oneLine, truncate } from "../../../base/text.ts";
import type { EventShape } from "../behaviour.ts";

const MAX_ARGUMENT = 120;
const MAX_EVENT = 400;

/** An event on one line, as a tracer prints it; safe to show. */
export function eventText({ name, args, result, resultText, errno, value }: EventShape): string {
  const given = args.map((arg) => truncate(arg, MAX_ARGUMENT)).join(", ");
  return truncate(oneLine(`${name}(${given}) = ${resultOf({ result, resultText, errno, value })}`), MAX_EVENT);
}

function resultOf({
  result,
  resultText,
  errno,
  value,
}: Pick<EventShape, "result" | "resultText" | "errno" | "value">): string {
  if (errno !== "") return `-1 ${errno}`;
  if (value !== "") return truncate(value, MAX_ARGUMENT);
  if (resultText !== "") return resultText;
  return Number.isNaN(result) ? "?" : String(result);
}

const WORKSPACE = "<workspace>/";
const MAX_OBJECT = 100;

/** What a call acts on as a person names it; safe to show. */
export function objectText(object: string): string {
  const short = object.startsWith(WORKSPACE) ? object.slice(WORKSPACE.length) : object;
  const safe = oneLine(short);
  // The end of a path tells more than its beginning.
  return safe.length <= MAX_OBJECT ? safe : `…${safe.slice(-MAX_OBJECT + 1)}`;
}
