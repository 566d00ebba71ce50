import type { TraceBatch } from "../session/recording.ts";
import { OPTIONAL_TABLES, TABLE_NAMES, type TableName } from "./arrowSchema.ts";
import { batchRanges } from "./tables/batchRanges.ts";
import { openTables, type Tables } from "./tables/openTables.ts";
import { writeGpus, writeMarks, writeMetrics, writeSignals } from "./tables/writeEvents.ts";
import { writeLogs } from "./tables/writeLogs.ts";
import { writeFrames, writeStacks } from "./tables/writeStacks.ts";
import { NO_SITES, type SiteIndexes, siteDictionaries, ThreadIds, writeSyscalls } from "./tables/writeSyscalls.ts";
import { writeThreads } from "./tables/writeThreads.ts";
import type { SyscallColumns, ThreadInfo, Trace } from "./trace.ts";

/** Bytes to append to a table's file; `file` is a key of `RUN_FILES`. */
export interface TableChunk {
  readonly file: TableName;
  readonly bytes: Uint8Array;
}

/**
 * The tables of a recording that goes on, batch by batch. Every file is a readable Arrow stream after each append, except
 * for its end-of-stream mark; all dictionaries are complete in the first bytes.
 *
 * Threads and stacks change or grow: changed thread rows are written again (the last row of a thread counts), new stacks
 * and frames are appended.
 */
export class ArrowTables {
  private readonly tables = openTables([]);
  private threads: readonly ThreadInfo[] = [];
  private stacks = 0;
  private frames = 0;
  private readonly pids = new ThreadIds();
  private readonly opened = new Set<TableName>();

  /** The beginning of every file that is there in any case: schema, dictionaries and an empty batch. */
  begin(): TableChunk[] {
    for (const table of TABLE_NAMES) if (!OPTIONAL_TABLES.has(table)) this.open(table);
    return this.collect();
  }

  /** What a batch adds; tables without new rows have no chunk. */
  append(batch: TraceBatch): TableChunk[] {
    const changed: number[] = [];
    for (const [index, row] of batch.threads.entries()) if (row !== this.threads[index]) changed.push(index);
    this.threads = batch.threads;
    this.pids.update(batch.threads);

    const { tables } = this;
    writeThreads(tables.threads, batch.threads, changed);
    writeFrames(tables.frames, batch.stacks, batch.sites, this.frames);
    writeStacks(tables.stacks, batch.stacks, batch.sites, this.stacks);
    this.frames = batch.stacks.frames.length;
    this.stacks = batch.stacks.length;
    for (const [from, to] of batchRanges(batch.syscalls.length, batch.syscalls)) {
      writeSyscalls(tables.syscalls, batch.syscalls, this.pids, NO_SITES, from, to);
    }
    for (const [from, to] of batchRanges(batch.logs.length)) writeLogs(tables.logs, batch.logs, batch.sites, from, to);
    for (const [from, to] of batchRanges(batch.metrics.length)) writeMetrics(tables.metrics, batch.metrics, from, to);
    if (batch.gpus.length > 0) this.open("gpus");
    for (const [from, to] of batchRanges(batch.gpus.length)) writeGpus(tables.gpus, batch.gpus, from, to);
    writeSignals(tables.signals, batch.signals);
    writeMarks(tables.marks, batch.marks);
    return this.collect();
  }

  /** The end-of-stream marks: they tell a reader that nothing is missing. */
  end(): TableChunk[] {
    for (const table of this.opened) this.tables[table].end();
    return this.collect();
  }

  private open(table: TableName): void {
    if (this.opened.has(table)) return;
    this.opened.add(table);
    this.tables[table].empty();
  }

  private collect(): TableChunk[] {
    const chunks: TableChunk[] = [];
    for (const file of TABLE_NAMES) {
      const bytes = this.tables[file].take();
      if (bytes.length > 0) chunks.push({ file, bytes });
    }
    return chunks;
  }
}

/** The whole tables of a finished trace in large batches, sites included; to be written to each file in order. */
export function* writeTables(trace: Trace): Generator<TableChunk> {
  const tables = new FinishedTables(trace);
  yield* tables.calls(trace.syscalls);
  yield* tables.end();
}

/** Like `writeTables`, for calls that come in pieces. */
export class FinishedTables {
  private readonly tables: Tables;
  private readonly sites: SiteIndexes;
  private readonly pids = new ThreadIds();
  private readonly written: readonly TableName[];

  constructor(private readonly trace: Omit<Trace, "syscalls">) {
    this.tables = openTables(trace.sites);
    this.sites = siteDictionaries(trace);
    this.pids.update(trace.threads);
    this.written = TABLE_NAMES.filter((table) => table !== "gpus" || trace.gpus.length > 0);
    for (const table of this.written) this.tables[table].empty();
  }

  /** The next calls, in order of start. */
  *calls(calls: SyscallColumns): Generator<TableChunk> {
    for (const [from, to] of batchRanges(calls.length, calls)) {
      writeSyscalls(this.tables.syscalls, calls, this.pids, this.sites, from, to);
      yield* this.flush("syscalls");
    }
  }

  /** Everything else, and the end-of-stream marks. */
  *end(): Generator<TableChunk> {
    const { tables, trace } = this;
    for (const [from, to] of batchRanges(trace.logs.length)) {
      writeLogs(tables.logs, trace.logs, trace.sites, from, to);
      yield* this.flush("logs");
    }
    for (const [from, to] of batchRanges(trace.metrics.length)) writeMetrics(tables.metrics, trace.metrics, from, to);
    for (const [from, to] of batchRanges(trace.gpus.length)) writeGpus(tables.gpus, trace.gpus, from, to);
    writeThreads(tables.threads, trace.threads, [...trace.threads.keys()]);
    writeSignals(tables.signals, trace.signals);
    writeMarks(tables.marks, trace.marks);
    writeStacks(tables.stacks, trace.stacks, trace.sites, 0);
    writeFrames(tables.frames, trace.stacks, trace.sites, 0);
    for (const table of this.written) {
      tables[table].end();
      yield* this.flush(table);
    }
  }

  private *flush(file: TableName): Generator<TableChunk> {
    const bytes = this.tables[file].take();
    if (bytes.length > 0) yield { file, bytes };
  }
}
