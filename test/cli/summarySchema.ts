import * as z from "zod/mini";

/** What `show --json` prints, field by field: scripts rely on it, so nothing may be missing, extra, or of another kind. */

const count = z.number().check(z.int(), z.minimum(0));
const nanoseconds = z.number().check(z.minimum(0));
const text = z.string().check(z.minLength(1));
const exit = z.nullable(z.strictObject({ code: z.nullable(count), signal: z.nullable(text) }));
const site = { file: text, line: count, function: z.string() };

/** The fields that the design of the command line promises. */
const promised = {
  run: text,
  command: z.array(z.string()),
  recorder: z.strictObject({ id: text, version: z.string(), reason: text, filter: z.string() }),
  complete: z.boolean(),
  events: count,
  lost: count,
  exit,
  wallNs: z.nullable(nanoseconds),
  cpuNs: z.nullable(nanoseconds),
  peakRssBytes: z.nullable(count),
  threads: z.array(
    z.strictObject({
      pid: count,
      tid: count,
      parent: z.number().check(z.int(), z.minimum(-1)),
      parentTid: z.nullable(count),
      role: z.enum(["main", "process", "thread"]),
      name: z.string(),
      startNs: z.number(),
      endNs: z.nullable(z.number()),
      exit,
      syscalls: count,
      syscallNs: nanoseconds,
    }),
  ),
  syscalls: z.array(
    z.strictObject({
      name: text,
      calls: count,
      errors: count,
      totalNs: nanoseconds,
      p50Ns: nanoseconds,
      p99Ns: nanoseconds,
      maxNs: nanoseconds,
    }),
  ),
  logs: z.partialRecord(z.enum(["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "none"]), count),
  sites: z.array(z.strictObject({ ...site, calls: count, totalNs: nanoseconds })),
} as const;

/** What the document tells besides. */
const further = {
  path: text,
  name: text,
  cwd: z.string(),
  startedAt: z.nullable(z.iso.datetime()),
  state: z.enum(["recording", "finished", "failed"]),
  stopped: z.nullable(z.unknown()),
  problems: z.array(z.strictObject({ kind: text, message: text, losesData: z.boolean() })),
  readBytes: z.nullable(count),
  writtenBytes: z.nullable(count),
  gpus: z.array(
    z.strictObject({
      gpu: count,
      name: z.string(),
      samples: count,
      meanUtilizationPercent: z.nullable(z.number()),
      peakUtilizationPercent: z.nullable(z.number()),
      peakMemoryBytes: z.nullable(count),
      memoryTotalBytes: z.nullable(count),
      peakProgramMemoryBytes: z.nullable(count),
      meanPowerWatts: z.nullable(z.number()),
      energyJoules: z.nullable(z.number()),
    }),
  ),
  unreturned: z.array(z.strictObject({ name: text, calls: count })),
  slowest: z.array(
    z.strictObject({
      name: text,
      args: z.string(),
      result: z.string(),
      startNs: z.number(),
      durationNs: nanoseconds,
      tid: count,
      site: z.nullable(z.strictObject(site)),
    }),
  ),
  errors: z.array(z.strictObject({ errno: text, syscall: text, path: z.string(), count })),
  signals: z.array(z.strictObject({ signal: text, count })),
  sitesMissing: z.nullable(text),
  envSet: z.record(text, z.string()),
  meta: z.record(z.string(), z.string()),
  artifacts: z.array(
    z.strictObject({
      path: text,
      bytes: count,
      sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      state: z.enum(["verified", "changed", "missing"]),
    }),
  ),
} as const;

export const summarySchema = z.strictObject({ ...promised, ...further });
