import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestRank } from "./percentiles.ts";

test("small sets", () => {
  const five = Float64Array.of(15, 20, 35, 40, 50);
  expect([5, 30, 40, 50, 100].map((percent) => nearestRank(five, percent))).toEqual([15, 20, 20, 35, 50]);
  expect(nearestRank(Float64Array.of(7), 99)).toBe(7);
  expect(nearestRank(new Float64Array(0), 50)).toBeNaN();
});

test("is the smallest value that enough others do not exceed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const sorted = Float64Array.from(values).sort();
        const reached = (limit: number) =>
          values.filter((value) => value <= limit).length * 100 >= percent * values.length;
        expect(nearestRank(sorted, percent)).toBe(sorted.find(reached));
      },
    ),
  );
});
