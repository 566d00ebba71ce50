import { OPTIONAL_TABLES, TABLE_NAMES, type TableName } from "./arrowSchema.ts";
import { ArrowTable } from "./arrowTable.ts";
import { readGpus, readLogs, readMarks, readMetrics, readSignals } from "./tables/readEvents.ts";
import { readFrames, readStacks } from "./tables/readStacks.ts";
import { readSyscalls } from "./tables/readSyscalls.ts";
import { readThreads, ThreadRows } from "./tables/readThreads.ts";
import { Repairs } from "./tables/repairs.ts";
import { SiteTable } from "./tables/siteTable.ts";
import type { Trace, TraceProblem } from "./trace.ts";

/** Everything of a trace that its tables hold; the clock and what was lost while recording are in the manifest. */
export type TraceTables = Omit<Trace, "clock" | "problems">;

/** The bytes of the `.arrow` files by table; undefined for files that do not exist. */
export type TableFiles = { readonly [T in TableName]?: Uint8Array | undefined };

/**
 * Reads the tables of a run folder. Files may be cut at any byte, missing, or not ours at all: what is whole is kept, what
 * is not becomes a problem, and every index in the result is valid.
 */
export function readTables(files: TableFiles): { tables: TraceTables; problems: TraceProblem[] } {
  const problems: TraceProblem[] = [];
  const read = <T extends TableName>(table: T): ArrowTable<T> => ArrowTable.read(table, files[table]);
  const found = {
    syscalls: read("syscalls"),
    logs: read("logs"),
    metrics: read("metrics"),
    threads: read("threads"),
    signals: read("signals"),
    marks: read("marks"),
    stacks: read("stacks"),
    frames: read("frames"),
    gpus: read("gpus"),
  };
  reportEnds(
    TABLE_NAMES.map((table) => found[table]),
    problems,
  );

  const sites = new SiteTable();
  const repairs = new Repairs();
  const threads = new ThreadRows(readThreads(found.threads, repairs));
  const frames = readFrames(found.frames, sites, repairs);
  const stacks = readStacks(found.stacks, frames, sites, repairs);
  const syscalls = readSyscalls(found.syscalls, threads, stacks.length, repairs);
  const signals = readSignals(found.signals, threads, repairs);
  const marks = readMarks(found.marks, threads);
  const logs = readLogs(found.logs, sites);
  const metrics = readMetrics(found.metrics);
  const gpus = readGpus(found.gpus);
  repairs.report(problems);
  return {
    tables: { threads: threads.rows, syscalls, logs, metrics, gpus, signals, marks, stacks, sites: sites.all },
    problems,
  };
}

function reportEnds(tables: readonly ArrowTable<TableName>[], problems: TraceProblem[]): void {
  const named = (end: string): string[] =>
    tables.filter((table) => table.end === end).map((table) => `${table.table}.arrow`);
  const missing = tables
    .filter((table) => table.end === "missing" && !OPTIONAL_TABLES.has(table.table))
    .map((table) => `${table.table}.arrow`);
  const damaged = named("damaged");
  const cut = named("cut");
  if (missing.length > 0) {
    problems.push({ kind: "cut-off", message: `Missing in the run folder: ${missing.join(", ")}.`, losesData: true });
  }
  if (damaged.length > 0) {
    problems.push({
      kind: "cut-off",
      message: `Damaged: ${damaged.join(", ")}; rows before the damage are shown.`,
      losesData: true,
    });
  }
  if (cut.length > 0) {
    problems.push({
      kind: "cut-off",
      message: `Cut off: ${cut.join(", ")} without an end mark; everything up to the last whole batch is shown.`,
      losesData: true,
    });
  }
}
