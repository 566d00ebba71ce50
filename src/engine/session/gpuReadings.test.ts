import { expect, it } from "vitest";
import { GpuReadings } from "./gpuReadings.ts";

const MIB = 1024 * 1024;
const UUID = "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059";
const OTHER = "GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4";

function row(gpu: number, used: number): string {
  return `${gpu}, ${gpu === 0 ? UUID : OTHER}, NVIDIA H100 80GB HBM3, 98, ${used}, 81559, 412.57`;
}

/** Seconds, as the readings want them. */
const at = (seconds: number): number => seconds * 1e9;

it("says how much memory the recorded processes hold once one of them was seen, and for as long as it is", () => {
  const readings = new GpuReadings(500, (pid) => pid === 40 || pid === 41);
  const program = (gpu: number, seconds: number): number | undefined =>
    readings.takeGpu(row(gpu, 70_000), at(seconds))?.programMemoryBytes;
  expect(program(0, 0.1)).toBeNaN();
  expect(program(1, 0.1)).toBeNaN();
  // Somebody else's process proves nothing: in a container, all pids are somebody else's.
  readings.takeProcess(`${UUID}, 99, 60000`, at(0.2));
  expect(program(0, 0.6)).toBeNaN();
  readings.takeProcess(`${UUID}, 40, 1000`, at(0.7));
  readings.takeProcess(`${UUID}, 41, 500`, at(0.7));
  readings.takeProcess(`${UUID}, 99, 60000`, at(0.7));
  expect(program(0, 1.1)).toBe(1500 * MIB);
  expect(program(1, 1.1)).toBe(0);
  readings.takeProcess(`${UUID}, 41, 700`, at(1.7));
  expect(program(0, 2.1)).toBe(700 * MIB);
  expect(program(0, 9)).toBe(0);
});

it("does not call a process' memory none where it is not told, or on a GPU that nobody knows", () => {
  const readings = new GpuReadings(500, () => true);
  readings.takeGpu(row(0, 5), at(0));
  readings.takeProcess("MIG-0e7f33ad-cc4a-7a1a-e9a4-7dd69f9032ab, 40, 100", at(0.1));
  expect(readings.takeGpu(row(0, 5), at(0.5))?.programMemoryBytes).toBeNaN();
  readings.takeProcess(`${UUID}, 40, [N/A]`, at(0.6));
  expect(readings.takeGpu(row(0, 5), at(1))?.programMemoryBytes).toBeNaN();
});

it("takes no more rows than were asked for", () => {
  const readings = new GpuReadings(500, () => true);
  const rows = Array.from({ length: 1000 }, (_, i) => readings.takeGpu(row(0, i), at(i / 1000)));
  expect(rows.filter((sample) => sample !== null && sample !== undefined).length).toBe(8);
  expect(readings.takeGpu("No devices were found", at(2))).toBeUndefined();
});
