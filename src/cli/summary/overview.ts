import { formatBytes, formatCount, formatJoules, formatNs, plural } from "../../base/format.ts";
import { cutToWidth } from "../../base/terminal/displayWidth.ts";
import { shown } from "../../base/terminal/shown.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { GpuSummary } from "../../engine/query/gpuTotals.ts";
import type { RunSummary } from "../../engine/query/summary.ts";
import { endText } from "../../engine/view/endText.ts";
import { shellWord } from "../../engine/write/shellWord.ts";
import type { Style } from "../terminal/style.ts";
import { label, labelled, labelledLine, type SummaryTextOptions } from "./section.ts";

/** Which run this is. */
export function header(summary: RunSummary, options: SummaryTextOptions): string[] {
  const { style, width } = options;
  const marks = Object.entries(summary.meta).map(([name, value]) => `${name}=${value}`);
  return [
    style.bold(cutToWidth(shown(summary.run), width)),
    ...(summary.command.length === 0
      ? []
      : [labelledLine("command", summary.command.map(shellWord).join(" "), options)]),
    ...(summary.cwd === "" ? [] : [labelledLine("directory", summary.cwd, options)]),
    ...labelled("started", summary.startedAt ?? "not known: the trace has no wall-clock times", options),
    labelledLine("recorder", recorderText(summary), options),
    label("exit", style) + exitText(summary, style),
    ...(marks.length === 0 ? [] : [labelledLine("marks", marks.join(" "), options)]),
  ];
}

function recorderText({ recorder: { id, version, reason, filter } }: RunSummary): string {
  const recorder = [id, version].filter((part) => part !== "").join(" ");
  const only = filter === "" ? "" : `; only ${filter}`;
  return reason.startsWith(`${recorder} `) ? `${reason}${only}` : `${recorder} (${reason}${only})`;
}

function exitText({ exit, state, stopped }: RunSummary, style: Style): string {
  if (stopped !== null) return style.warn(shown(endText(exit, stopped)));
  if (exit === null) return style.warn(state === "recording" ? "not recorded" : "not known");
  if (exit.signal !== null) return style.bad(`killed by ${shown(exit.signal)}`);
  return exit.code === 0 ? style.good("0") : style.bad(String(exit.code));
}

/** The verdict on completeness, then what to know about it. */
export function completeness(summary: RunSummary, { style, width }: SummaryTextOptions): string[] {
  const bullets = (losesData: boolean) =>
    summary.problems
      .filter((problem) => problem.losesData === losesData)
      .flatMap(({ message }) => wrapText(`  - ${shown(message)}`, width));
  const empty = summary.events === 0 && summary.recorder.id !== "none";
  if (summary.complete && !empty) {
    const events =
      summary.recorder.id === "none"
        ? "recorded without system calls"
        : `${plural(summary.events, "system call")}, none lost`;
    const [first = "", ...rest] = wrapText(`complete: ${events}`, width);
    return [first.replace(/^complete/, (word) => style.good(word)), ...rest, ...bullets(false)];
  }
  const lines: string[] = [];
  if (!summary.complete) {
    const why = summary.state === "recording" ? "the recording still goes on, or its recorder was killed. " : "";
    const lost = summary.lost > 0 ? `, ${formatCount(summary.lost)} known to be lost` : "";
    lines.push(style.bad("INCOMPLETE"));
    lines.push(
      ...wrapText(
        `  ${why}${plural(summary.events, "system call")} recorded${lost}. Do not draw conclusions from what is missing.`,
        width,
      ),
    );
  }
  if (empty) {
    const text = "EMPTY: no system call was recorded; that proves nothing.";
    lines.push(...wrapText(text, width).map((line) => style.bad(line)));
  }
  return [...lines, ...bullets(true), ...bullets(false)];
}

/** What the run cost. */
export function metrics(summary: RunSummary, options: SummaryTextOptions): string[] {
  const { cpuNs, wallNs, peakRssBytes, readBytes, writtenBytes } = summary;
  const inCalls = summary.syscalls.reduce((total, row) => total + row.totalNs, 0);
  const share = cpuNs !== null && wallNs ? ` (${Math.round((cpuNs / wallNs) * 100)} % of one CPU)` : "";
  const items: [string, string][] = [
    ["wall time", wallNs === null ? "not known" : formatNs(wallNs)],
    ["CPU time", cpuNs === null ? "" : formatNs(cpuNs) + share],
    ["in calls", summary.events === 0 ? "" : `${formatNs(inCalls)} over all threads, as the tracer saw it`],
    ["peak RSS", peakRssBytes === null ? "" : formatBytes(peakRssBytes)],
    [
      "I/O",
      readBytes === null && writtenBytes === null ? "" : `${size(readBytes)} read, ${size(writtenBytes)} written`,
    ],
    ...gpuItems(summary.gpus, options.all),
    ["signals", summary.signals.map(({ signal, count }) => `${shown(signal)} × ${formatCount(count)}`).join(", ")],
  ];
  if (cpuNs === null && peakRssBytes === null) items.push(["metrics", "none: no sample was taken"]);
  return items.filter(([, value]) => value !== "").flatMap(([name, value]) => labelled(name, value, options));
}

const TOP_GPUS = 4;

/** A line for each GPU; where there are many, for those that were used most. */
function gpuItems(gpus: readonly GpuSummary[], all: boolean): [string, string][] {
  const use = (gpu: GpuSummary): number => gpu.meanUtilizationPercent ?? 0;
  const most = all ? gpus : [...gpus].sort((a, b) => use(b) - use(a) || a.gpu - b.gpu).slice(0, TOP_GPUS);
  const items = most.map((gpu): [string, string] => [gpus.length === 1 ? "GPU" : `GPU ${gpu.gpu}`, gpuText(gpu)]);
  const left = gpus.length - most.length;
  return left === 0 ? items : [...items, ["", `… and ${plural(left, "GPU")} that were used less (--all shows them)`]];
}

function gpuText(gpu: GpuSummary): string {
  const { meanUtilizationPercent: mean, peakUtilizationPercent: peak, peakMemoryBytes, energyJoules } = gpu;
  const total = gpu.memoryTotalBytes === null ? "" : ` of ${formatBytes(gpu.memoryTotalBytes)}`;
  const own = gpu.peakProgramMemoryBytes;
  const whose = own === null ? " on the whole GPU" : ` (${formatBytes(own)} by the program)`;
  const parts = [
    mean === null || peak === null ? "" : `${mean.toFixed(0)} % busy, ${peak.toFixed(0)} % at most`,
    peakMemoryBytes === null ? "" : `${formatBytes(peakMemoryBytes)}${total} used${whose}`,
    energyJoules === null ? "" : formatJoules(energyJoules),
  ];
  return `${shown(gpu.name)}: ${parts.filter((part) => part !== "").join("; ")}`;
}

function size(bytes: number | null): string {
  return bytes === null ? "unknown" : formatBytes(bytes);
}
