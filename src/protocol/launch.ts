import * as z from "zod/mini";
import { goldenConfigSchema } from "./goldenConfig.ts";
import { CONSOLES, RECORDERS } from "./recordingDefaults.ts";

/** Recording options that launch configurations, `goldentrace.toml` targets and the command line share. */
export const recordingOptionsSchema = z.object({
  recorder: z.optional(z.enum(RECORDERS)),
  /** `-e trace=` language of strace and renacer: names, classes, `!name`, `/regex/`. */
  filter: z.optional(z.string()),
  /** Path of the strace program; empty to search PATH. */
  stracePath: z.optional(z.string()),
  /** Record a call stack with every system call, for source lines (about five times slower). */
  stacks: z.optional(z.boolean()),
  /** Run tracer and program on one CPU: cheaper stops, but the program cannot use a second CPU. */
  pin: z.optional(z.boolean()),
  /** Keep the contents of buffers passed to read, write and the like. */
  captureData: z.optional(z.boolean()),
  metricsIntervalMs: z.optional(z.number().check(z.minimum(10), z.maximum(60_000))),
  /** Set what makes programs talk at TRACE level (`LOG_LEVEL`, `RUST_LOG`, …). */
  traceLogs: z.optional(z.boolean()),
  /** Changes to that table: a string sets a variable, null leaves it alone. */
  traceEnv: z.optional(z.record(z.string(), z.nullable(z.string()))),
  /** Marks for the whole run, such as `{"stage":"training"}`. */
  meta: z.optional(z.record(z.string(), z.string())),
  /** Globs below the working directory; matching files are copied into the run folder with their SHA-256. */
  artifacts: z.optional(z.array(z.string())),
});
export type RecordingOptions = z.infer<typeof recordingOptionsSchema>;
/** Options with every default applied. */
export type CompleteOptions = { [K in keyof RecordingOptions]-?: NonNullable<RecordingOptions[K]> };

/** A named program with its recording options: an entry of `goldentrace.toml`. */
export const targetSchema = z.extend(recordingOptionsSchema, {
  program: z.string(),
  args: z.optional(z.array(z.string())),
  cwd: z.optional(z.string()),
  /** Added to the environment; null removes a variable. */
  env: z.optional(z.record(z.string(), z.nullable(z.string()))),
});
export type Target = z.infer<typeof targetSchema>;

/** What a `launch` request carries after defaults and variables were resolved. */
export const launchArgsSchema = z.extend(targetSchema, {
  name: z.optional(z.string()),
  console: z.optional(z.enum(CONSOLES)),
  /** Workspace folder: where runs are stored and whose files get sites. */
  workspace: z.optional(z.string()),
  /** Parent folder of run folders; default `<workspace>/.goldentrace/runs`. */
  outDir: z.optional(z.string()),
  noDebug: z.optional(z.boolean()),
});
export type LaunchArgs = z.infer<typeof launchArgsSchema>;

export const attachArgsSchema = z.extend(recordingOptionsSchema, {
  name: z.optional(z.string()),
  processId: z.union([z.number(), z.string()]),
  workspace: z.optional(z.string()),
  outDir: z.optional(z.string()),
});
export type AttachArgs = z.infer<typeof attachArgsSchema>;

/** A target as `goldentrace.toml` has it: with how it is compared. */
export const configTargetSchema = z.extend(targetSchema, { golden: z.optional(goldenConfigSchema) });
export type ConfigTarget = z.infer<typeof configTargetSchema>;

/** `goldentrace.toml`: targets by name, and defaults for all of them. */
export const configFileSchema = z.object({
  defaults: z.optional(recordingOptionsSchema),
  golden: z.optional(goldenConfigSchema),
  targets: z.optional(z.record(z.string(), configTargetSchema)),
});
export type ConfigFile = z.infer<typeof configFileSchema>;
