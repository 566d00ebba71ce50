import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

test.each([
  ["shwo", "show"],
  ["lits", "list"],
  ["attatch", "attach"],
  ["exprot", "export"],
  ["xyz", undefined],
  ["", undefined],
])("%j means %j", (word, meant) => {
  expect(nearest(word, ["run", "attach", "list", "show", "export"])).toBe(meant);
});

test("the distance is a metric up to its limit", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b, 20)).toBe(editDistance(b, a, 20));
      expect(editDistance(a, b, 20) === 0).toBe(a === b);
      expect(editDistance(a, b, 20)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(editDistance(a, b, 2)).toBe(Math.min(2, editDistance(a, b, 20)));
    }),
  );
});
