import { formatCount } from "../../../base/format.ts";
import { argumentText, callPath } from "../../query/argumentText.ts";
import { type AntiPatternOutcome, nameFlags, repetitionWeight, type Scope } from "./finding.ts";

const OPENING: ReadonlySet<string> = new Set(["open", "openat", "openat2", "creat"]);
/** Opening a file a few times is ordinary. */
const FEW = 10;

/**
 * A process opens one file over and over. Confidence: `repetitionWeight` of the most opens of one path by one process, with few being 10:
 * 0.8 for 50, 0.9 for 100. Failed attempts count: asking again for what is not there is the same mistake.
 */
export function repeatedOpen({ trace, selected }: Scope): AntiPatternOutcome {
  const { syscalls, threads } = trace;
  const opens = nameFlags(syscalls, OPENING);
  const counts = new Map<string, { readonly path: string; count: number; row: number }>();
  for (let row = 0; row < syscalls.length; row++) {
    const id = syscalls.name[row] as number;
    const thread = syscalls.thread[row] as number;
    if (opens[id] !== true || selected[thread] !== true) continue;
    const path = callPath(syscalls.names[id] as string, argumentText(syscalls, row));
    if (path === "") continue;
    const key = `${threads[thread]?.pid} ${path}`;
    const found = counts.get(key);
    if (found === undefined) counts.set(key, { path, count: 1, row });
    else {
      found.count++;
      found.row = row;
    }
  }
  let worst = { path: "", count: 0, row: -1 };
  for (const entry of counts.values()) if (entry.count > worst.count) worst = entry;
  const message =
    worst.count < 2
      ? "no file was opened twice"
      : `${worst.path} was opened ${formatCount(worst.count)} times by one process`;
  return { confidence: repetitionWeight(worst.count, FEW), message, row: worst.row, grows: true };
}
