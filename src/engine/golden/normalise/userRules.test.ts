import fc from "fast-check";
import { expect, test } from "vitest";
import { ExpectedError } from "../../../base/errors.ts";
import { applyUserRule, compileUserRules } from "./userRules.ts";

const rule = (match: string, replace = "<x>", id = "mine") => ({ id, match, replace });

test.each([
  ["(a+)+$", "repeats a group"],
  ["(a|a)*b", "repeats a group"],
  ["((ab?)c)+", "repeats a group"],
  ["(?:x{1,5}){1,9}", "repeats a group"],
  ["(a)\\1", "refers back"],
  ["(?<n>a)\\k<n>", "refers back"],
  [".*.*.*x", "open repetitions"],
  ["a{1,500}b{1,500}c{1,500}", "too many"],
  ["a*", "matches the empty text"],
  ["", "is empty"],
  ["(", "no regular expression"],
  ["x".repeat(501), "longer than"],
])("refuses the expression %j", (match, reason) => {
  expect(() => compileUserRules([rule(match)])).toThrow(reason);
  expect(() => compileUserRules([rule(match)])).toThrow(ExpectedError);
});

test.each([
  [[rule("a", "b", "Bad id")], "lower-case"],
  [[rule("a"), rule("b")], "taken"],
  [[rule("a", "b", "hashes")], "taken"],
  [[rule("a", "aa")], "again and again"],
])("refuses the rules %j", (rules, reason) => {
  expect(() => compileUserRules(rules, new Set(["hashes"]))).toThrow(reason);
});

test.each([
  ["build-\\d+", "build-<n>", "/x/build-812/y", "/x/build-<n>/y"],
  ["(job)_[0-9a-f]{4,12}", "$1_<id>", "job_3fa9 job_1122aa", "job_<id> job_<id>"],
  ["\\.v\\d+$", ".v0", "lib.v17", "lib.v0"],
  ["[a-z]+@host", "<who>@host", "ann@host", "<who>@host"],
])("%s becomes %s", (match, replace, before, after) => {
  const [compiled] = compileUserRules([rule(match, replace)]);
  if (compiled === undefined) throw new Error("no rule");
  const once = applyUserRule(compiled, before);
  expect(applyUserRule(compiled, once)).toBe(once);
  expect(once).toBe(after);
});

test("what a rule made stays as it is", () => {
  const rules = compileUserRules([
    rule("(\\w)-(\\w)", "$2-$1", "swap"),
    rule("x{2}", "yx", "grow"),
    rule("ab", "ba", "sort"),
  ]);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", "x", "-", "y", "/") }), (text) => {
      for (const each of rules) {
        const once = applyUserRule(each, text);
        expect(applyUserRule(each, once)).toBe(once);
      }
    }),
  );
});
