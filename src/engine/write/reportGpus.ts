import { formatBytes, formatJoules, plural } from "../../base/format.ts";
import type { GpuSummary } from "../query/gpuTotals.ts";
import { code, table } from "./markdownText.ts";

const TOP_GPUS = 16;

/** The report's section about GPUs; empty where there was none. */
export function reportGpus(gpus: readonly GpuSummary[]): string {
  if (gpus.length === 0) return "";
  const rows = gpus
    .slice(0, TOP_GPUS)
    .map((gpu) => [
      String(gpu.gpu),
      code(gpu.name),
      percent(gpu.peakUtilizationPercent),
      percent(gpu.meanUtilizationPercent),
      memory(gpu),
      known(gpu.peakProgramMemoryBytes, formatBytes),
      known(gpu.energyJoules, formatJoules),
    ]);
  const samples = plural(Math.max(...gpus.map((gpu) => gpu.samples)), "sample");
  const left = gpus.length - TOP_GPUS;
  return [
    "## GPU",
    "",
    `Sampled with nvidia-smi, ${samples}. Figures are those of the whole GPU, whoever used it; only "of the program" is the memory of the recorded processes alone.`,
    "",
    table(["GPU", "Name", "Peak use", "Mean use", "Peak memory", "Of the program", "Energy"], "rlrrrrr", rows),
    ...(left > 0 ? ["", `… and ${plural(left, "GPU")} more.`] : []),
  ].join("\n");
}

function memory({ peakMemoryBytes, memoryTotalBytes }: GpuSummary): string {
  const total = memoryTotalBytes === null ? "" : ` of ${formatBytes(memoryTotalBytes)}`;
  return known(peakMemoryBytes, (bytes) => `${formatBytes(bytes)}${total}`);
}

function percent(value: number | null): string {
  return known(value, (found) => `${found.toFixed(0)} %`);
}

function known(value: number | null, format: (value: number) => string): string {
  return value === null ? "not known" : format(value);
}
