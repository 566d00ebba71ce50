import type { ThreadInfo } from "../trace/trace.ts";

/**
 * When the program began, nanoseconds from the origin: what users take for time 0. The origin itself lies a little earlier,
 * for the recorder reads the clocks before it starts anything.
 * @param startedNs when the recorder was told that the program runs, used where no tracer saw it begin
 */
export function programStart(threads: readonly ThreadInfo[], startedNs: number): number {
  const start = threads.find(({ role }) => role === "main")?.start;
  return start === undefined || Number.isNaN(start) ? startedNs : start;
}
