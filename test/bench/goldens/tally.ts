import { loadavg } from "node:os";
import type { Comparison } from "../../../src/protocol/comparison.ts";

/** Counts planted changes, and prints how each was told. */
export class Tally {
  private planted = 0;
  private found = 0;

  tell(where: string, name: string, by: string | undefined, { divergences, reason }: Comparison): void {
    this.planted++;
    if (by !== undefined) this.found++;
    console.log(`${where} ${name}: ${by ?? "NOT FOUND"}`);
    if (by !== undefined) return;
    if (reason !== null) console.log(`    ${reason}`);
    for (const { kind, title, site, goldenSite } of divergences) {
      console.log(`    ${kind} ${title} (line ${site?.line ?? goldenSite?.line ?? "unknown"})`);
    }
  }

  report(): void {
    console.log(`\n${this.found} of ${this.planted} planted changes found; load ${loadavg()[0]?.toFixed(1)}`);
  }
}
