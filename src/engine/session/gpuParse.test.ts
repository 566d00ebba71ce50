import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GpuProcessReading, type GpuReading, parseGpu, parseGpuProcess } from "./gpuParse.ts";

const MIB = 1024 * 1024;

/** What `nvidia-smi` printed on machines of all sorts, as their owners published it, with the fields in the order that is asked for. */
const GPUS: readonly [what: string, line: string, reading: Partial<GpuReading> | undefined][] = [
  [
    "a server's GPU that is busy",
    "2, GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, NVIDIA H100 80GB HBM3, 98, 74709, 81559, 412.57",
    {
      gpu: 2,
      uuid: "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059",
      name: "NVIDIA H100 80GB HBM3",
      utilizationPercent: 98,
      memoryBytes: 74_709 * MIB,
      memoryTotalBytes: 81_559 * MIB,
      powerWatts: 412.57,
    },
  ],
  [
    "an idle one",
    "1, GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, NVIDIA A100-SXM4-40GB, 0, 4, 40960, 44.12",
    { gpu: 1, utilizationPercent: 0, memoryBytes: 4 * MIB, powerWatts: 44.12 },
  ],
  [
    "an older driver (440.64)",
    "0, GPU-22b2c6ac-2d49-4863-197c-9c469071178a, GeForce RTX 2080, 86, 1965, 7979, 176.98",
    { name: "GeForce RTX 2080", utilizationPercent: 86, memoryTotalBytes: 7979 * MIB, powerWatts: 176.98 },
  ],
  [
    "a laptop's GPU under WSL2: no power",
    "0, GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a, NVIDIA GeForce RTX 4070 Laptop GPU, 97, 7100, 8188, [N/A]",
    { utilizationPercent: 97, powerWatts: Number.NaN },
  ],
  [
    "memory that GPU and CPU share: none of its own",
    "0, GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a, NVIDIA GB10, 0, [N/A], [N/A], 10.8",
    {
      name: "NVIDIA GB10",
      utilizationPercent: 0,
      memoryBytes: Number.NaN,
      memoryTotalBytes: Number.NaN,
      powerWatts: 10.8,
    },
  ],
  [
    "a GPU cut into instances (MIG): no utilisation",
    "0, GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9, NVIDIA A100-SXM4-40GB, [N/A], 25, 40960, 52.90",
    { utilizationPercent: Number.NaN, memoryBytes: 25 * MIB },
  ],
  [
    "what older drivers say for a figure that there is not",
    "0, GPU-22b2c6ac-2d49-4863-197c-9c469071178a, Tesla K80, [Not Supported], 62, 11441, [Unknown Error]",
    { utilizationPercent: Number.NaN, memoryBytes: 62 * MIB, powerWatts: Number.NaN },
  ],
  [
    "a name with a comma",
    "0, GPU-22b2c6ac-2d49-4863-197c-9c469071178a, Quadro, mobile, 1, 2, 3, 4.00",
    { name: "Quadro, mobile", utilizationPercent: 1, powerWatts: 4 },
  ],
  ["nothing known", "0, GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a, NVIDIA Orin, [N/A], [N/A], [N/A], [N/A]", undefined],
  [
    "a lost GPU",
    "0, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]",
    undefined,
  ],
  [
    "the names of the fields",
    "index, uuid, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], power.draw [W]",
    undefined,
  ],
  [
    "no driver",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
    undefined,
  ],
  ["no GPU", "No devices were found", undefined],
  ["a driver of another version", "Failed to initialize NVML: Driver/library version mismatch", undefined],
  ["a field that the driver does not know", 'Field "power.draw" is not a valid field to query.', undefined],
  ["half a line", "2, GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, NVIDIA H100 80GB HBM3, 98, 74", undefined],
  ["nothing", "", undefined],
  ["more than a whole GPU", "0, GPU-1, X, 101, 5, 6, 7", { utilizationPercent: Number.NaN, memoryBytes: 5 * MIB }],
  ["memory beyond every machine", "0, GPU-1, X, 1, 99999999999999, 6, 7", { memoryBytes: Number.NaN }],
  ["signs and exponents", "0, GPU-1, X, -1, 1e9, +6, 7", { utilizationPercent: Number.NaN, memoryBytes: Number.NaN }],
  ["a number that is none", "0x1, GPU-1, X, 1, 2, 3, 4", undefined],
  ["escapes in the name", "0, GPU-1, \u001b[31mred\u202e, 1, 2, 3, 4", { name: "\\x1b[31mred\\u202e" }],
];

const PROCESSES: readonly [what: string, line: string, reading: GpuProcessReading | undefined][] = [
  [
    "a process",
    "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 3891903, 74698",
    { uuid: "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059", pid: 3891903, memoryBytes: 74_698 * MIB },
  ],
  [
    "under WSL2: memory is not told",
    "GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a, 79, [N/A]",
    { uuid: "GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a", pid: 79, memoryBytes: Number.NaN },
  ],
  [
    "an instance of a GPU in a container",
    "GPU-ae3738d5-9aa2-e1c9-53be-65b6d373d3d9, [Insufficient Permissions], [Insufficient Permissions]",
    undefined,
  ],
  ["the names of the fields", "gpu_uuid, pid, used_gpu_memory [MiB]", undefined],
  ["no process", "GPU-1, 0, 5", undefined],
  ["a pid beyond all", "GPU-1, 4294967296, 5", undefined],
  ["half a line", "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 389", undefined],
];

describe("parseGpu", () => {
  it.each(GPUS)("%s", (_, line, reading) => {
    const parsed = parseGpu(line);
    if (reading === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toMatchObject(reading);
  });

  it("makes nothing of any other text, and only figures that can be true of a line made up", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => parseGpu(text) === undefined));
    const field = fc.oneof(fc.string({ maxLength: 12 }), fc.float().map(String), fc.integer().map(String));
    fc.assert(
      fc.property(fc.nat(300), fc.array(field, { minLength: 5, maxLength: 5 }), (index, fields) => {
        const parsed = parseGpu([index, "GPU-1", ...fields].join(", "));
        if (parsed === undefined) return;
        const { gpu, name, utilizationPercent, ...amounts } = parsed;
        expect(gpu).toBeLessThan(256);
        expect(name.length).toBeLessThanOrEqual(100);
        expect(utilizationPercent >= 0 && utilizationPercent <= 100).toBe(!Number.isNaN(utilizationPercent));
        for (const amount of [amounts.memoryBytes, amounts.memoryTotalBytes, amounts.powerWatts]) {
          expect(amount >= 0 && amount <= 2 ** 50).toBe(!Number.isNaN(amount));
        }
      }),
    );
  });

  it("reads every figure back", () => {
    const mib = fc.nat(2 ** 20);
    fc.assert(
      fc.property(fc.nat(255), fc.nat(100), mib, mib, fc.nat(100_000), (gpu, percent, used, total, centiwatts) => {
        const line = `${gpu}, GPU-0e7f33ad-cc4a-7a1a, Tesla T4, ${percent}, ${used}, ${total}, ${(centiwatts / 100).toFixed(2)}`;
        expect(parseGpu(line)).toEqual({
          gpu,
          uuid: "GPU-0e7f33ad-cc4a-7a1a",
          name: "Tesla T4",
          utilizationPercent: percent,
          memoryBytes: used * MIB,
          memoryTotalBytes: total * MIB,
          powerWatts: centiwatts / 100,
        });
      }),
    );
  });
});

describe("parseGpuProcess", () => {
  it.each(PROCESSES)("%s", (_, line, reading) => {
    expect(parseGpuProcess(line)).toEqual(reading);
  });
});
