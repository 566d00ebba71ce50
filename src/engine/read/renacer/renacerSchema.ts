import * as z from "zod/mini";

/** Integers beyond 2^53 come as strings of digits, see `FoundDocument.longIntegers`. */
const integer = z.union([z.number(), z.string().check(z.regex(/^-?\d{1,20}$/))]);

/**
 * One call as renacer writes it, and its successors, its documents and our own exports. `args` are texts, or pairs of a name and a value in
 * documents made with the library.
 */
const callSchema = z.object({
  name: z.string(),
  args: z.optional(
    z.array(z.union([z.string(), z.number(), z.tuple([z.string(), z.union([z.string(), z.number()])])])),
  ),
  /** Negative for errors. Exports of ours leave it away for calls that did not return; our goldens say `?`. */
  result: z.optional(z.union([integer, z.string()])),
  errno: z.optional(z.string()),
  duration_us: z.optional(z.number()),
  duration_ns: z.optional(z.number()),
  ts_us: z.optional(z.number()),
  start_ns: z.optional(z.number()),
  tid: z.optional(z.number()),
  pid: z.optional(z.number()),
  /** Index of a thread in a golden of ours. */
  thread: z.optional(z.number()),
  source: z.optional(
    z.nullable(z.object({ file: z.string(), line: z.number(), function: z.optional(z.nullable(z.string())) })),
  ),
});

/** `renacer-json-v1` of any version. */
export const renacerSchema = z.object({
  version: z.optional(z.string()),
  format: z.literal("renacer-json-v1"),
  /** Of our own exports. */
  generator: z.optional(z.string()),
  command: z.optional(z.array(z.string())),
  syscalls: z.array(callSchema),
  unreturned: z.optional(z.array(callSchema)),
  summary: z.optional(
    z.nullable(
      z.object({
        total_syscalls: z.optional(z.number()),
        exit_code: z.optional(z.nullable(z.number())),
        signal: z.optional(z.string()),
      }),
    ),
  ),
});

export type RenacerCall = z.infer<typeof callSchema>;
export type RenacerFile = z.infer<typeof renacerSchema>;
