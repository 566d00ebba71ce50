import fc from "fast-check";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { ExpectedError } from "../../base/errors.ts";
import type { Divergence } from "../../protocol/comparison.ts";
import { goldenConfigSchema } from "../../protocol/goldenConfig.ts";
import { addIgnoreRule, raiseBudget } from "./configEdits.ts";
import { targetsOf } from "./targetLines.ts";

const NONE = { count: 0, events: [], rows: [] };
const divergence = (object: string): Divergence => ({
  id: "a",
  kind: "count",
  severity: "low",
  class: "file",
  name: "read",
  object,
  title: `more reads of ${object}`,
  thread: "main",
  site: { file: "src/a.c", line: 3, function: "load" },
  goldenSite: null,
  golden: NONE,
  actual: NONE,
});

test("a rule is added behind what the file has, whatever the object is called", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (object) => {
      const text = '[targets.a]\nprogram = "x"\n[[golden.ignore]]\nname = "old"';
      const raw = parse(addIgnoreRule(text, divergence(object))) as { golden: unknown; targets: unknown };
      const { ignore } = goldenConfigSchema.parse(raw.golden);
      const given = object === "" ? {} : { object: object.toWellFormed() };
      expect(ignore?.[1]).toMatchObject({ name: "read", kind: "count", file: "src/a.c", function: "load", ...given });
      expect(raw.targets).toEqual({ a: { program: "x" } });
    }),
  );
});

test("a file that takes no further rule is left alone, with the rule to add by hand", () => {
  for (const text of ["[golden]\nignore = []\n", "[[broken"]) {
    expect(() => addIgnoreRule(text, divergence("x"))).toThrow(ExpectedError);
  }
});

const BUDGETS = `[[budget]]
name = "startup"
max_time_ms = 100
[[budget]]
limit = "1.5 MB" # was 3
ratio = 0.02
max_spans = 1
max_percent = 95
none = 0
few = 12
`;

test.each<[string, number, number, number, string, string | undefined]>([
  ["milliseconds, judged in nanoseconds", 1, 100e6, 250e6, "ns", "max_time_ms = 280"],
  ["its own line", 3, 100, 101, "ns", "max_time_ms = 120"],
  ["text with a unit", 5, 1.5e6, 3e6, "bytes", 'limit = "3.3 MB" # was 3'],
  ["a small fraction", 6, 0.02, 0.05, "share", "ratio = 0.055"],
  ["a number of calls, which has no fraction", 7, 1, 4, "count", "max_spans = 5"],
  ["more calls, to two digits", 10, 12, 1000, "count", "few = 1100"],
  ["a share, never above the whole", 8, 0.95, 0.97, "share", "max_percent = 100"],
  ["nothing at all was allowed", 9, 0, 3, "count", "none = 4"],
  ["a number that is not there", 1, 77, 99, "ns", undefined],
  ["what is not exceeded", 1, 100, 50, "ns", undefined],
])("a budget is raised: %s", (_, line, limit, actual, unit, expected) => {
  const edit = raiseBudget(BUDGETS, { source: { file: "x", line }, limit, actual, unit });
  if (edit === undefined) return expect(expected).toBeUndefined();
  const content = BUDGETS.split("\n")[edit.line] ?? "";
  return expect(content.slice(0, edit.from) + edit.written + content.slice(edit.to)).toBe(expected);
});

test("targets are found by their headers, while the file is being edited too", () => {
  const text =
    "[golden]\n[targets.a]\nprogram = [\n  [ targets . \"b c\" ] # two\n[targets.a.golden]\n[targets.'d']\r\n";
  expect(targetsOf(text)).toEqual([
    { name: "a", line: 1 },
    { name: "b c", line: 3 },
    { name: "d", line: 5 },
  ]);
});
