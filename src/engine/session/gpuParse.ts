import { oneLine, truncate } from "../../base/text.ts";

/**
 * What `nvidia-smi --query-gpu=… --format=csv,noheader,nounits` is asked for, and prints in this order, separated by commas
 * (`nvidia-smi --help-query-gpu`; nvidia-smi(1), "QUERY OPTIONS").
 */
export const GPU_FIELDS = "index,uuid,name,utilization.gpu,memory.used,memory.total,power.draw";

/** The same for `--query-compute-apps`: a line for each process with a compute context on a GPU, none where there is none. */
export const GPU_PROCESS_FIELDS = "gpu_uuid,pid,used_gpu_memory";

/** One GPU as one line shows it; `NaN` for what the driver does not tell. */
export interface GpuReading {
  readonly gpu: number;
  readonly uuid: string;
  readonly name: string;
  readonly utilizationPercent: number;
  readonly memoryBytes: number;
  readonly memoryTotalBytes: number;
  readonly powerWatts: number;
}

/** One process on one GPU. The pid is the driver's, which in a container may be that of another namespace. */
export interface GpuProcessReading {
  readonly uuid: string;
  readonly pid: number;
  readonly memoryBytes: number;
}

const MIB = 1 << 20;
const MOST_GPUS = 256;
const MOST_MEMORY_BYTES = 2 ** 50;
const MOST_WATTS = 1e5;
const MOST_PID = 2 ** 31 - 1;
const LONGEST_NAME = 100;
const UUID = /^(?:GPU|MIG)-[\w/.-]{1,100}$/;

/** Reads a line about a GPU; undefined for anything else, and for a GPU that tells no figure at all. */
export function parseGpu(line: string): GpuReading | undefined {
  const fields = line.split(",").map((field) => field.trim());
  if (fields.length < 7) return undefined;
  const [index = "", uuid = ""] = fields;
  const [utilization = "", used = "", total = "", power = ""] = fields.slice(-4);
  const gpu = wholeNumber(index, MOST_GPUS - 1);
  const name = truncate(oneLine(fields.slice(2, -4).join(", ")), LONGEST_NAME);
  if (Number.isNaN(gpu) || !UUID.test(uuid) || name === "") return undefined;
  const reading = {
    gpu,
    uuid,
    name,
    utilizationPercent: amount(utilization, 100),
    memoryBytes: amount(used, MOST_MEMORY_BYTES / MIB) * MIB,
    memoryTotalBytes: amount(total, MOST_MEMORY_BYTES / MIB) * MIB,
    powerWatts: amount(power, MOST_WATTS),
  };
  const { utilizationPercent, memoryBytes, powerWatts } = reading;
  return [utilizationPercent, memoryBytes, powerWatts].every(Number.isNaN) ? undefined : reading;
}

/** Reads a line about a process on a GPU; undefined for anything else. */
export function parseGpuProcess(line: string): GpuProcessReading | undefined {
  const fields = line.split(",").map((field) => field.trim());
  const [uuid = "", pidText = "", memory = ""] = fields;
  const pid = wholeNumber(pidText, MOST_PID);
  if (fields.length !== 3 || !UUID.test(uuid) || Number.isNaN(pid) || pid === 0) return undefined;
  return { uuid, pid, memoryBytes: amount(memory, MOST_MEMORY_BYTES / MIB) * MIB };
}

function wholeNumber(text: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : Number.NaN;
}

/** `NaN` for `[N/A]`, `[Not Supported]`, `[Unknown Error]`, … and for what cannot be true. */
function amount(text: string, most: number): number {
  const value = /^\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : Number.NaN;
}
