import type { RunManifest } from "../../protocol/runFolder.ts";
import type { RunSummary } from "../query/summary.ts";
import type { Trace } from "../trace/trace.ts";

/** A run as writers see it. */
export interface ExportInput {
  readonly trace: Trace;
  /** Undefined for a trace that another tool wrote. */
  readonly manifest: RunManifest | undefined;
  readonly summary: RunSummary;
  /** Goldentrace's version, for formats that name their writer. */
  readonly toolVersion: string;
}

/** An export format. Writers hand out text piece by piece: memory does not grow with the trace. */
export interface TraceWriter {
  /** What `export --format` takes. */
  readonly id: string;
  /** One line for help and pickers. */
  readonly description: string;
  /** Usual file name ending, with the dot. */
  readonly extension: string;
  write(input: ExportInput): Iterable<string>;
}
