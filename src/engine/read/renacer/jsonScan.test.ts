import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasPrototypeKey, MAX_DEPTH, quoteIntegers, scanJson } from "./jsonScan.ts";

const strings = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("\\", 'a\\"', "}", "]{", '"', "-1e5"),
);
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    strings,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(strings, tie("value"), { maxKeys: 3 }),
  ),
}));

describe("scanJson", () => {
  test("finds the end of any list or object, whatever stands around it", () => {
    fc.assert(
      fc.property(values, strings, strings, fc.constantFrom(undefined, 1), (value, before, after, indent) => {
        const json = JSON.stringify([value], null, indent);
        const scan = scanJson(before + json + after, before.length);
        expect(scan).toMatchObject({ end: before.length + json.length, tooDeep: false });
        expect(scanJson(json.slice(0, -1), 0).end).toBe(-1);
      }),
      { numRuns: 300 },
    );
  });

  test("finds the integers that numbers cannot hold, and only those", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), strings)), (list) => {
        const json = `[${list.map((each) => (typeof each === "bigint" ? String(each) : JSON.stringify(each))).join(", ")}]`;
        const quoted = JSON.parse(quoteIntegers(json, scanJson(json, 0).longIntegers));
        const expected = list.map((each) => {
          if (typeof each === "string") return each;
          return Number.isSafeInteger(Number(each)) ? Number(each) + 0 : String(each);
        });
        expect(quoted).toEqual(expected);
      }),
    );
    expect(scanJson("[1.12345678901234567, 1e20, 9007199254740991]", 0).longIntegers).toEqual([]);
  });

  test("stops at the depth that is allowed", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(scanJson(nested(MAX_DEPTH), 0)).toMatchObject({ tooDeep: false, end: 2 * MAX_DEPTH });
    expect(scanJson(nested(MAX_DEPTH + 1), 0)).toMatchObject({ tooDeep: true });
  });
});

test("keys that change prototypes are found at any place", () => {
  expect(hasPrototypeKey(JSON.parse('{"a":[{"b":{"__proto__":1}}]}'))).toBe(true);
  expect(hasPrototypeKey(JSON.parse('{"a":["__proto__",{"proto":null}]}'))).toBe(false);
});
