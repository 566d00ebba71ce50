import type { MetricColumns } from "../trace/trace.ts";

/** What the samples of a run amount to; null where no process was sampled. */
export interface MetricTotals {
  readonly cpuNs: number | null;
  readonly peakRssBytes: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
}

/** Totals over the tree rows (`pid` 0); the peak also counts VmHWM of single processes, which sees peaks between samples. */
export function metricTotals(metrics: MetricColumns): MetricTotals {
  let cpu = Number.NaN;
  let peak = Number.NaN;
  let read = Number.NaN;
  let written = Number.NaN;
  for (let row = 0; row < metrics.length; row++) {
    peak = larger(peak, metrics.peakRssBytes[row] as number);
    if (metrics.pid[row] !== 0) continue;
    peak = larger(peak, metrics.rssBytes[row] as number);
    cpu = larger(cpu, metrics.cpuNs[row] as number);
    read = larger(read, metrics.readBytes[row] as number);
    written = larger(written, metrics.writtenBytes[row] as number);
  }
  // Every process has memory: without any, none was seen, and its zeros say nothing.
  const known = (value: number): number | null => (Number.isNaN(value) || (value === 0 && peak === 0) ? null : value);
  return { cpuNs: known(cpu), peakRssBytes: known(peak), readBytes: known(read), writtenBytes: known(written) };
}

/** The larger one, where `NaN` is "not known". */
function larger(a: number, b: number): number {
  return b > a || Number.isNaN(a) ? b : a;
}
