import { expect, it } from "vitest";
import { type GpuRow, gpuColumns } from "../../../test/support/batches.ts";
import { type GpuFigures, LatestGpus } from "./latestGpus.ts";

function after(rows: readonly GpuRow[], timeNs: number): GpuFigures {
  const latest = new LatestGpus();
  const columns = gpuColumns(rows);
  for (let row = 0; row < columns.length; row++) latest.take(columns, row);
  return latest.at(timeNs);
}

it("adds up the newest figures of all GPUs, and tells none that is old or unknown", () => {
  const old = { time: 1e9, gpu: 0, utilizationPercent: 1, memoryBytes: 1 };
  const busy = { time: 2e9, gpu: 0, utilizationPercent: 98, memoryBytes: 5e9 };
  const other = { time: 2e9, gpu: 1, utilizationPercent: 40, memoryBytes: 2e9 };
  expect(after([old, busy, other], 2.1e9)).toEqual({ gpuPercent: 138, gpuMemoryBytes: 7e9, gpuMemoryIsOwn: false });
  expect(after([{ ...busy, programMemoryBytes: 3e9 }, other], 2.1e9)).toEqual({
    gpuPercent: 138,
    gpuMemoryBytes: 3e9,
    gpuMemoryIsOwn: true,
  });
  expect(after([{ time: 2e9, gpu: 0, memoryBytes: 4 }], 2e9)).toEqual({ gpuMemoryBytes: 4, gpuMemoryIsOwn: false });
  expect(after([busy], 60e9)).toEqual({});
  expect(after([], 0)).toEqual({});
});
