import { formatCount, plural } from "../../base/format.ts";
import type { Comparison, Divergence, DivergenceSide } from "../../protocol/comparison.ts";
import { shown } from "./divergenceWords.ts";

/** Which side of a native diff. */
export type EventSide = "golden" | "actual";

/**
 * One side of a native diff, one event a line: of one divergence, or of all of them under their titles. Headings are equal on both
 * sides, so that the diff marks events alone.
 * @param id of a divergence; null for all
 */
export function divergenceEvents(comparison: Comparison, id: string | null, side: EventSide): string {
  const told = comparison.divergences.filter((divergence) => id === null || divergence.id === id);
  if (told.length === 0) return "The comparison that this belonged to is not shown any more.\n";
  return told.map((divergence) => section(divergence, divergence[side])).join("\n");
}

/** The events of one side without a heading, for where the title stands beside them. */
export function sideEvents(side: DivergenceSide): string {
  return `${sideLines(side).join("\n") || "nothing"}\n`;
}

function section({ title, thread }: Divergence, side: DivergenceSide): string {
  const heading = [`# ${shown(title, 500)}`];
  if (thread !== "" && thread !== "main") heading.push(`# thread ${shown(thread)}`);
  return `${[...heading, ...sideLines(side)].join("\n")}\n`;
}

function sideLines({ count, events }: DivergenceSide): string[] {
  const lines = events.map((event) => shown(event, 1000));
  const left = count - events.length;
  if (left > 0) lines.push(events.length > 0 ? `… and ${formatCount(left)} more` : plural(left, "event"));
  return lines;
}
