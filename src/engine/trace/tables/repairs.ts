import type { TraceProblem } from "../trace.ts";

/** Counts values that could not be true and were replaced, so that none is replaced in silence. */
export class Repairs {
  private count = 0;

  add(count = 1): void {
    this.count += count;
  }

  report(problems: TraceProblem[]): void {
    if (this.count === 0) return;
    problems.push({
      kind: "cut-off",
      message: `${this.count} values in the run's tables refer to rows that are missing or cannot be true; they were replaced.`,
      count: this.count,
      losesData: true,
    });
  }
}
