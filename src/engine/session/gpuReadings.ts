import type { GpuSample } from "../trace/records.ts";
import { type GpuProcessReading, parseGpu, parseGpuProcess } from "./gpuParse.ts";

/** A process that was not seen on a GPU for this many intervals has left it. */
const PROCESS_PATIENCE = 2.5;
/** Processes on GPUs that are remembered. */
const MOST_PROCESSES = 4096;

interface SeenProcess extends GpuProcessReading {
  readonly seenNs: number;
}

/**
 * Puts together what two queries tell: figures of GPUs and, where the driver's pids are those of the recorded processes, how much
 * memory these hold.
 */
export class GpuReadings {
  private readonly processes = new Map<string, SeenProcess>();
  private readonly lastNs = new Map<number, number>();
  private readonly uuids = new Set<string>();
  /** A recorded process was among those on a GPU, so the driver's pids are ours. */
  private pidsAreOurs = false;

  /**
   * @param intervalMs between two looks
   * @param isRecorded whether a process is one of those recorded
   */
  constructor(
    private readonly intervalMs: number,
    private readonly isRecorded: (pid: number) => boolean,
  ) {}

  /** How many GPUs were seen. */
  get gpus(): number {
    return this.uuids.size;
  }

  /**
   * Takes a line about a GPU. Undefined for any other line; null when it came so soon after the last one that it tells nothing new.
   * @param timeNs when it came, nanoseconds from the origin
   */
  takeGpu(line: string, timeNs: number): GpuSample | null | undefined {
    const reading = parseGpu(line);
    if (reading === undefined) return undefined;
    const last = this.lastNs.get(reading.gpu);
    if (last !== undefined && timeNs - last < (this.intervalMs * 1e6) / 4) return null;
    this.lastNs.set(reading.gpu, timeNs);
    this.uuids.add(reading.uuid);
    const { uuid, ...figures } = reading;
    return { time: timeNs, ...figures, programMemoryBytes: this.programMemory(uuid, timeNs) };
  }

  /** Takes a line about a process on a GPU. */
  takeProcess(line: string, timeNs: number): void {
    const reading = parseGpuProcess(line);
    if (reading === undefined || !this.uuids.has(reading.uuid) || !this.isRecorded(reading.pid)) return;
    this.pidsAreOurs = true;
    const key = `${reading.uuid} ${reading.pid}`;
    if (this.processes.size < MOST_PROCESSES || this.processes.has(key)) {
      this.processes.set(key, { ...reading, seenNs: timeNs });
    }
  }

  /** `NaN` while it is not known. */
  private programMemory(uuid: string, nowNs: number): number {
    if (!this.pidsAreOurs) return Number.NaN;
    let sum = 0;
    for (const [key, process] of this.processes) {
      if (nowNs - process.seenNs > PROCESS_PATIENCE * this.intervalMs * 1e6) this.processes.delete(key);
      else if (process.uuid === uuid) sum += process.memoryBytes;
    }
    return sum;
  }
}
