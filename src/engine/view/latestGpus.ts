import type { LiveSample } from "../../protocol/live.ts";
import type { GpuColumns } from "../trace/trace.ts";

/** A GPU that was not heard of for this long tells nothing of now: some intervals, and a busy machine. */
const PATIENCE_NS = 5e9;

export type GpuFigures = Pick<LiveSample, "gpuPercent" | "gpuMemoryBytes" | "gpuMemoryIsOwn">;

/** The newest figures of each GPU, to be told with the samples of the other metrics, which come more often. */
export class LatestGpus {
  private readonly rows = new Map<number, GpuRow>();

  take(gpus: GpuColumns, row: number): void {
    this.rows.set(gpus.gpu[row] ?? 0, {
      time: gpus.time[row] ?? Number.NaN,
      percent: gpus.utilizationPercent[row] ?? Number.NaN,
      memory: gpus.memoryBytes[row] ?? Number.NaN,
      program: gpus.programMemoryBytes[row] ?? Number.NaN,
    });
  }

  /** Sums over the GPUs; what none of them tells is left out. */
  at(timeNs: number): GpuFigures {
    const fresh = [...this.rows.values()].filter(({ time }) => timeNs - time <= PATIENCE_NS);
    const percent = sum(fresh, (gpu) => gpu.percent);
    const own = sum(fresh, (gpu) => gpu.program);
    const memory = own ?? sum(fresh, (gpu) => gpu.memory);
    return {
      ...(percent === undefined ? {} : { gpuPercent: percent }),
      ...(memory === undefined ? {} : { gpuMemoryBytes: memory, gpuMemoryIsOwn: own !== undefined }),
    };
  }
}

interface GpuRow {
  readonly time: number;
  readonly percent: number;
  readonly memory: number;
  readonly program: number;
}

function sum(gpus: readonly GpuRow[], pick: (gpu: GpuRow) => number): number | undefined {
  const known = gpus.map(pick).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}
