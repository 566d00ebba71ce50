import { writeReport } from "./report.ts";
import type { TraceWriter } from "./writer.ts";

export const markdownWriter: TraceWriter = {
  id: "markdown",
  description: "the run's report, as in report.md",
  extension: ".md",
  *write({ summary, manifest }) {
    yield writeReport(summary, manifest);
  },
};
