import type { GpuColumns, LogColumns, MetricColumns, StackTable, SyscallColumns } from "../trace.ts";

const EMPTY_FLOATS = new Float64Array(0);
const EMPTY_INTS = new Int32Array(0);
const EMPTY_BYTES = new Uint8Array(0);

export const NO_SYSCALLS: SyscallColumns = {
  length: 0,
  start: EMPTY_FLOATS,
  duration: EMPTY_FLOATS,
  thread: EMPTY_INTS,
  name: new Uint16Array(0),
  state: EMPTY_BYTES,
  errno: new Uint16Array(0),
  result: EMPTY_FLOATS,
  resultText: EMPTY_INTS,
  stack: EMPTY_INTS,
  argStart: EMPTY_FLOATS,
  argEnd: EMPTY_FLOATS,
  argBytes: EMPTY_BYTES,
  names: [],
  errnos: [],
  resultTexts: [],
};

export const NO_LOGS: LogColumns = {
  length: 0,
  time: EMPTY_FLOATS,
  stream: EMPTY_BYTES,
  level: EMPTY_BYTES,
  offset: EMPTY_FLOATS,
  byteLength: EMPTY_FLOATS,
  text: [],
  message: [],
  logger: [],
  threadName: [],
  site: EMPTY_INTS,
};

export const NO_METRICS: MetricColumns = {
  length: 0,
  time: EMPTY_FLOATS,
  pid: EMPTY_INTS,
  cpuPercent: EMPTY_FLOATS,
  cpuNs: EMPTY_FLOATS,
  rssBytes: EMPTY_FLOATS,
  peakRssBytes: EMPTY_FLOATS,
  readBytes: EMPTY_FLOATS,
  writtenBytes: EMPTY_FLOATS,
  threads: EMPTY_INTS,
  processes: EMPTY_INTS,
  voluntarySwitches: EMPTY_FLOATS,
  involuntarySwitches: EMPTY_FLOATS,
  minorFaults: EMPTY_FLOATS,
  majorFaults: EMPTY_FLOATS,
};

export const NO_GPUS: GpuColumns = {
  length: 0,
  time: EMPTY_FLOATS,
  gpu: EMPTY_INTS,
  name: [],
  utilizationPercent: EMPTY_FLOATS,
  memoryBytes: EMPTY_FLOATS,
  memoryTotalBytes: EMPTY_FLOATS,
  programMemoryBytes: EMPTY_FLOATS,
  powerWatts: EMPTY_FLOATS,
};

export const NO_STACKS: StackTable = {
  length: 0,
  parent: EMPTY_INTS,
  frame: EMPTY_INTS,
  site: EMPTY_INTS,
  frames: [],
};
