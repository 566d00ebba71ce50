import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestRanks } from "./percentiles.ts";

test("small sets", () => {
  expect(nearestRanks(Float64Array.of(50, 15, 40, 35, 20), [5, 30, 40, 50, 100])).toEqual([15, 20, 20, 35, 50]);
  expect(nearestRanks(Float64Array.of(7), [50, 99])).toEqual([7, 7]);
  expect(nearestRanks(new Float64Array(0), [50])).toEqual([Number.NaN]);
});

/** The definition, as it stands in the documentation. */
function smallestReaching(values: readonly number[], percent: number): number | undefined {
  const reached = (limit: number) => values.filter((value) => value <= limit).length * 100 >= percent * values.length;
  return values.toSorted((a, b) => a - b).find(reached);
}

test("is the smallest value that enough others do not exceed", () => {
  const percents = fc.uniqueArray(fc.integer({ min: 1, max: 100 })).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), percents, (values, list) => {
      expect(nearestRanks(Float64Array.from(values), list)).toEqual(list.map((each) => smallestReaching(values, each)));
    }),
  );
});

test.each<[string, (index: number) => number]>([
  ["random values", (index) => (index * 2_654_435_761) % 1_000_003],
  ["rising values", (index) => index],
  ["falling values", (index) => -index],
  ["equal values", () => 3],
  ["two values", (index) => index % 2],
  ["an organ pipe", (index) => Math.min(index, 20_000 - index)],
])("agrees with sorting on many %s", (_, valueAt) => {
  const values = Float64Array.from({ length: 20_000 }, (__, index) => valueAt(index));
  const sorted = values.toSorted();
  expect(nearestRanks(values, [1, 50, 99, 100])).toEqual([sorted[199], sorted[9_999], sorted[19_799], sorted[19_999]]);
});
