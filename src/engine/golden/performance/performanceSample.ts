import type { PerformanceSample } from "../../../protocol/goldenFile.ts";
import type { RunManifest } from "../../../protocol/runFolder.ts";
import { anonymousMemory } from "../../query/anonymousMemory.ts";
import { hotLines } from "../../query/hotLines.ts";
import { metricTotals } from "../../query/metricTotals.ts";
import { hasReturned } from "../../query/syscallTable.ts";
import { largerKnown, transferredBytes } from "../../query/transferredBytes.ts";
import { relativeToWorkspace } from "../../trace/sites.ts";
import type { Trace } from "../../trace/trace.ts";

/** Lines that are remembered; those with the most time in system calls. */
const MAX_SITES = 200;

/** Memory of a program that is over before it was looked at so often is chance: how far it had come each time. */
const LEAST_LOOKS = 5;

/** What one recording cost. */
export function performanceSample(trace: Trace, manifest: RunManifest | undefined): PerformanceSample {
  const sampled = metricTotals(trace.metrics);
  const transferred = transferredBytes(trace.syscalls);
  return {
    wallNs: manifest?.wallNs ?? null,
    cpuNs: sampled.cpuNs,
    peakRssBytes: looks(trace) < LEAST_LOOKS ? null : sampled.peakRssBytes,
    readBytes: largerKnown(sampled.readBytes, transferred.read),
    writtenBytes: largerKnown(sampled.writtenBytes, transferred.written),
    treeWaitNs: manifest?.processorWait?.treeNs ?? null,
    machineWaitNs: manifest?.processorWait?.machineNs ?? null,
    ...returned(trace),
    mappedBytes: anonymousMemory(trace)?.held ?? 0,
    sites: hotLines(trace)
      .slice(0, MAX_SITES)
      .map((site) => ({
        ...site,
        file: manifest === undefined ? site.file : relativeToWorkspace(manifest.workspace, site.file),
      })),
  };
}

/** How often the whole tree of processes was sampled. */
function looks({ metrics }: Trace): number {
  let count = 0;
  for (let row = 0; row < metrics.length; row++) if (metrics.pid[row] === 0) count++;
  return count;
}

/** Time in system calls, and how many of them returned. */
function returned({ syscalls }: Trace): Pick<PerformanceSample, "syscallNs" | "calls"> {
  let syscallNs = 0;
  let calls = 0;
  for (let row = 0; row < syscalls.length; row++) {
    const duration = syscalls.duration[row] as number;
    if (duration >= 0) syscallNs += duration;
    if (hasReturned(syscalls.state[row] as number, syscalls.errno[row] as number)) calls++;
  }
  return { syscallNs, calls };
}
