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
`;

test.each<[string, number, number, number, string | undefined]>([
  ["milliseconds, judged in nanoseconds", 1, 100e6, 250e6, "max_time_ms = 280"],
  ["its own line", 3, 100, 101, "max_time_ms = 120"],
  ["text with a unit", 5, 1.5e6, 3e6, 'limit = "3.3 MB" # was 3'],
  ["a small fraction", 6, 0.02, 0.05, "ratio = 0.055"],
  ["a number that is not there", 1, 77, 99, undefined],
  ["what is not exceeded", 1, 100, 50, undefined],
])("a budget is raised: %s", (_, line, limit, actual, expected) => {
  const edit = raiseBudget(BUDGETS, { source: { file: "x", line }, limit, actual });
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
