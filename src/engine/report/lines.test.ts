import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FULL_REPORT, hostileReport } from "../../../test/support/checkReports.ts";
import { linesReport } from "./lines.ts";
import { textReport } from "./text.ts";

/** The pattern of the problem matcher `$goldentrace`, as VS Code reads it from package.json. */
const [matcher] = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")).contributes
  .problemMatchers;
const [pattern] = matcher.pattern;
const regexp = new RegExp(pattern.regexp);

/** What VS Code makes of output, a line at a time. */
function matched(output: string): { file: string; line: number; severity: string; message: string }[] {
  return output.split("\n").flatMap((line) => {
    const groups = regexp.exec(line);
    if (groups === null) return [];
    const group = (name: "file" | "line" | "severity" | "message") => groups[pattern[name]] as string;
    return [
      { file: group("file"), line: Number(group("line")), severity: group("severity"), message: group("message") },
    ];
  });
}

test("every difference with a place is an entry of the Problems view", () => {
  expect(matched(linesReport(FULL_REPORT))).toMatchInlineSnapshot(`
    [
      {
        "file": "src/model.c",
        "line": 88,
        "message": "\`save()\` at model.c:88 no longer calls fsync on model.bin",
        "severity": "error",
      },
      {
        "file": "src/load.c",
        "line": 17,
        "message": "42 more \`read\` of data.bin at load.c:17",
        "severity": "warning",
      },
      {
        "file": "src/model.c",
        "line": 91,
        "message": "\`rename\` of model.tmp now comes before \`write\` to model.tmp at model.c:91",
        "severity": "info",
      },
      {
        "file": "/home/u/project/goldentrace.toml",
        "line": 14,
        "message": "critical path 120 ms, limit 100 ms",
        "severity": "error",
      },
    ]
  `);
});

test("what people read beside it makes no further entries", () => {
  expect(matched(textReport(FULL_REPORT))).toEqual([]);
});

test.each([
  ["::error file=x::pwned", "./::error file=x::pwned"],
  [" ::error::x", "./ ::error::x"],
  ["##vso[task.complete]", "#\\#vso[task.complete]"],
  ["a\u001b[31m\n::error::x", "a\\x1b[31m\\n::error::x"],
])("a file named %j gives a line that is nothing else", (file, told) => {
  const entry = FULL_REPORT.entries.find(({ comparison }) => comparison.divergences.length > 0);
  const [divergence] = entry?.comparison.divergences ?? [];
  if (entry === undefined || divergence === undefined) throw new Error("The report has no difference");
  const site = { file, line: 3, function: "" };
  const comparison = { ...entry.comparison, budgets: [], divergences: [{ ...divergence, site }] };
  expect(linesReport({ ...FULL_REPORT, entries: [{ ...entry, comparison }] })).toContain(`${told}:3: error: `);
  expect(linesReport({ ...FULL_REPORT, entries: [{ ...entry, comparison }] }).startsWith(told)).toBe(true);
});

test("programs cannot add lines, nor commands of CI systems and escapes of terminals", () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const lines = linesReport(report).split("\n").slice(0, -1);
      for (const line of lines) expect(line).not.toMatch(/^\s*::|##\w*\[|[\x00-\x1f\x7f-\x9f]/);
      expect(matched(lines.join("\n")).length).toBeLessThanOrEqual(lines.length);
      for (const { comparison } of report.entries) {
        const most = comparison.divergences.length + 2 * comparison.budgets.length;
        expect(
          linesReport({ ...report, entries: report.entries.filter((one) => one.comparison === comparison) }).split("\n")
            .length,
        ).toBeLessThanOrEqual(most + 1);
      }
    }),
  );
});
