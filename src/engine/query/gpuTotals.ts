import type { GpuColumns } from "../trace/trace.ts";

/** What the samples of one GPU amount to; null for what its driver did not tell. Figures of the whole GPU, whoever used it. */
export interface GpuSummary {
  /** The driver's number of the GPU, from 0. */
  readonly gpu: number;
  readonly name: string;
  readonly samples: number;
  readonly meanUtilizationPercent: number | null;
  readonly peakUtilizationPercent: number | null;
  readonly peakMemoryBytes: number | null;
  readonly memoryTotalBytes: number | null;
  /** Of the recorded processes alone; null where the driver's pids are not those of the recorded processes. */
  readonly peakProgramMemoryBytes: number | null;
  readonly meanPowerWatts: number | null;
  /** From the first to the last sample; null with fewer than two. */
  readonly energyJoules: number | null;
}

/** Joins samples of a time; more than this apart, nothing is known of the time between them. */
const LONGEST_GAP_NS = 60e9;

/** One summary for each GPU, in the driver's order. */
export function gpuTotals(gpus: GpuColumns): GpuSummary[] {
  const found = new Map<number, GpuTotal>();
  for (let row = 0; row < gpus.length; row++) {
    const gpu = gpus.gpu[row] as number;
    let total = found.get(gpu);
    if (total === undefined) {
      total = new GpuTotal();
      found.set(gpu, total);
    }
    total.add(gpus, row);
  }
  return [...found].sort(([a], [b]) => a - b).map(([gpu, total]) => total.summary(gpu));
}

class GpuTotal {
  private name = "";
  private samples = 0;
  private readonly utilization = new Amount();
  private readonly memory = new Amount();
  private readonly memoryTotal = new Amount();
  private readonly program = new Amount();
  private readonly power = new Amount();
  private joules = Number.NaN;
  private lastNs = Number.NaN;
  private lastWatts = Number.NaN;

  add(gpus: GpuColumns, row: number): void {
    this.name = gpus.name[row] ?? "";
    this.samples++;
    this.utilization.add(gpus.utilizationPercent[row] as number);
    this.memory.add(gpus.memoryBytes[row] as number);
    this.memoryTotal.add(gpus.memoryTotalBytes[row] as number);
    this.program.add(gpus.programMemoryBytes[row] as number);
    const watts = gpus.powerWatts[row] as number;
    const now = gpus.time[row] as number;
    this.power.add(watts);
    const elapsed = now - this.lastNs;
    const joules = (((watts + this.lastWatts) / 2) * elapsed) / 1e9;
    if (elapsed > 0 && elapsed <= LONGEST_GAP_NS && !Number.isNaN(joules)) {
      this.joules = (Number.isNaN(this.joules) ? 0 : this.joules) + joules;
    }
    this.lastNs = now;
    this.lastWatts = watts;
  }

  summary(gpu: number): GpuSummary {
    return {
      gpu,
      name: this.name,
      samples: this.samples,
      meanUtilizationPercent: this.utilization.mean,
      peakUtilizationPercent: this.utilization.peak,
      peakMemoryBytes: this.memory.peak,
      memoryTotalBytes: this.memoryTotal.peak,
      peakProgramMemoryBytes: this.program.peak,
      meanPowerWatts: this.power.mean,
      energyJoules: Number.isNaN(this.joules) ? null : this.joules,
    };
  }
}

/** A measure's mean and peak over the samples that have it. */
class Amount {
  private sum = 0;
  private count = 0;
  private most = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.sum += value;
    this.count++;
    this.most = Math.max(this.most, value);
  }

  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  get peak(): number | null {
    return this.count === 0 ? null : this.most;
  }
}
