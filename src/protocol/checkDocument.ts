import * as z from "zod/mini";
import { comparisonSchema } from "./comparison.ts";

/** What `check --json` prints. `diff --json` prints a `Comparison`. */
export const checkDocumentSchema = z.object({
  /** Version of Goldentrace. */
  tool: z.string(),
  workspace: z.string(),
  /** One a target, in the order of the configuration. */
  entries: z.array(
    z.extend(comparisonSchema, {
      target: z.string(),
      outcome: z.enum(["holds", "diverged", "over-budget", "incomparable"]),
      /** Id of the run that was compared; null when nothing could be recorded. */
      runId: z.nullable(z.string()),
      durationMs: z.number(),
    }),
  ),
  /** Targets that have neither a golden nor budgets. */
  unchecked: z.array(z.string()),
  /** Goldens that no target belongs to. */
  orphans: z.array(z.string()),
});
export type CheckDocument = z.infer<typeof checkDocumentSchema>;
