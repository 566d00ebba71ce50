import { formatBytes } from "../../base/format.ts";
import { binaryAxis, decimalAxis, type ValueAxis } from "./chartScale.ts";
import type { SampleColumn, SampleHistory } from "./sampleHistory.ts";
import { formatByteRate, formatPercent, formatRate, roundBytes, shortCount } from "./units.ts";

export interface ChartLine {
  readonly column: SampleColumn;
  readonly label: string;
  readonly colour: "blue" | "green" | "yellow" | "purple";
  /** Lines that share a chart also differ by dashes, for those who do not see the colours. */
  readonly dash: readonly number[];
}

/** One of the small charts; all share the time axis. */
export interface ChartSeries {
  readonly id: string;
  readonly title: string;
  /** What is measured, for the tooltip. */
  readonly explanation: string;
  readonly lines: readonly ChartLine[];
  /** A second measure of the same thing, told beside its name and not drawn. */
  readonly aside?: {
    readonly column: SampleColumn;
    readonly format: (value: number) => string;
    /** Whose it is, for the tooltip. */
    readonly explanation: (history: SampleHistory) => string;
  };
  /** Shown only when there are samples of it: most machines have none. */
  readonly optional?: boolean;
  readonly axis: (peak: number) => ValueAxis;
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
}

export const CHARTS: readonly ChartSeries[] = [
  {
    id: "cpu",
    title: "CPU",
    explanation: "Processor time of the program and its children; 200 % means that two processors are busy",
    lines: [{ column: "cpuPercent", label: "CPU", colour: "blue", dash: [] }],
    axis: (peak) => decimalAxis(peak, 100),
    format: formatPercent,
    formatTick: (value) => `${shortCount(value)} %`,
  },
  {
    id: "gpu",
    title: "GPU",
    explanation: "How busy the machine's GPUs are, whoever uses them; 200 % means that two are busy all the time",
    lines: [{ column: "gpuPercent", label: "GPU", colour: "yellow", dash: [] }],
    aside: {
      column: "gpuMemoryBytes",
      format: formatBytes,
      explanation: (history) =>
        history.gpuMemoryIsOwn
          ? "Memory that the program and its children hold on GPUs"
          : "Memory in use on the machine's GPUs, whoever uses it (the driver does not tell which is the program's)",
    },
    optional: true,
    axis: (peak) => decimalAxis(peak, 100),
    format: formatPercent,
    formatTick: (value) => `${shortCount(value)} %`,
  },
  {
    id: "memory",
    title: "Memory",
    explanation: "Memory that the program and its children hold in RAM (resident set size)",
    lines: [{ column: "rssBytes", label: "Memory", colour: "green", dash: [] }],
    axis: (peak) => binaryAxis(peak, 1024 * 1024),
    format: formatBytes,
    formatTick: roundBytes,
  },
  {
    id: "syscalls",
    title: "System calls",
    explanation: "System calls a second",
    lines: [{ column: "syscallsPerSecond", label: "System calls", colour: "purple", dash: [] }],
    axis: (peak) => decimalAxis(peak, 10),
    format: formatRate,
    formatTick: (value) => `${shortCount(value)}/s`,
  },
  {
    id: "io",
    title: "Input and output",
    explanation: "Bytes a second that the program and its children read and write, files and pipes and sockets alike",
    lines: [
      { column: "readBytesPerSecond", label: "Read", colour: "blue", dash: [] },
      { column: "writtenBytesPerSecond", label: "Written", colour: "yellow", dash: [4, 2] },
    ],
    axis: (peak) => binaryAxis(peak, 1024),
    format: formatByteRate,
    formatTick: (value) => `${roundBytes(value)}/s`,
  },
];
