import { LOG_LEVEL_NAMES, type LogLevelName, logLevelName } from "../trace/levels.ts";
import type { LogColumns } from "../trace/trace.ts";

/** Log records by level name, in order of severity; `none` for lines without a level. Names without lines are left out. */
export function logCounts(logs: LogColumns): Partial<Record<LogLevelName | "none", number>> {
  const byLevel = new Float64Array(256);
  for (let row = 0; row < logs.length; row++) byLevel[logs.level[row] as number]!++;
  const counts: Partial<Record<LogLevelName | "none", number>> = {};
  for (const name of [...LOG_LEVEL_NAMES, "none" as const]) {
    let count = 0;
    for (const [level, lines] of byLevel.entries()) if ((logLevelName(level) ?? "none") === name) count += lines;
    if (count > 0) counts[name] = count;
  }
  return counts;
}
