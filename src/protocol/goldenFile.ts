import * as z from "zod/mini";

/**
 * `golden_traces/<name>.json`: `renacer-json-v1` with more in it, one event a line. Equal behaviour gives equal bytes: it holds no time, pid,
 * address, host, user or version of ours. What varies from machine to machine is in `<name>_performance.json`.
 */

export const GOLDEN_SCHEMA_VERSION = 1;
/**
 * Raised whenever what counts as start-up, how threads are named or what rules do changes in a way that goldens on disk cannot follow: these are
 * accepted again then, rather than compared with something that they never were.
 */
export const NORMALISATION_VERSION = 1;
export const GOLDEN_FORMAT = "renacer-json-v1";
/** Folder of the goldens below the workspace, unless configured otherwise. */
export const GOLDEN_DIR = "golden_traces";
export const goldenFileName = (name: string): string => `${name}.json`;
export const goldenSummaryName = (name: string): string => `${name}_summary.txt`;
export const goldenPerformanceName = (name: string): string => `${name}_performance.json`;
export const GOLDEN_ANALYSIS = "ANALYSIS.md";

export const COMPARISON_MODES = ["observable", "strict", "counts"] as const;
export type ComparisonMode = (typeof COMPARISON_MODES)[number];

const sourceSchema = z.object({ file: z.string(), line: z.number(), function: z.optional(z.string()) });

/** One event. `name`, `args`, `result` and `source` are renacer's; the rest is ours. */
export const goldenEventSchema = z.object({
  name: z.string(),
  /** Normalised arguments as the tracer prints them. */
  args: z.array(z.string()),
  /** Number, or -errno; 0 where the real number (a descriptor, a pid, an address) means nothing. A string beyond 2^53, and `?` for none. */
  result: z.union([z.number(), z.string()]),
  /** Name of the error. */
  errno: z.optional(z.string()),
  /** What the result stands for after normalisation: the object of a new descriptor, the key of a new thread. */
  value: z.optional(z.string()),
  /** Index into `goldentrace.threads`. */
  thread: z.number(),
  /** Part of start-up (loader, interpreter): compared in strict mode only. */
  startup: z.optional(z.boolean()),
  source: z.optional(sourceSchema),
});

/** Something that differed between the samples, and is therefore not compared. */
export const variationSchema = z.object({
  thread: z.string(),
  name: z.string(),
  object: z.string(),
  /** Function of the site, or empty. */
  function: z.string(),
  /** `count`: how often; `presence`: whether at all; `arguments`: their values or results; `order`: when, relative to others. */
  varies: z.enum(["count", "presence", "arguments", "order"]),
  /** Least and most often seen in a sample. */
  min: z.number(),
  max: z.number(),
});

export const goldenThreadSchema = z.object({
  /** How it was made: `main`, `main>worker`, `main>gcc#2`. Unique. */
  key: z.string(),
  role: z.enum(["main", "process", "thread"]),
  /** Index in this list, -1 for none. */
  parent: z.number(),
  /** Normalised names of the programs it executed. */
  execs: z.array(z.string()),
  /** Exit code, a signal's name, or null where it was not seen. */
  exit: z.nullable(z.union([z.number(), z.string()])),
  /** Threads of one pool (same creator, same place, same kind) have the same text here. */
  pool: z.optional(z.string()),
});

export const goldenHeaderSchema = z.object({
  schemaVersion: z.number(),
  name: z.string(),
  /** Normalised program and arguments. */
  command: z.array(z.string()),
  os: z.string(),
  arch: z.string(),
  recorder: z.object({ filter: z.string(), stacks: z.boolean(), captureData: z.boolean() }),
  /** How many recordings it was learned from. */
  samples: z.number(),
  /** Ids of the normalisation rules that were on. */
  rules: z.array(z.string()),
  /** Which way of normalising made it (`NORMALISATION_VERSION`); missing in goldens that other tools or tests made. */
  normalisation: z.optional(z.number()),
  /** Source files of the sites, with the git blob id (SHA-1 of `blob LENGTH\0CONTENT`) they had. */
  sources: z.record(z.string(), z.string()),
  threads: z.array(goldenThreadSchema),
  varies: z.array(variationSchema),
});

export const goldenFileSchema = z.object({
  version: z.string(),
  format: z.literal(GOLDEN_FORMAT),
  goldentrace: goldenHeaderSchema,
  syscalls: z.array(goldenEventSchema),
  summary: z.object({ total_syscalls: z.number(), exit_code: z.nullable(z.number()), signal: z.optional(z.string()) }),
});

/** `<name>_performance.json`: one entry a sample, and the machine they come from. */
export const goldenPerformanceSchema = z.object({
  schemaVersion: z.number(),
  name: z.string(),
  /** Samples of different machines, kernels or recorders are not compared. */
  machine: z.object({
    arch: z.string(),
    cpus: z.number(),
    kernel: z.string(),
    hostname: z.string(),
    recorder: z.string(),
  }),
  samples: z.array(
    z.object({
      wallNs: z.nullable(z.number()),
      cpuNs: z.nullable(z.number()),
      peakRssBytes: z.nullable(z.number()),
      readBytes: z.nullable(z.number()),
      writtenBytes: z.nullable(z.number()),
      syscallNs: z.number(),
      /** See `processorWait` of a run; null where it was not measured, missing in files of earlier versions. */
      treeWaitNs: z.optional(z.nullable(z.number())),
      machineWaitNs: z.optional(z.nullable(z.number())),
      /** System calls that returned; missing in files of earlier versions. */
      calls: z.optional(z.number()),
      /** Bytes mapped or grown (mmap, brk, mremap) and not given back. */
      mappedBytes: z.number(),
      /** System call time by source line of the recorded sources. */
      sites: z.array(
        z.object({ file: z.string(), line: z.number(), function: z.string(), calls: z.number(), totalNs: z.number() }),
      ),
    }),
  ),
});

export type GoldenEvent = z.infer<typeof goldenEventSchema>;
export type GoldenThread = z.infer<typeof goldenThreadSchema>;
export type GoldenHeader = z.infer<typeof goldenHeaderSchema>;
export type GoldenFile = z.infer<typeof goldenFileSchema>;
export type GoldenPerformance = z.infer<typeof goldenPerformanceSchema>;
export type PerformanceSample = GoldenPerformance["samples"][number];
export type Variation = z.infer<typeof variationSchema>;
