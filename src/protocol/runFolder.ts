import * as z from "zod/mini";

const exitSchema = z.object({
  /** Exit code, null when killed by a signal. */
  code: z.nullable(z.number()),
  /** `SIGSEGV`, …; null when it exited. */
  signal: z.nullable(z.string()),
  coreDumped: z.optional(z.boolean()),
});

const stopSchema = z.object({
  /** The user, a time limit, or the end of the client that the program was run for. */
  by: z.enum(["user", "duration", "client-gone"]),
  /** What was done to the program: asked to end, made to end, or let go. */
  how: z.enum(["terminate", "kill", "detach"]),
  /** Nanoseconds from the program's start (or the attaching) to that. */
  afterNs: z.number(),
});

const problemSchema = z.object({
  kind: z.string(),
  message: z.string(),
  count: z.optional(z.number()),
  losesData: z.boolean(),
});

/** Decimal nanoseconds; more than 20 digits are beyond every calendar. */
const clockText = z.string().check(z.regex(/^-?\d{1,20}$/));
const clockSchema = z.object({ realtimeNs: clockText, monotonicNs: clockText });

const artifactSchema = z.object({
  /** Path relative to the target's working directory; the copy lies at the same path below `artifacts/`. */
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});

/** `run.json`. Written at start, rewritten (atomically) as the run goes on and once more at its end. */
export const runManifestSchema = z.object({
  schemaVersion: z.number(),
  /** The folder's name. */
  id: z.string(),
  /** The target's or program's name. */
  name: z.string(),
  /** Goldentrace's version. */
  tool: z.string(),
  state: z.enum(["recording", "finished", "failed"]),
  /** The process that writes the folder: a run in state `recording` whose writer is gone was cut off. */
  writer: z.optional(
    z.object({
      pid: z.number(),
      /** Clock ticks since boot at which it started; 0 where the system does not tell. */
      start: z.number(),
      hostname: z.string(),
      /** Identifies the boot that `pid` and `start` belong to; empty where the system does not tell. */
      bootId: z.string(),
    }),
  ),
  /** Everything that happened is in the trace. False while recording, after a crash of the recorder, and after any loss. */
  complete: z.boolean(),
  problems: z.array(problemSchema),
  command: z.object({
    program: z.string(),
    args: z.array(z.string()),
    cwd: z.string(),
    /** Names, never values. */
    envNames: z.array(z.string()),
    /** What Goldentrace itself set or changed to make the program talk: values included, for they are ours. */
    envSet: z.record(z.string(), z.string()),
  }),
  /** Absolute path of the workspace the run belongs to; sites outside of it are not shown on lines. */
  workspace: z.string(),
  meta: z.record(z.string(), z.string()),
  recorder: z.object({
    id: z.enum(["strace", "native", "renacer", "none"]),
    version: z.string(),
    /** Why this one: "asked for", or what `auto` found. */
    reason: z.string(),
    /** Recorders that `auto` could not use, each with the reason. */
    rejected: z.array(z.object({ id: z.string(), reason: z.string() })),
    /** The `-e trace=` expression, or empty for everything. */
    filter: z.string(),
    seccomp: z.boolean(),
    stacks: z.boolean(),
    pinned: z.boolean(),
    captureData: z.boolean(),
    attachedPid: z.nullable(z.number()),
  }),
  /** How output lines were captured: through pipes, from the tracer's view of writes to the terminal, or not at all. */
  capture: z.enum(["pipe", "tracer", "off"]),
  metricsIntervalMs: z.number(),
  host: z.object({
    hostname: z.string(),
    os: z.string(),
    kernel: z.string(),
    arch: z.string(),
    cpus: z.number(),
    memoryBytes: z.number(),
    /** Names of the GPUs that were seen while recording, in the driver's order; absent where none was. */
    gpus: z.optional(z.array(z.string())),
  }),
  git: z.nullable(z.object({ commit: z.string(), branch: z.string(), dirty: z.boolean() })),
  /** Both clocks, read together. `end` is null until the run ends. */
  clocks: z.object({ start: clockSchema, end: z.nullable(clockSchema) }),
  exit: z.nullable(exitSchema),
  /** Set when somebody ended the recording before the program ended by itself. */
  stopped: z.optional(stopSchema),
  /**
   * Nanoseconds from `clocks.start`, which all times in the tables count from, to the program's start (or the attaching), which
   * people count from. Absent until the run has ended.
   */
  startedNs: z.optional(z.number()),
  /** Nanoseconds from the first process' start (or the attaching) to its end; null until then. */
  wallNs: z.nullable(z.number()),
  /**
   * How long was waited for a processor, nanoseconds of `wallNs`: by threads of the program and its tracer, added up, and by anything on
   * the machine, what its host took from a virtual one included. What was not measured is null; absent where nothing was.
   */
  processorWait: z.optional(z.object({ treeNs: z.nullable(z.number()), machineNs: z.nullable(z.number()) })),
  /** What is in the folder; `lost` tells what was seen and is not. */
  counts: z.object({
    syscalls: z.number(),
    logLines: z.number(),
    metricSamples: z.number(),
    threads: z.number(),
    signals: z.number(),
    stdoutBytes: z.number(),
    stderrBytes: z.number(),
  }),
  /** System calls known to be lost: not seen by the recorder, or seen and not stored. */
  lost: z.number(),
  artifacts: z.array(artifactSchema),
});

export type RunManifest = z.infer<typeof runManifestSchema>;
export type ProcessorWait = NonNullable<RunManifest["processorWait"]>;
export type RunExit = z.infer<typeof exitSchema>;
export type RunStop = z.infer<typeof stopSchema>;
export type RunArtifact = z.infer<typeof artifactSchema>;
