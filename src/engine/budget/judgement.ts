import type { ComparisonSite } from "../../protocol/comparison.ts";

/** What became of one budget, before it is put into the words of a result. */
export interface Judgement {
  readonly state: "kept" | "broken" | "inconclusive";
  /** A budget that does not concern this run is told, but never as more than a warning. */
  readonly severity?: "warning";
  readonly actual: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly message: string;
  readonly site?: ComparisonSite | null;
}

/** `53.4 %` */
export function shareText(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
