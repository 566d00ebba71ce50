import { NS_PER_TICK, parseCpuPressure, parseStolenTicks } from "../engine/session/procParse.ts";
import type { ProcessorWait } from "../protocol/runFolder.ts";
import { readProcFile } from "./procFiles.ts";
import type { ProcSampler } from "./procSampler.ts";

/** Measures how long a program, its tracer and the machine as a whole waited for a processor. */
export class ProcessorWaits {
  private readonly fromNs: number;
  private readonly from = waitedNs();

  /** @param now nanoseconds on a steady clock */
  constructor(private readonly now: () => number) {
    this.fromNs = now();
  }

  /**
   * What was waited since, as it would be over the program's whole time; undefined where nothing is known.
   * @param wallNs how long the program ran
   */
  over(wallNs: number, sampler: Pick<ProcSampler, "waited">): ProcessorWait | undefined {
    const to = waitedNs();
    const elapsed = this.now() - this.fromNs;
    const seen = sampler.waited();
    const machineNs =
      this.from === undefined || to === undefined || elapsed <= 0
        ? null
        : Math.min(wallNs, Math.round((Math.max(0, to - this.from) / elapsed) * wallNs));
    const treeNs = seen === undefined || seen.overNs <= 0 ? null : Math.round((seen.waitNs / seen.overNs) * wallNs);
    return machineNs === null && treeNs === null ? undefined : { treeNs, machineNs };
  }
}

/** What waited in this machine, and what the whole machine waited for its host. */
function waitedNs(): number | undefined {
  try {
    const total = parseCpuPressure(readProcFile("/proc/pressure/cpu") ?? "");
    const stolen = parseStolenTicks(readProcFile("/proc/stat") ?? "") ?? 0;
    return total === undefined ? undefined : total * 1000 + stolen * NS_PER_TICK;
  } catch {
    // Kernels that were started without it let the file be opened and not be read; sandboxes refuse it. Then it is not known.
    return undefined;
  }
}
