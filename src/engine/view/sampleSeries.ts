import type { LiveSample } from "../../protocol/live.ts";

/**
 * Chart samples in bounded memory. Beyond `capacity` points, neighbours are merged in pairs and from then on each point
 * stands for twice as many samples. A merged point holds the largest value of each measure and the time of its newest
 * sample, so a peak is never lost however long the run.
 */
export class SampleSeries {
  private points: LiveSample[] = [];
  private perPoint = 1;
  /** Samples merged into the last point. */
  private inLast = 0;

  constructor(private readonly capacity: number) {}

  /** The points, oldest first; a copy. */
  get all(): readonly LiveSample[] {
    return [...this.points];
  }

  push(sample: LiveSample): void {
    const last = this.points.at(-1);
    if (last !== undefined && this.inLast < this.perPoint) {
      this.points[this.points.length - 1] = merge(last, sample);
      this.inLast++;
      return;
    }
    this.points.push(sample);
    this.inLast = 1;
    if (this.points.length > this.capacity) this.halve();
  }

  clear(): void {
    this.points = [];
    this.perPoint = 1;
    this.inLast = 0;
  }

  private halve(): void {
    const halved: LiveSample[] = [];
    for (let i = 0; i < this.points.length; i += 2) {
      const first = this.points[i];
      const second = this.points[i + 1];
      if (first !== undefined) halved.push(second === undefined ? first : merge(first, second));
    }
    // An odd point at the end is a half-filled one of the new size.
    if (this.points.length % 2 === 0) this.inLast += this.perPoint;
    this.points = halved;
    this.perPoint *= 2;
  }
}

function merge(older: LiveSample, newer: LiveSample): LiveSample {
  const gpuPercent = larger(older.gpuPercent, newer.gpuPercent);
  const gpuMemoryBytes = larger(older.gpuMemoryBytes, newer.gpuMemoryBytes);
  const gpuMemoryIsOwn = newer.gpuMemoryIsOwn ?? older.gpuMemoryIsOwn;
  return {
    timeNs: newer.timeNs,
    cpuPercent: Math.max(older.cpuPercent, newer.cpuPercent),
    rssBytes: Math.max(older.rssBytes, newer.rssBytes),
    readBytesPerSecond: Math.max(older.readBytesPerSecond, newer.readBytesPerSecond),
    writtenBytesPerSecond: Math.max(older.writtenBytesPerSecond, newer.writtenBytesPerSecond),
    syscallsPerSecond: Math.max(older.syscallsPerSecond, newer.syscallsPerSecond),
    threads: Math.max(older.threads, newer.threads),
    ...(gpuPercent === undefined ? {} : { gpuPercent }),
    ...(gpuMemoryBytes === undefined ? {} : { gpuMemoryBytes }),
    ...(gpuMemoryIsOwn === undefined ? {} : { gpuMemoryIsOwn }),
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
