import { shareText } from "../judgement.ts";
import type { RunFigures } from "../runFigures.ts";
import type { AntiPatternOutcome, Scope } from "./finding.ts";

/** One process of several has most of the critical path. Confidence: its share of the path's wall time; 0 with a single process. */
export function godProcess({ trace, selected }: Scope, figures: RunFigures): AntiPatternOutcome {
  const processes = trace.threads.filter(({ role }) => role !== "thread").length;
  if (processes < 2) {
    return { confidence: 0, message: "there is only one process", row: -1, grows: false };
  }
  const found = figures.criticalPath("wall");
  if ("unknown" in found) return found;
  const { wallNs, segments, segmentsCut } = found.path;
  if (segmentsCut) return { unknown: "the critical path has too many stretches to say whose they are" };
  if (!(wallNs > 0)) return { unknown: "the critical path has no length" };
  const shares = new Map<number, number>();
  for (const segment of segments) {
    if (selected[segment.thread] !== true) continue;
    const pid = trace.threads[segment.thread]?.pid ?? 0;
    shares.set(pid, (shares.get(pid) ?? 0) + segment.wallNs / wallNs);
  }
  let [worst, share] = [0, 0];
  for (const [pid, own] of shares) if (own > share) [worst, share] = [pid, own];
  const name = trace.threads.find(({ pid, role }) => pid === worst && role !== "thread")?.name ?? "";
  const message = `${name || "process"} (process ${worst}) has ${shareText(share)} of the critical path's wall time, with ${processes} processes`;
  return { confidence: share, message, row: -1, grows: false };
}
