import type { Trace } from "../trace/trace.ts";
import type { SiteSummary } from "./summary.ts";

/**
 * Source lines of the workspace that system calls were made from, by total time spent in them, then by calls. A line is the first frame
 * inside the workspace, so each call counts for one line.
 */
export function hotLines(trace: Trace): readonly SiteSummary[] {
  const { syscalls, stacks, sites } = trace;
  const calls = new Float64Array(sites.length);
  const total = new Float64Array(sites.length);
  for (let row = 0; row < syscalls.length; row++) {
    const stack = syscalls.stack[row] as number;
    if (stack < 0) continue;
    const site = stacks.site[stack] as number;
    if (site < 0 || site >= sites.length) continue;
    calls[site]!++;
    const duration = syscalls.duration[row] as number;
    if (duration >= 0) total[site]! += duration;
  }
  // Debug information tells columns apart, so several sites may be one line of one function.
  const lines = new Map<string, SiteSummary>();
  for (const [index, site] of sites.entries()) {
    if (calls[index] === 0) continue;
    const key = `${site.line}\0${site.function}\0${site.file}`;
    const before = lines.get(key);
    lines.set(key, {
      file: site.file,
      line: site.line,
      function: site.function,
      calls: (before?.calls ?? 0) + (calls[index] as number),
      totalNs: (before?.totalNs ?? 0) + (total[index] as number),
    });
  }
  return [...lines.values()].sort((a, b) => b.totalNs - a.totalNs || b.calls - a.calls);
}
