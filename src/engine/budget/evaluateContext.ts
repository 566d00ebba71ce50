import type { GoldenPerformance } from "../../protocol/goldenFile.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import type { Machine } from "../golden/performance/comparePerformance.ts";
import type { Trace } from "../trace/trace.ts";

/** A span on a GPU, as profilers export them. */
export interface GpuSpan {
  /** `kernel`, `gpu_memcpy`, …; letter case does not matter. */
  readonly category: string;
  readonly name: string;
  readonly durationNs: number;
}

/** The run that budgets are judged on, and what it is compared with. */
export interface BudgetContext {
  readonly trace: Trace;
  /** Of the run folder; undefined for a trace that another tool wrote. */
  readonly manifest?: RunManifest | undefined;
  /** Wall time where there is no manifest, nanoseconds; null when not known. */
  readonly summary?: { readonly wallNs: number | null } | undefined;
  /** Name of the target or of the golden. */
  readonly target: string;
  /** What the golden's samples cost; undefined when there is no golden, or it has no samples. */
  readonly baseline?: GoldenPerformance | undefined;
  /** The machine of this run, as it would stand in a golden: times are compared on one machine only. */
  readonly machine?: Machine | undefined;
  /** System calls of the golden that returned; undefined when there is no golden. */
  readonly goldenSummary?: { readonly calls: number } | undefined;
  /** Confidence of the comparison with the golden; null when it was incomparable, undefined when nothing was compared. */
  readonly confidence?: number | null | undefined;
  readonly gpuSpans?: readonly GpuSpan[] | undefined;
}
