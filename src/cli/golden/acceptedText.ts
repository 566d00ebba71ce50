import { formatCount, plural } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { truncate } from "../../base/text.ts";
import { type Accepted, variationText } from "../../node/golden/accept.ts";
import type { Style } from "../terminal/style.ts";

const SHOWN_VARIATIONS = 5;
const SHOWN_CHANGES = 10;
const MAX_WIDTH = 160;

/** What became of `accept`, for people: the golden, what varies, what is new in it, and remarks. */
export function acceptedText(accepted: Accepted, style: Style): string {
  const { name, path, calls, threads, samples, varies, change, unchanged, notes } = accepted;
  const lines = [
    `${style.good("✓")} ${style.bold(shown(name))}: ${calls === null ? "" : `${plural(calls, "system call")}, `}${plural(threads, "thread")}, ${plural(samples, "sample")}`,
    `  ${shown(path)}${unchanged ? " (unchanged)" : ""}`,
  ];
  if (samples > 1) {
    const all =
      varies.length === 0
        ? "nothing varies between the samples"
        : `${plural(varies.length, "thing")} varied between the samples and will not count:`;
    lines.push(`  ${all}`);
    for (const each of varies.slice(0, SHOWN_VARIATIONS)) lines.push(`    ${line(variationText(each))}`);
    if (varies.length > SHOWN_VARIATIONS) lines.push(`    and ${formatCount(varies.length - SHOWN_VARIATIONS)} more`);
  }
  if (change?.verdict === "equivalent") lines.push("  the same as the golden before");
  else if (change?.verdict === "diverged") {
    lines.push(`  ${plural(change.divergences.length, "change")} since the golden before:`);
    for (const { title } of change.divergences.slice(0, SHOWN_CHANGES)) lines.push(`    ${line(title)}`);
    const rest = change.divergences.length - SHOWN_CHANGES;
    if (rest > 0) lines.push(`    and ${formatCount(rest)} more`);
  } else if (change !== undefined) lines.push(`  not comparable with the golden before: ${line(change.reason ?? "")}`);
  for (const note of notes) lines.push(`  ${style.warn("note:")} ${shown(note)}`);
  return `${lines.join("\n")}\n`;
}

const line = (text: string): string => truncate(shown(text), MAX_WIDTH);
