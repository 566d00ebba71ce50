import * as z from "zod/mini";
import { COMPARISON_MODES } from "./goldenFile.ts";

export const PERFORMANCE_POLICIES = ["report", "fail", "off"] as const;

/** `[golden]` of goldentrace.toml, and `[targets.NAME.golden]` for one target; the target's values win, lists are joined. */
export const goldenConfigSchema = z.object({
  /** Folder of the goldens, relative to the workspace. Only at the top. */
  dir: z.optional(z.string().check(z.minLength(1))),
  mode: z.optional(z.enum(COMPARISON_MODES)),
  /** Recordings that `accept` makes. */
  samples: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
  /** Smallest relative change of a performance figure that counts, such as 0.1. */
  minEffect: z.optional(z.number().check(z.minimum(0), z.maximum(10))),
  /** What becomes of a slower or larger run: told only (`report`, the default), a failed check, or not looked at. */
  performance: z.optional(z.enum(PERFORMANCE_POLICIES)),
  /** Seconds after which a target that `accept` or `check` records is stopped and counted as not comparable. */
  timeout: z.optional(z.number().check(z.minimum(0.1), z.maximum(86_400))),
  /** Ids of normalisation rules to switch off; see `goldentrace diff --explain`. */
  rulesOff: z.optional(z.array(z.string())),
  /** Normalisation rules of one's own: every match of a regular expression in a path or argument is replaced. */
  rules: z.optional(
    z.array(
      z.object({
        id: z.string(),
        match: z.string(),
        replace: z.string(),
        description: z.optional(z.string()),
      }),
    ),
  ),
  /** Differences that never count. Every given field must match; `*` and `?` are wildcards. */
  ignore: z.optional(
    z.array(
      z.object({
        /** System call. */
        name: z.optional(z.string()),
        /** Normalised path, address, … */
        object: z.optional(z.string()),
        file: z.optional(z.string()),
        function: z.optional(z.string()),
        kind: z.optional(z.string()),
        reason: z.optional(z.string()),
      }),
    ),
  ),
});
export type GoldenConfig = z.infer<typeof goldenConfigSchema>;
export type IgnoreRule = NonNullable<GoldenConfig["ignore"]>[number];
export type UserRule = NonNullable<GoldenConfig["rules"]>[number];
