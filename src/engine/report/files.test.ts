import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import * as z from "zod";
import {
  divergenceOf,
  entryOf,
  FULL_REPORT,
  hostileReport,
  reportOf,
  sideOf,
} from "../../../test/support/checkReports.ts";
import type { CheckReport } from "./checkReport.ts";
import { junitReport } from "./junit.ts";
import { MAX_MARKDOWN_BYTES, markdownReport } from "./markdown.ts";
import { RULES } from "./rules.ts";
import { MAX_RESULTS, sarifReport } from "./sarif.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** A strict XML 1.0 parser: what is not well-formed, or no character of XML, throws. */
function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => open.pop());
  parser.on("text", (part) => {
    open.at(-1)!.text += part;
  });
  parser.write(text).close();
  return root.children[0]!;
}

/** Elements of a JUnit file with what they may hold. */
function checkJunit(report: CheckReport): Element[] {
  const root = parseXml(junitReport(report));
  expect(root.name).toBe("testsuites");
  expect(root.children.map(({ name }) => name)).toEqual(["testsuite"]);
  const suite = root.children[0]!;
  const cases = suite.children;
  expect(Object.keys(suite.attributes)).toEqual(["name", "tests", "failures", "errors", "skipped", "time"]);
  const count = (name: string) => cases.filter(({ children }) => children[0]?.name === name).length;
  expect(suite.attributes).toMatchObject({
    tests: String(report.entries.length),
    failures: String(count("failure")),
    errors: String(count("error")),
    skipped: "0",
  });
  report.entries.forEach(({ outcome }, index) => {
    const { name, attributes, children } = cases[index]!;
    expect(name).toBe("testcase");
    expect(attributes.time).toMatch(/^\d+\.\d{3}$/);
    const expected = { holds: "system-out", diverged: "failure", "over-budget": "failure", incomparable: "error" };
    if (outcome !== "holds") expect(children).toHaveLength(1);
    for (const child of children) expect(child).toMatchObject({ name: expected[outcome], children: [] });
  });
  return cases;
}

test("junit: one case a target, with the diff", () => {
  const cases = checkJunit(FULL_REPORT);
  expect(cases.map(({ attributes: { name, file } }) => [name, file])).toEqual([
    ["hello", undefined],
    ["train", "src/model.c"],
    ["slow", "golden_traces/slow.json"],
    ["server", "golden_traces/server.json"],
  ]);
  expect(cases[1]?.children[0]?.attributes.message).toBe(
    "diverged: 4 differences, 2 budgets exceeded, 2 figures regressed, confidence 97.2 %",
  );
  expect(cases[1]?.children[0]?.text).toContain("    - fsync(model.bin) = 0\n");
  expect(cases[3]?.children[0]?.text).toContain("was made on aarch64");
});

test("junit: well-formed whatever a trace holds", () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      checkJunit(report);
    }),
    { numRuns: 60 },
  );
});

const text = z.string().check(z.maxLength(1024));
const message = z.strictObject({ text: text.check(z.minLength(1)) });
/** The part of SARIF 2.1.0 that is written, with the limits of GitHub's code scanning. */
const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.literal("Goldentrace"),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string().check(z.maxLength(255)),
              name: z.string().check(z.regex(/^[A-Z][A-Za-z]+$/)),
              shortDescription: message,
              fullDescription: message,
              help: message,
              defaultConfiguration: z.strictObject({ level: z.enum(["error", "warning", "note"]) }),
              properties: z.strictObject({
                tags: z.array(z.string()).check(z.maxLength(20)),
                "problem.severity": z.enum(["error", "warning", "recommendation"]),
              }),
            }),
          ),
        }),
      }),
      columnKind: z.literal("utf16CodeUnits"),
      originalUriBaseIds: z.strictObject({
        SRCROOT: z.strictObject({ uri: z.url().check(z.regex(/^file:\/\/\/(?:.*\/)?$/)) }),
      }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          toolExecutionNotifications: z.array(z.strictObject({ level: z.enum(["error", "warning"]), message })),
        }),
      ]),
      properties: z.strictObject({ summary: text }),
      results: z
        .array(
          z.strictObject({
            ruleId: z.enum(RULES.map(({ id }) => id)),
            ruleIndex: z.int().check(z.nonnegative()),
            level: z.enum(["error", "warning", "note"]),
            message,
            locations: z.tuple([
              z.strictObject({
                physicalLocation: z.strictObject({
                  artifactLocation: z.strictObject({
                    uri: z.string().check(z.regex(/^(?!\/)(?:[\w.!~*'()/-]|%[0-9A-F]{2})+$/)),
                    uriBaseId: z.literal("SRCROOT"),
                  }),
                  region: z.strictObject({ startLine: z.int().check(z.positive()) }),
                }),
                logicalLocations: z.optional(
                  z.tuple([z.strictObject({ name: z.string(), kind: z.literal("function") })]),
                ),
              }),
            ]),
            partialFingerprints: z.strictObject({ "goldentraceDivergence/v1": z.string() }),
            properties: z.strictObject({ target: z.string() }),
          }),
        )
        .check(z.maxLength(MAX_RESULTS)),
    }),
  ]),
});

function checkSarif(report: CheckReport) {
  const [run] = sarifSchema.parse(JSON.parse(sarifReport(report))).runs;
  for (const { ruleId, ruleIndex, message } of run.results) {
    expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(message.text).not.toMatch(/\]\(/);
    expect(message.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  }
  const fingerprints = run.results.map(({ partialFingerprints }) => partialFingerprints["goldentraceDivergence/v1"]);
  return { ...run, fingerprints };
}

test("sarif: a result for everything that is wrong, at its place", () => {
  const { results, fingerprints, invocations } = checkSarif(FULL_REPORT);
  expect(
    results.map(({ ruleId, level, locations: [{ physicalLocation }] }) => [
      ruleId,
      level,
      `${physicalLocation.artifactLocation.uri}:${physicalLocation.region.startLine}`,
    ]),
  ).toEqual([
    ["incomparable", "error", "golden_traces/server.json:1"],
    ["removed", "error", "src/model.c:88"],
    ["added", "error", "golden_traces/train.json:1"],
    ["budget", "error", "goldentrace.toml:14"],
    ["performance", "error", "golden_traces/slow.json:1"],
    ["count", "warning", "src/load.c:17"],
    ["budget", "warning", "golden_traces/train.json:1"],
    ["performance", "warning", "golden_traces/train.json:1"],
    ["performance", "warning", "src/load.c:17"],
    ["order", "note", "src/model.c:91"],
  ]);
  expect(new Set(fingerprints).size).toBe(fingerprints.length);
  expect(fingerprints[1]).toBe("train:removed-fsync-1a2b3c");
  expect(invocations[0]).toMatchObject({
    executionSuccessful: false,
    toolExecutionNotifications: [{ message: { text: "server could not be compared." } }],
  });
});

test("sarif: as many results as GitHub takes, the gravest of them, and what is left out is said", () => {
  const severities = ["low", "high"] as const;
  const divergences = Array.from({ length: MAX_RESULTS + 7 }, (_, index) =>
    divergenceOf({ id: `d${index}`, severity: severities[index % 2] ?? "low", golden: sideOf([]) }),
  );
  const { results, invocations } = checkSarif(reportOf(entryOf("a", "diverged", { divergences })));
  expect(results).toHaveLength(MAX_RESULTS);
  expect(results[0]?.level).toBe("error");
  expect(results.at(-1)?.level).toBe("note");
  expect(invocations[0].toolExecutionNotifications.map((notification) => notification.message.text)).toEqual([
    "7 results are left out: 25,000 is the limit.",
  ]);
});

test("sarif: valid whatever a trace holds", () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      checkSarif(report);
    }),
    { numRuns: 60 },
  );
});

/** Elements that Markdown may become; everything else came from a trace. */
const ALLOWED =
  /^(?:details( open)?|summary|b|br|h2|p|strong|code( class="language-diff")?|pre|table|thead|tbody|tr|t[hd]( style="text-align:(left|right)")?)$/;

function checkMarkdown(report: CheckReport): string {
  const source = markdownReport(report);
  const html = new MarkdownIt({ html: true, linkify: true }).render(source);
  for (const [, tag = ""] of html.matchAll(/<\/?([^>]*)>/g)) expect(tag).toMatch(ALLOWED);
  expect(html.match(/<details/g)?.length).toBe(html.match(/<\/details>/g)?.length);
  return html;
}

test("markdown: a table of targets, the worst first, and what differs", () => {
  const html = checkMarkdown(FULL_REPORT);
  expect(html).toContain("<h2>Goldentrace: 4 targets: 1 holds, 1 diverged, 1 over budget, 1 cannot be compared</h2>");
  expect([...html.matchAll(/<td><code>(hello|train|slow|server)<\/code>/g)].map(([, name]) => name)).toEqual([
    "server",
    "train",
    "slow",
    "hello",
  ]);
  expect(html).toContain("<strong><code>save()</code> at model.c:88 no longer calls fsync on model.bin</strong>");
  expect(html).toContain('<pre><code class="language-diff">- fsync(model.bin) = 0\n</code></pre>');
});

test("markdown: no markup, link or mention from a trace", () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const html = checkMarkdown(report);
      expect(html.replace(/<(code|pre)[^>]*>.*?<\/\1>/gs, "")).not.toMatch(/@(?!\u200b)/);
    }),
    { numRuns: 60 },
  );
});

test("markdown: small enough to be kept, and what is left out is said", () => {
  const long = Array.from({ length: 50 }, (_, index) =>
    divergenceOf({
      id: `d${index}`,
      golden: sideOf(Array.from({ length: 5 }, (_, event) => `${event}${"漢".repeat(290)}`)),
    }),
  );
  const entries = Array.from({ length: 12 }, (_, index) => entryOf(`big${index}`, "diverged", { divergences: long }));
  const text = markdownReport(reportOf(...entries, entryOf("small", "diverged", { divergences: [divergenceOf()] })));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_MARKDOWN_BYTES);
  expect(text).toContain("<b>small</b>");
  expect(text).toMatch(/The details of \d+ targets are left out/);
});
