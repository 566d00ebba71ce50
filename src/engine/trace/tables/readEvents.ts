import { type ColumnsOf, MARK_KINDS, STREAM_NAMES } from "../arrowSchema.ts";
import type { ArrowTable } from "../arrowTable.ts";
import type { GpuColumns, LogColumns, Mark, MetricColumns, SignalEvent } from "../trace.ts";
import type { ThreadRows } from "./readThreads.ts";
import type { Repairs } from "./repairs.ts";
import type { SiteTable } from "./siteTable.ts";

export function readLogs(table: ArrowTable<"logs">, sites: SiteTable): LogColumns {
  const isStream = (text: string): number => STREAM_NAMES.indexOf(text as (typeof STREAM_NAMES)[number]);
  const file = table.texts("file");
  const line = table.int32("line");
  const plain = (column: ColumnsOf<"logs">): string[] => table.texts(column).map((text) => text ?? "");
  return {
    length: table.length,
    time: table.float64("time_ns"),
    stream: table.dictionary("stream", isStream, 0, new Uint8Array(table.length)),
    level: table.uint8("level_number"),
    offset: table.float64("byte_offset"),
    byteLength: table.float64("byte_length"),
    text: plain("text"),
    message: plain("message"),
    logger: plain("logger"),
    threadName: plain("thread"),
    site: Int32Array.from(file, (text, row) => sites.id(text, line[row] as number, 0, "")),
  };
}

export function readMetrics(table: ArrowTable<"metrics">): MetricColumns {
  return {
    length: table.length,
    time: table.float64("time_ns"),
    pid: table.int32("pid"),
    cpuPercent: table.float64("cpu_percent"),
    cpuNs: table.float64("cpu_ns"),
    rssBytes: table.float64("rss_bytes"),
    peakRssBytes: table.float64("peak_rss_bytes"),
    readBytes: table.float64("read_bytes"),
    writtenBytes: table.float64("written_bytes"),
    threads: table.int32("threads"),
    processes: table.int32("processes"),
    voluntarySwitches: table.float64("voluntary_switches"),
    involuntarySwitches: table.float64("involuntary_switches"),
    minorFaults: table.float64("minor_faults"),
    majorFaults: table.float64("major_faults"),
  };
}

export function readGpus(table: ArrowTable<"gpus">): GpuColumns {
  return {
    length: table.length,
    time: table.float64("time_ns"),
    gpu: table.int32("gpu"),
    name: table.texts("name").map((text) => text ?? ""),
    utilizationPercent: table.float64("utilization_percent"),
    memoryBytes: table.float64("memory_bytes"),
    memoryTotalBytes: table.float64("memory_total_bytes"),
    programMemoryBytes: table.float64("program_memory_bytes"),
    powerWatts: table.float64("power_watts"),
  };
}

export function readSignals(table: ArrowTable<"signals">, threads: ThreadRows, repairs: Repairs): SignalEvent[] {
  const time = table.float64("time_ns");
  const thread = table.int32("thread");
  const signal = table.texts("signal");
  const details = table.texts("details");
  return signal.map((text, row) => ({
    time: time[row] as number,
    thread: threads.index(thread[row] as number, 0, 0, repairs),
    signal: text ?? "",
    details: details[row] ?? "",
  }));
}

export function readMarks(table: ArrowTable<"marks">, threads: ThreadRows): Mark[] {
  const time = table.float64("time_ns");
  const thread = table.int32("thread");
  const kind = table.dictionary(
    "kind",
    (text) => MARK_KINDS.indexOf(text as Mark["kind"]),
    -1,
    new Int32Array(table.length),
  );
  const name = table.texts("name");
  const value = table.texts("value");
  return name.map((text, row) => ({
    time: time[row] as number,
    thread: (thread[row] as number) < threads.rows.length ? Math.max(-1, thread[row] as number) : -1,
    kind: MARK_KINDS[kind[row] as number] ?? "mark",
    name: text ?? "",
    value: value[row] ?? "",
  }));
}
