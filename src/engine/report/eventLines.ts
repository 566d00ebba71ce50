import { formatCount } from "../../base/format.ts";
import type { Divergence, DivergenceSide } from "../../protocol/comparison.ts";
import { safe } from "./safeText.ts";

/** Events of one side that stand for it where nothing else is asked for. */
export const SHOWN_EVENTS = 5;

/** The events of one side as lines: equal neighbours folded, and how many are left out. */
export function sideLines({ count, events }: DivergenceSide, max: number = SHOWN_EVENTS): string[] {
  const lines: string[] = [];
  let told = 0;
  for (let index = 0; index < events.length && lines.length < max; ) {
    let end = index + 1;
    while (end < events.length && events[end] === events[index]) end++;
    const times = end - index;
    lines.push(`${safe(events[index]!)}${times > 1 ? ` ×${formatCount(times)}` : ""}`);
    told += times;
    index = end;
  }
  if (lines.length > 0 && count > told) lines.push(`… and ${formatCount(count - told)} more`);
  return lines;
}

/** What was and what is, as the lines of a diff: `- ` before the golden's, `+ ` before those of now. */
export function diffLines({ golden, actual }: Divergence, max: number = SHOWN_EVENTS): string[] {
  return [...sideLines(golden, max).map((line) => `- ${line}`), ...sideLines(actual, max).map((line) => `+ ${line}`)];
}
