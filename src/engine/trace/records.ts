import type { OutputStream } from "./trace.ts";

/** One log record as a line reader hands it to the builder. Offsets count bytes in the stream's `.log` file. */
export interface LogRecord {
  readonly time: number;
  readonly stream: OutputStream;
  /** Numeric level, 0 for none. */
  readonly level: number;
  readonly offset: number;
  readonly byteLength: number;
  readonly text: string;
  readonly message: string;
  readonly logger: string;
  readonly threadName: string;
  /** Source position that the line names. */
  readonly site: { readonly file: string; readonly line: number } | undefined;
}

/** One row of `MetricColumns`. `pid` 0 is the sum over the tree. */
export interface MetricSample {
  readonly time: number;
  readonly pid: number;
  readonly cpuPercent: number;
  readonly cpuNs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly threads: number;
  readonly processes: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** One row of `GpuColumns`; `NaN` for what is not known. */
export interface GpuSample {
  readonly time: number;
  readonly gpu: number;
  readonly name: string;
  readonly utilizationPercent: number;
  readonly memoryBytes: number;
  readonly memoryTotalBytes: number;
  readonly programMemoryBytes: number;
  readonly powerWatts: number;
}

/** One system call as a recorder hands it to the builder; see `SyscallColumns` for the meaning of each field. */
export interface SyscallRecord {
  readonly start: number;
  readonly duration: number;
  readonly thread: number;
  readonly name: string;
  readonly state: 0 | 1 | 2;
  /** Errno name, empty for success. */
  readonly errno: string;
  readonly result: number;
  readonly resultText: string;
  readonly stack: number;
}
