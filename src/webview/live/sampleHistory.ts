import type { LiveSample } from "../../protocol/live.ts";

/** The columns that charts draw. */
export type SampleColumn = Exclude<keyof LiveSample, "timeNs" | "gpuMemoryIsOwn">;

const COLUMNS: readonly SampleColumn[] = [
  "cpuPercent",
  "rssBytes",
  "readBytesPerSecond",
  "writtenBytesPerSecond",
  "syscallsPerSecond",
  "threads",
  "gpuPercent",
  "gpuMemoryBytes",
];

/** Columns that samples may leave out; they hold `NaN` there. */
const OPTIONAL: ReadonlySet<SampleColumn> = new Set<SampleColumn>(["gpuPercent", "gpuMemoryBytes"]);

/** About two hours at ten samples a second, 4.7 MB. */
const CAPACITY = 65_536;

/**
 * The samples of a recording as columns, oldest first, within bounded memory: when full, neighbours are merged in pairs that keep the
 * larger value, so that no peak ever disappears.
 */
export class SampleHistory {
  readonly time: Float64Array;
  private readonly columns: Readonly<Record<SampleColumn, Float64Array>>;
  private readonly sums = new Map<SampleColumn, number>();
  private readonly peaks = new Map<SampleColumn, number>();
  private readonly known = new Map<SampleColumn, number>();
  private ownGpuMemory = false;
  private count = 0;
  private mergedPairs = 0;

  constructor(private readonly capacity: number = CAPACITY) {
    this.time = new Float64Array(capacity);
    const column = (): Float64Array => new Float64Array(capacity);
    this.columns = {
      cpuPercent: column(),
      rssBytes: column(),
      readBytesPerSecond: column(),
      writtenBytesPerSecond: column(),
      syscallsPerSecond: column(),
      threads: column(),
      gpuPercent: column(),
      gpuMemoryBytes: column(),
    };
  }

  /** Points kept; `time` and the columns are filled up to here. */
  get length(): number {
    return this.count;
  }

  /** How many original samples one kept point can stand for: 1, 2, 4 … */
  get samplesPerPoint(): number {
    return 2 ** this.mergedPairs;
  }

  /** Time of the newest sample, or null without samples. */
  get newestNs(): number | null {
    return this.count === 0 ? null : this.time[this.count - 1]!;
  }

  column(name: SampleColumn): Float64Array {
    return this.columns[name];
  }

  /** Whether any sample had this measure. */
  has(name: SampleColumn): boolean {
    return this.known.has(name);
  }

  /** The newest figure of memory on GPUs is the program's, not everybody's. */
  get gpuMemoryIsOwn(): boolean {
    return this.ownGpuMemory;
  }

  /** Largest value ever pushed; 0 without samples. */
  peak(name: SampleColumn): number {
    return this.peaks.get(name) ?? 0;
  }

  /** Mean of all samples pushed that have the measure; 0 without any. */
  mean(name: SampleColumn): number {
    return (this.sums.get(name) ?? 0) / (this.known.get(name) ?? 1);
  }

  /** Appends what is newer than the newest sample held; older and repeated samples are dropped. */
  push(samples: readonly LiveSample[]): void {
    for (const sample of samples) {
      if (!Number.isFinite(sample.timeNs) || sample.timeNs <= (this.newestNs ?? Number.NEGATIVE_INFINITY)) continue;
      if (this.count === this.capacity) this.mergeNeighbours();
      this.time[this.count] = sample.timeNs;
      for (const name of COLUMNS) {
        const given = sample[name] ?? Number.NaN;
        const value = Number.isFinite(given) || OPTIONAL.has(name) ? given : 0;
        this.columns[name][this.count] = value;
        if (!Number.isFinite(value)) continue;
        this.known.set(name, (this.known.get(name) ?? 0) + 1);
        this.sums.set(name, (this.sums.get(name) ?? 0) + value);
        this.peaks.set(name, Math.max(this.peak(name), value));
      }
      this.ownGpuMemory = sample.gpuMemoryIsOwn ?? this.ownGpuMemory;
      this.count++;
    }
  }

  clear(): void {
    this.count = 0;
    this.mergedPairs = 0;
    this.known.clear();
    this.ownGpuMemory = false;
    this.sums.clear();
    this.peaks.clear();
  }

  /** First index whose time is at least `timeNs`; `length` when there is none. */
  lowerBound(timeNs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time[middle]! < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the sample nearest to `timeNs`, or -1 without samples. */
  nearest(timeNs: number): number {
    if (this.count === 0) return -1;
    const after = this.lowerBound(timeNs);
    if (after === 0) return 0;
    if (after === this.count) return this.count - 1;
    return timeNs - this.time[after - 1]! <= this.time[after]! - timeNs ? after - 1 : after;
  }

  private mergeNeighbours(): void {
    const half = this.count >> 1;
    for (let i = 0; i < half; i++) {
      this.time[i] = this.time[2 * i + 1]!;
      for (const name of COLUMNS) {
        const column = this.columns[name];
        column[i] = larger(column[2 * i]!, column[2 * i + 1]!);
      }
    }
    this.count = half;
    this.mergedPairs++;
  }
}

/** The larger one, where `NaN` is "not known". */
function larger(a: number, b: number): number {
  return b > a || Number.isNaN(a) ? b : a;
}
