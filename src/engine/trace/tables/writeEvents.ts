import type { Data } from "apache-arrow";
import { float64Data, int32Data, utf8Data } from "../arrowColumns.ts";
import type { GpuColumns, Mark, MetricColumns, SignalEvent } from "../trace.ts";
import type { TableStream } from "./tableStream.ts";

export function writeMetrics(table: TableStream<"metrics">, metrics: MetricColumns, from: number, to: number): void {
  const amount = (values: Float64Array): Data => float64Data(values, from, to, true);
  table.write(
    {
      time_ns: float64Data(metrics.time, from, to, false),
      pid: int32Data(metrics.pid, from, to, false),
      cpu_percent: amount(metrics.cpuPercent),
      cpu_ns: amount(metrics.cpuNs),
      rss_bytes: amount(metrics.rssBytes),
      peak_rss_bytes: amount(metrics.peakRssBytes),
      read_bytes: amount(metrics.readBytes),
      written_bytes: amount(metrics.writtenBytes),
      threads: int32Data(metrics.threads, from, to, false),
      processes: int32Data(metrics.processes, from, to, false),
      voluntary_switches: amount(metrics.voluntarySwitches),
      involuntary_switches: amount(metrics.involuntarySwitches),
      minor_faults: amount(metrics.minorFaults),
      major_faults: amount(metrics.majorFaults),
    },
    to - from,
  );
}

export function writeGpus(table: TableStream<"gpus">, gpus: GpuColumns, from: number, to: number): void {
  const amount = (values: Float64Array): Data => float64Data(values, from, to, true);
  table.write(
    {
      time_ns: float64Data(gpus.time, from, to, false),
      gpu: int32Data(gpus.gpu, from, to, false),
      name: utf8Data((row) => gpus.name[row] ?? "", from, to),
      utilization_percent: amount(gpus.utilizationPercent),
      memory_bytes: amount(gpus.memoryBytes),
      memory_total_bytes: amount(gpus.memoryTotalBytes),
      program_memory_bytes: amount(gpus.programMemoryBytes),
      power_watts: amount(gpus.powerWatts),
    },
    to - from,
  );
}

export function writeSignals(table: TableStream<"signals">, signals: readonly SignalEvent[], always = false): void {
  const length = signals.length;
  if (length === 0 && !always) return;
  table.write(
    {
      time_ns: float64Data(
        Float64Array.from(signals, (signal) => signal.time),
        0,
        length,
        false,
      ),
      thread: int32Data(
        Int32Array.from(signals, (signal) => signal.thread),
        0,
        length,
        false,
      ),
      signal: utf8Data((i) => signals[i]?.signal ?? "", 0, length),
      details: utf8Data((i) => signals[i]?.details ?? "", 0, length),
    },
    length,
  );
}

export function writeMarks(table: TableStream<"marks">, marks: readonly Mark[], always = false): void {
  const length = marks.length;
  if (length === 0 && !always) return;
  table.write(
    {
      time_ns: float64Data(
        Float64Array.from(marks, (mark) => mark.time),
        0,
        length,
        false,
      ),
      thread: int32Data(
        Int32Array.from(marks, (mark) => mark.thread),
        0,
        length,
        true,
      ),
      kind: table.indexed(
        "kind",
        Int32Array.from(marks, (mark) => table.id("kind", mark.kind)),
      ),
      name: utf8Data((i) => marks[i]?.name ?? "", 0, length),
      value: utf8Data((i) => marks[i]?.value ?? "", 0, length),
    },
    length,
  );
}
