import { ANTI_PATTERNS } from "./budget.ts";
import type { KeySpec, TableSpec } from "./tableReader.ts";

/*
 * Every table and key that may hold budgets: renacer's two dialects, and the keys that we add (`clock`, `applies_to` and `description`
 * everywhere). docs/budgets.md tells what each means; a test compares the two.
 */

const clock: KeySpec = { kind: "choice", values: ["wall", "syscall"] };

const COMMON: TableSpec = {
  name: { kind: "text", required: true },
  description: { kind: "text" },
  enabled: { kind: "flag" },
  applies_to: { kind: "texts" },
};

const SYSCALL_COUNT: TableSpec = { syscall: { kind: "text" }, max_count: { kind: "count", required: true } };

const ANTI_PATTERN: TableSpec = {
  pattern: { kind: "choice", values: ANTI_PATTERNS, required: true },
  threshold: { kind: "share", required: true },
  process_name_pattern: { kind: "pattern" },
};

/** A list of tables whose other keys depend on one of them. */
export interface VariantSpec {
  readonly common: TableSpec;
  /** The key that decides. */
  readonly tag: string;
  readonly variants: Readonly<Record<string, TableSpec>>;
}

/** `[[assertion]]`, dialect A. */
export const ASSERTION: VariantSpec = {
  common: { ...COMMON, fail_on_violation: { kind: "flag" } },
  tag: "type",
  variants: {
    critical_path: {
      max_duration_ms: { kind: "number", required: true },
      trace_name_pattern: { kind: "pattern" },
      clock,
    },
    span_count: { max_spans: { kind: "count", required: true }, span_name_pattern: { kind: "pattern" } },
    memory_usage: {
      max_bytes: { kind: "count", required: true },
      tracking_mode: { kind: "choice", values: ["allocations", "rss"] },
    },
    anti_pattern: ANTI_PATTERN,
    custom: { expression: { kind: "text", required: true } },
  },
};

/** `[[assertions]]`, dialect B. */
export const ASSERTIONS: VariantSpec = {
  common: { ...COMMON, fail_on_violation: { kind: "flag" } },
  tag: "check",
  variants: {
    syscall_percentage: {
      syscall: { kind: "text", required: true },
      max_percentage: { kind: "percent", required: true },
    },
    syscall_count: SYSCALL_COUNT,
    total_time: { max_time_ms: { kind: "number", required: true }, syscall: { kind: "text" }, clock },
    min_time: { min_time_ms: { kind: "number", required: true }, syscall: { kind: "text" }, clock },
  },
};

/** `[[anti_patterns.rules]]`, dialect B. */
export const ANTI_PATTERN_RULES: VariantSpec = {
  common: { ...COMMON, severity: { kind: "choice", values: ["error", "warning", "info"] } },
  tag: "check",
  variants: {
    ratio: { syscalls: { kind: "texts", required: true }, min_ratio: { kind: "share", required: true } },
    syscall_count: SYSCALL_COUNT,
    anti_pattern: ANTI_PATTERN,
  },
};

/** One entry of `[performance.budgets]`. */
export const PERFORMANCE_BUDGET: TableSpec = {
  max_time_ms: { kind: "number" },
  max_syscalls: { kind: "count" },
  clock,
};

export const REGRESSION: TableSpec = {
  time_threshold_percent: { kind: "number" },
  syscall_threshold_percent: { kind: "number" },
  clock,
};

export const GOLDEN_TRACES: TableSpec = {
  directory: { kind: "text" },
  format: { kind: "choice", values: ["renacer-json-v1"] },
  baselines: { kind: "any" },
};

/** `[[golden_traces.baselines]]` */
export const BASELINE: TableSpec = {
  name: { kind: "text", required: true },
  file: { kind: "text" },
  max_deviation_percent: { kind: "number", required: true },
};

export const CI: TableSpec = {
  fail_on_budget_exceeded: { kind: "flag" },
  fail_on_regression: { kind: "flag" },
  fail_on_anti_patterns: { kind: "choices", values: ["error", "warning", "info"] },
  fail_fast: { kind: "flag" },
  export_format: { kind: "text" },
  export_path: { kind: "text" },
  compare_with_baseline: { kind: "flag" },
};

export const SEMANTIC_EQUIVALENCE: TableSpec = {
  enabled: { kind: "flag" },
  min_confidence: { kind: "share" },
  baseline_dir: { kind: "text" },
  python_trace_dir: { kind: "text" },
  rust_trace_dir: { kind: "text" },
  check_write_patterns: { kind: "flag" },
  check_file_operations: { kind: "flag" },
  check_output_correctness: { kind: "flag" },
  check_memory_allocations: { kind: "flag" },
  expected_speedup_min: { kind: "number" },
  expected_speedup_max: { kind: "number" },
  expected_memory_reduction_min: { kind: "number" },
};

/** Sections that are understood and change nothing here, with the reason. `enabled = false` in one asks for nothing. */
export const WITHOUT_EFFECT: Readonly<Record<string, { readonly keys: TableSpec | "any"; readonly because: string }>> =
  {
    project: {
      keys: { name: { kind: "text" }, version: { kind: "text" } },
      because: "programs are named by the targets of goldentrace.toml",
    },
    lamport_clock: {
      keys: {
        enabled: { kind: "flag" },
        propagate_across_fork: { kind: "flag" },
        propagate_across_exec: { kind: "flag" },
        env_var: { kind: "text" },
      },
      because:
        "the order of events across processes is observed (fork, exit, wait, pipes, signals), not counted in a variable",
    },
    compression: {
      keys: { enabled: { kind: "flag" }, algorithm: { kind: "text" }, min_file_size_kb: { kind: "number" } },
      because: "runs and goldens are stored in formats of their own",
    },
    otlp: {
      keys: { enabled: { kind: "flag" }, endpoint: { kind: "text" }, service_name: { kind: "text" } },
      because: "checking sends nothing over the network",
    },
    reporting: {
      keys: {
        formats: { kind: "choices", values: ["json", "markdown", "junit", "html", "text", "sarif", "github"] },
        output_dir: { kind: "text" },
      },
      because: "reports are chosen with `goldentrace check --reporter`",
    },
    profiling: {
      keys: {
        enable_flamegraphs: { kind: "flag" },
        flamegraph_dir: { kind: "text" },
        compare_with_baseline: { kind: "flag" },
        baseline_branch: { kind: "text" },
      },
      because: "checking draws no flame graphs",
    },
    quality_gates: {
      keys: "any",
      because: "renacer documents it and gives it no meaning; write its limits as [[assertion]]",
    },
    cluster: { keys: "any", because: "clusters of system calls are renacer's way to sort calls for its own reports" },
  };

/** Top-level tables that hold budgets. */
export const BUDGET_SECTIONS: readonly string[] = [
  "assertion",
  "assertions",
  "performance",
  "regression",
  "golden_traces",
  "anti_patterns",
  "ci",
  "semantic_equivalence",
  ...Object.keys(WITHOUT_EFFECT),
];
