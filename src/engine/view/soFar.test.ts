import { expect, test } from "vitest";
import { comparisonOf, divergenceOf, sideOf } from "../../../test/support/checkReports.ts";
import { soFar } from "./soFar.ts";

const more = { golden: sideOf(["read"]), actual: sideOf(["read", "read"]) };
const fewer = { golden: more.actual, actual: more.golden };

test("a run that goes on is told of what it did more, and of nothing that may still come", () => {
  const told = soFar(
    comparisonOf({
      divergences: [
        divergenceOf({ id: "new", kind: "added", ...more }),
        divergenceOf({ id: "gone", kind: "removed", ...fewer }),
        divergenceOf({ id: "more", kind: "count", ...more }),
        divergenceOf({ id: "fewer", kind: "count", ...fewer }),
        divergenceOf({ id: "end", kind: "exit" }),
      ],
      sites: [
        {
          file: "a.c",
          line: 3,
          function: "load",
          goldenCalls: 5,
          actualCalls: 2,
          goldenNs: 5,
          actualNs: 9,
          divergences: ["gone", "more"],
          calls: [
            { name: "fsync", object: "", golden: 4, actual: 0 },
            { name: "read", object: "", golden: 1, actual: 2 },
          ],
        },
        {
          file: "a.c",
          line: 9,
          function: "save",
          goldenCalls: 5,
          actualCalls: 2,
          goldenNs: null,
          actualNs: 9,
          divergences: ["gone"],
          calls: [{ name: "fsync", object: "", golden: 4, actual: 0 }],
        },
      ],
    }),
  );
  expect(told.divergences.map(({ id }) => id)).toEqual(["new", "more"]);
  expect(told.sites.map(({ line, divergences, calls }) => [line, divergences, calls.length])).toEqual([
    [3, ["more"], 1],
  ]);
  expect(soFar(comparisonOf({ divergences: [divergenceOf({ kind: "removed", ...fewer })] })).verdict).toBe(
    "equivalent",
  );
});
