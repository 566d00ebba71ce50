import fc from "fast-check";
import { expect, test } from "vitest";
import {
  budgetOf,
  divergenceOf,
  entryOf,
  FULL_REPORT,
  hostileReport,
  reportOf,
  WORKSPACE,
} from "../../../test/support/checkReports.ts";
import { githubReport, MAX_ANNOTATIONS } from "./github.ts";

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Reads a line as the runner does: ActionCommand.TryParseV2, with what it takes from anywhere in a line (TryParse) refused. */
function parseCommand(line: string): Command | null {
  expect(line).not.toMatch(/##\w*\[/);
  const trimmed = line.trimStart();
  if (!trimmed.startsWith("::")) return null;
  const end = trimmed.indexOf("::", 2);
  expect(end).toBeGreaterThan(2);
  const [name = "", ...rest] = trimmed.slice(2, end).split(" ");
  const properties: Record<string, string> = {};
  for (const pair of rest.join(" ").split(",")) {
    const equals = pair.indexOf("=");
    expect(equals).toBeGreaterThan(0);
    const key = pair.slice(0, equals);
    expect(Object.hasOwn(properties, key)).toBe(false);
    properties[key] = unescapeProperty(pair.slice(equals + 1));
  }
  return { name, properties, message: unescapeData(trimmed.slice(end + 2)) };
}

const unescapeData = (text: string) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const unescapeProperty = (text: string) =>
  text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");

function commands(text: string): Command[] {
  return text
    .split(/\r\n|\r|\n/)
    .map(parseCommand)
    .filter((command) => command !== null);
}

test("annotates the lines that differ, the most important first", () => {
  const all = commands(githubReport(FULL_REPORT));
  expect(all.map(({ name, properties: { file, line, title } }) => [name, `${file}:${line}`, title])).toEqual([
    ["error", "golden_traces/server.json:1", "server: Cannot be compared"],
    ["error", "src/model.c:88", "train: No longer happens"],
    ["error", "golden_traces/train.json:1", "train: New"],
    ["error", "goldentrace.toml:14", "train: Over budget"],
    ["error", "golden_traces/slow.json:1", "slow: Performance regressed"],
    ["warning", "src/load.c:17", "train: More or less often"],
    ["warning", "golden_traces/train.json:1", "train: Over budget"],
    ["warning", "golden_traces/train.json:1", "train: Performance regressed"],
    ["warning", "src/load.c:17", "train: Performance regressed"],
    ["notice", "undefined:undefined", "Goldentrace"],
  ]);
  expect(all[1]?.message).toBe(
    "`save()` at model.c:88 no longer calls fsync on model.bin\nsrc/model.c:88 in save, line 86 in the golden\n- fsync(model.bin) = 0",
  );
  expect(all.at(-1)?.message).toContain("Without an annotation: 1 note; see the summary of the job.");
});

test("a check that holds annotates nothing", () => {
  expect(githubReport(reportOf(entryOf("a", "holds")))).toBe("Goldentrace: 1 target: 1 holds\n");
});

test("paths are relative to the repository", () => {
  const report = reportOf(entryOf("a", "diverged", { divergences: [divergenceOf()] }));
  expect(githubReport(report, { root: "/home/u" })).toContain("::error file=project/src/model.c,line=88,");
  // A source file that is not in the repository has no line to annotate; the golden stands in for it.
  const site = { file: "/usr/include/x.h", line: 3, function: "f" };
  const outside = reportOf(entryOf("a", "diverged", { divergences: [divergenceOf({ site })] }));
  expect(githubReport(outside)).toContain("::error file=golden_traces/a.json,line=1,");
  expect(githubReport(outside, { root: "/elsewhere" })).toContain("::error title=a%3A No longer happens::");
  const above = { ...site, file: "../other/x.c" };
  expect(githubReport(reportOf(entryOf("a", "diverged", { divergences: [divergenceOf({ site: above })] })))).toContain(
    "file=golden_traces/a.json",
  );
});

test("ten errors and ten warnings at most, of every target, and the rest is counted", () => {
  const many = (severity: "high" | "medium" | "low", count: number) =>
    Array.from({ length: count }, (_, index) => divergenceOf({ id: `${severity}${index}`, severity }));
  const report = reportOf(
    entryOf("big", "diverged", { divergences: [...many("low", 3), ...many("medium", 13), ...many("high", 30)] }),
    entryOf("small", "diverged", { divergences: many("high", 1) }),
    entryOf("over", "over-budget", { budgets: [budgetOf()] }),
  );
  const all = commands(githubReport(report));
  const of = (name: string) => all.filter((command) => command.name === name);
  expect(of("error")).toHaveLength(MAX_ANNOTATIONS);
  expect(of("warning")).toHaveLength(MAX_ANNOTATIONS);
  expect(
    of("error")
      .slice(0, 2)
      .map(({ properties }) => properties.title),
  ).toEqual(["big: No longer happens", "small: No longer happens"]);
  expect(of("notice").map(({ message }) => message)).toEqual([
    "3 targets: 2 diverged, 1 over budget. Without an annotation: 22 errors, 3 warnings, 3 notes; see the summary of the job.",
  ]);
});

test("a target that fails has an error, however small its differences", () => {
  const report = reportOf(entryOf("a", "diverged", { divergences: [divergenceOf({ severity: "low" })] }));
  expect(commands(githubReport(report)).map(({ name }) => name)).toEqual(["error"]);
});

test("nothing in a report ends a command or begins one", () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const text = githubReport(report);
      const all = commands(text);
      expect(text.split(/\r\n|\r|\n/)).toHaveLength(all.length + 2);
      for (const { name, properties, message } of all) {
        expect(["error", "warning", "notice"]).toContain(name);
        expect(Object.keys(properties).filter((key) => !["file", "line", "title"].includes(key))).toEqual([]);
        expect(properties.line ?? "1").toMatch(/^[1-9]\d*$/);
        expect(properties.title?.length).toBeLessThanOrEqual(255);
        // The runner prints what it unescaped, and log viewers look for commands in it.
        for (const line of `${properties.title}\n${message}`.split("\n")) {
          expect(line).not.toMatch(/^\s*::|##\w*\[/);
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/);
        }
      }
      for (const name of ["error", "warning", "notice"]) {
        expect(all.filter((command) => command.name === name).length).toBeLessThanOrEqual(MAX_ANNOTATIONS);
      }
    }),
    { numRuns: 100 },
  );
});

test("properties survive the runner's unescaping", () => {
  const file = "src/50%,a:b=c::d%0A.c";
  const site = { file, line: 7, function: "" };
  const report = reportOf(entryOf("a:b,c%25", "diverged", { divergences: [divergenceOf({ site })] }));
  expect(commands(githubReport(report, { root: WORKSPACE }))[0]?.properties).toEqual({
    file,
    line: "7",
    title: "a:b,c%25: No longer happens",
  });
});
