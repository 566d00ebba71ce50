import { expect, it } from "vitest";
import { gpuColumns } from "../../../test/support/batches.ts";
import { gpuTotals } from "./gpuTotals.ts";

const GIB = 2 ** 30;

it("tells each GPU's peaks, means and energy, and nothing that its driver did not tell", () => {
  const totals = gpuTotals(
    gpuColumns([
      { time: 0, gpu: 1, utilizationPercent: 100, memoryBytes: 4 * GIB, powerWatts: 100 },
      { time: 0, gpu: 0, name: "NVIDIA GB10", utilizationPercent: 7 },
      { time: 1e9, gpu: 1, utilizationPercent: 50, memoryBytes: 8 * GIB, programMemoryBytes: GIB, powerWatts: 300 },
      // Unknown power: no energy before or after it.
      { time: 2e9, gpu: 1, utilizationPercent: 0, memoryBytes: 2 * GIB, memoryTotalBytes: 80 * GIB },
      { time: 3e9, gpu: 1, powerWatts: 1000 },
      // Nobody looked for an hour.
      { time: 3603e9, gpu: 1, powerWatts: 1000 },
      { time: 3604e9, gpu: 1, powerWatts: 1000 },
    ]),
  );
  expect(totals).toEqual([
    {
      gpu: 0,
      name: "NVIDIA GB10",
      samples: 1,
      meanUtilizationPercent: 7,
      peakUtilizationPercent: 7,
      peakMemoryBytes: null,
      memoryTotalBytes: null,
      peakProgramMemoryBytes: null,
      meanPowerWatts: null,
      energyJoules: null,
    },
    {
      gpu: 1,
      name: "NVIDIA H100 80GB HBM3",
      samples: 6,
      meanUtilizationPercent: 50,
      peakUtilizationPercent: 100,
      peakMemoryBytes: 8 * GIB,
      memoryTotalBytes: 80 * GIB,
      peakProgramMemoryBytes: GIB,
      meanPowerWatts: 680,
      energyJoules: 200 + 1000,
    },
  ]);
  expect(gpuTotals(gpuColumns([]))).toEqual([]);
});
