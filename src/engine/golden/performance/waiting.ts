import type { PerformanceSample } from "../../../protocol/goldenFile.ts";

/**
 * How much of each sample's wall time was waiting for a processor that the golden's samples did not have to do, nanoseconds.
 *
 * Two measures are taken, and the larger counts. What threads of the program and its tracer waited is added up, so it is divided by how
 * many of them were ready to run on average; of the program's processes it misses those that were gone between two looks. That anything
 * on the machine waited holds for short programs too, and is compared as a share of the time: on large machines somebody always waits.
 * It bounds the first, as nobody waits when nobody on the machine does.
 *
 * @returns one figure for each of `actual`; all 0 where nothing is known
 */
export function extraWaiting(golden: readonly PerformanceSample[], actual: readonly PerformanceSample[]): number[] {
  const treeBefore = meanKnown(golden.map(({ treeWaitNs }) => treeWaitNs));
  const machineBefore = meanKnown(golden.map(machineShare));
  return actual.map((sample) => {
    const { wallNs, cpuNs, treeWaitNs } = sample;
    if (wallNs === null || wallNs <= 0) return 0;
    const share = machineShare(sample);
    const byMachine = share === null || machineBefore === null ? 0 : (share - machineBefore) * wallNs;
    const ready = Math.max(1, ((cpuNs ?? 0) + (treeWaitNs ?? 0)) / wallNs);
    const byTree =
      treeWaitNs === null || treeWaitNs === undefined || treeBefore === null ? 0 : (treeWaitNs - treeBefore) / ready;
    return Math.max(0, byMachine, Math.min(byTree, (share ?? 1) * wallNs));
  });
}

function machineShare({ wallNs, machineWaitNs }: PerformanceSample): number | null {
  if (wallNs === null || wallNs <= 0 || machineWaitNs === null || machineWaitNs === undefined) return null;
  return Math.min(1, machineWaitNs / wallNs);
}

/** Null unless all are known: a mean of some would be compared with others. */
function meanKnown(values: readonly (number | null | undefined)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null || value === undefined) return null;
    sum += value;
  }
  return values.length === 0 ? null : sum / values.length;
}
