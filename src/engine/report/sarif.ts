import { formatCount, plural } from "../../base/format.ts";
import { truncate } from "../../base/text.ts";
import type { CheckReport } from "./checkReport.ts";
import { type Finding, findings } from "./findings.ts";
import type { ReportOptions } from "./options.ts";
import { pathBelow } from "./places.ts";
import { RULES } from "./rules.ts";
import { safe } from "./safeText.ts";
import { totalsText } from "./words.ts";

/** GitHub refuses files with more results in a run; it shows 5,000 of them, so that the order matters. */
export const MAX_RESULTS = 25_000;
/** Longer messages are cut by viewers without saying so. */
const MAX_MESSAGE = 1_000;
const SOURCE_ROOT = "SRCROOT";
const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/**
 * A SARIF 2.1.0 log for code scanning: one run, every finding a result with exactly one location (GitHub refuses results without), the
 * most important first. Texts are told to be plain, so that nothing in them becomes a link.
 */
export function sarifReport(report: CheckReport, options: ReportOptions = {}): string {
  const root = options.root ?? report.workspace;
  const all = findings(report, options);
  const told = all.slice(0, MAX_RESULTS);
  const config = pathBelow(root, report.workspace, "goldentrace.toml") ?? "goldentrace.toml";
  const notifications = [
    ...report.entries
      .filter(({ outcome }) => outcome === "incomparable")
      .map(({ target }) => notification("error", `${safe(target)} could not be compared.`)),
    ...(all.length > told.length
      ? [
          notification(
            "warning",
            `${plural(all.length - told.length, "result")} are left out: ${formatCount(MAX_RESULTS)} is the limit.`,
          ),
        ]
      : []),
  ];
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Goldentrace", version: safe(report.tool), rules: RULES.map(rule) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { [SOURCE_ROOT]: { uri: `file://${encodePath(`${root.replace(/\/+$/, "")}/`)}` } },
        invocations: [
          {
            executionSuccessful: report.entries.every(({ outcome }) => outcome !== "incomparable"),
            toolExecutionNotifications: notifications,
          },
        ],
        properties: { summary: totalsText(report.entries) },
        results: told.map((finding) => result(finding, config)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 1)}\n`;
}

function rule({ id, name, short, full, level }: (typeof RULES)[number]) {
  return {
    id,
    name,
    shortDescription: { text: short },
    fullDescription: { text: full },
    help: { text: `${full} When the change is meant: goldentrace accept TARGET.` },
    defaultConfiguration: { level },
    properties: { tags: ["behaviour"], "problem.severity": level === "note" ? "recommendation" : level },
  };
}

function result(finding: Finding, config: string) {
  const { target, rule: ruleId, level, title, details, place, fingerprint } = finding;
  const message = [`${target}: ${title}`, ...details].join("\n");
  return {
    ruleId,
    ruleIndex: RULES.findIndex(({ id }) => id === ruleId),
    level,
    message: { text: truncate(unlinked(message), MAX_MESSAGE) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodePath(place?.file ?? config), uriBaseId: SOURCE_ROOT },
          region: { startLine: place?.line ?? 1 },
        },
        ...(finding.function === "" ? {} : { logicalLocations: [{ name: finding.function, kind: "function" }] }),
      },
    ],
    partialFingerprints: { "goldentraceDivergence/v1": safe(fingerprint, 500) },
    properties: { target },
  };
}

function notification(level: "error" | "warning", text: string) {
  return { level, message: { text } };
}

/** `[text](target)` is a link even in plain messages (SARIF §3.11.6). */
function unlinked(text: string): string {
  return text.replace(/\](?=\()/g, "] ");
}

function encodePath(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
