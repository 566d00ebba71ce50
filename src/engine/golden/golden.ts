import type { GoldenHeader, GoldenPerformance } from "../../protocol/goldenFile.ts";
import type { Behaviour } from "./behaviour.ts";

/** A golden trace in memory. `header.threads` and `behaviour.threads` tell the same. */
export interface Golden {
  readonly header: GoldenHeader;
  readonly behaviour: Behaviour;
  /** Undefined when there is no performance file, or the golden comes from another tool. */
  readonly performance: GoldenPerformance | undefined;
  /** `goldentrace`, or the tool whose file stands in for a golden (`renacer`): then only what both sides know is compared. */
  readonly origin: "goldentrace" | "renacer" | "run";
}
