import type { CheckReport } from "./checkReport.ts";
import { githubReport } from "./github.ts";
import { junitReport } from "./junit.ts";
import { linesReport } from "./lines.ts";
import { markdownReport } from "./markdown.ts";
import type { ReportOptions } from "./options.ts";
import { sarifReport } from "./sarif.ts";
import { textReport } from "./text.ts";

export const REPORTER_NAMES = ["text", "github", "junit", "sarif", "markdown", "lines"] as const;
export type ReporterName = (typeof REPORTER_NAMES)[number];

/** Every reporter by the name that `--reporter` knows it by. */
export const REPORTERS: Readonly<Record<ReporterName, (report: CheckReport, options?: ReportOptions) => string>> = {
  text: textReport,
  github: githubReport,
  junit: junitReport,
  sarif: sarifReport,
  markdown: markdownReport,
  lines: linesReport,
};
