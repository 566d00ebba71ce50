import type { LiveSample } from "../../protocol/live.ts";
import type { GpuColumns, MetricColumns, SyscallColumns } from "../trace/trace.ts";
import { LatestGpus } from "./latestGpus.ts";

const NS_PER_SECOND = 1e9;

/**
 * Turns the metric rows of the whole tree into chart samples: cumulative byte counts become rates, and every system call
 * is counted in the first sample that is not older than its start (one that arrives late, in the next).
 */
export class LiveRates {
  private previousTime = 0;
  private previousRead = 0;
  private previousWritten = 0;
  /** Calls that no sample counts yet. */
  private uncounted = 0;
  private started: boolean;
  private readonly gpus = new LatestGpus();

  /** @param attached the program ran before the recording: its first byte counts are no rate */
  constructor(attached: boolean) {
    this.started = !attached;
  }

  /** The samples of one batch, oldest first. */
  add(metrics: MetricColumns, syscalls: SyscallColumns, gpus: GpuColumns): LiveSample[] {
    const samples: LiveSample[] = [];
    let counted = 0;
    let seen = 0;
    for (let row = 0; row < metrics.length; row++) {
      if (metrics.pid[row] !== 0) continue; // one process of the tree
      const time = metrics.time[row] ?? Number.NaN;
      let calls = this.uncounted;
      this.uncounted = 0;
      while (counted < syscalls.length && (syscalls.start[counted] ?? 0) <= time) {
        counted++;
        calls++;
      }
      for (; seen < gpus.length && (gpus.time[seen] ?? 0) <= time; seen++) this.gpus.take(gpus, seen);
      samples.push({ ...this.sample(metrics, row, time, calls), ...this.gpus.at(time) });
    }
    for (; seen < gpus.length; seen++) this.gpus.take(gpus, seen);
    this.uncounted += syscalls.length - counted;
    return samples;
  }

  private sample(metrics: MetricColumns, row: number, time: number, calls: number): LiveSample {
    const seconds = (time - this.previousTime) / NS_PER_SECOND;
    const read = metrics.readBytes[row] ?? 0;
    const written = metrics.writtenBytes[row] ?? 0;
    // A sum over the tree falls when a process leaves it; that is no negative rate.
    const perSecond = (amount: number): number => (seconds > 0 ? Math.max(amount, 0) / seconds : 0);
    const sample: LiveSample = {
      timeNs: time,
      cpuPercent: finite(metrics.cpuPercent[row]),
      rssBytes: finite(metrics.rssBytes[row]),
      readBytesPerSecond: this.started ? perSecond(finite(read) - this.previousRead) : 0,
      writtenBytesPerSecond: this.started ? perSecond(finite(written) - this.previousWritten) : 0,
      syscallsPerSecond: perSecond(calls),
      threads: metrics.threads[row] ?? 0,
    };
    this.started = true;
    this.previousTime = time;
    this.previousRead = finite(read);
    this.previousWritten = finite(written);
    return sample;
  }
}

/** JSON has no NaN; a measure that could not be read is drawn as 0. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
