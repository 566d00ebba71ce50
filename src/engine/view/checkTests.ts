import type { Comparison } from "../../protocol/comparison.ts";
import type { CheckOutcome } from "../report/checkReport.ts";
import { metricName } from "../report/words.ts";
import { sideEvents } from "./divergenceEvents.ts";
import { metricValue, placeOf, shown } from "./divergenceWords.ts";

/** What a test's run is reported as; `errored` is for what could not be compared, which never passes. */
export interface CheckTestResult {
  readonly state: "passed" | "failed" | "errored";
  readonly messages: readonly CheckTestMessage[];
}

export interface CheckTestMessage {
  readonly text: string;
  /** Both sides for a diff, where the message has any. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** As the comparison names it, 1-based; null without. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

/** Messages of one test; what is left out is in the Divergences view. */
const MESSAGES = 50;

/** A check as the Test Explorer tells it. */
export function checkTestResult(outcome: CheckOutcome, comparison: Comparison): CheckTestResult {
  if (outcome === "holds") return { state: "passed", messages: [] };
  if (outcome === "incomparable") {
    const reasons = [
      ...(comparison.reason === null ? [] : [message(shown(comparison.reason, 1000))]),
      ...budgetMessages(comparison),
    ];
    if (reasons.length === 0) reasons.push(message("The run could not be compared with its golden."));
    return { state: "errored", messages: reasons.slice(0, MESSAGES) };
  }
  const messages = [
    ...comparison.divergences.map((divergence) => ({
      ...message(shown(divergence.title, 500)),
      expected: sideEvents(divergence.golden),
      actual: sideEvents(divergence.actual),
      place: placeOf(divergence)?.site ?? null,
    })),
    ...budgetMessages(comparison),
    ...comparison.performance
      .filter(({ verdict }) => verdict === "regressed")
      .map(({ metric, golden, actual, unit, site }) => ({
        ...message(
          `${shown(metricName(metric))} regressed: ${metricValue(golden, unit)} in the golden, now ${metricValue(actual, unit)}`,
        ),
        place: site,
      })),
  ];
  const told = messages.slice(0, MESSAGES);
  if (messages.length > MESSAGES)
    told.push(message(`and ${messages.length - MESSAGES} more; see the Divergences view`));
  if (told.length === 0) told.push(message("The run differs from its golden."));
  return { state: "failed", messages: told };
}

/** Of those that are not met or could not be judged. */
function budgetMessages({ budgets }: Comparison): CheckTestMessage[] {
  return budgets
    .filter(({ passed }) => !passed)
    .map(({ message: text, site, source }) => ({
      ...message(shown(text, 500)),
      place: site ?? (source.line > 0 ? source : null),
    }));
}

function message(text: string): CheckTestMessage {
  return { text, expected: null, actual: null, place: null };
}
