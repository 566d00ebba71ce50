import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mapLines } from "./lineMap.ts";

const CASES: readonly [name: string, before: string, after: string, map: readonly number[]][] = [
  ["the same", "a\nb\nc", "a\nb\nc", [1, 2, 3]],
  ["lines above", "a\nb", "// new\n// too\na\nb", [3, 4]],
  ["a line gone", "open();\nfsync(file);\nclose();", "open();\nclose();", [1, 0, 2]],
  ["a line edited", "start();\nread(file, 10);\nend();", "start();\nread(file, 20);\nend();", [1, 2, 3]],
  [
    "edited, with another before it",
    "a();\nread(file, 10);\nz();",
    "a();\nint n = 0;\nread(file, 20);\nz();",
    [1, 3, 4],
  ],
  ["replaced by something else", "a();\nfsync(fd);\nz();", "a();\n// nothing\nz();", [1, 0, 3]],
  ["other line ends", "a\r\nb\r\n", "x\na\nb\n", [2, 3, 4]],
  ["all gone", "a\nb", "", [0, 0]],
  ["edited at the end", "a();\nreturn work(1);", "a();\nreturn work(2);", [1, 2]],
];

describe("lines are followed through edits", () => {
  test.each(CASES)("%s", (_name, before, after, map) => {
    expect([...mapLines(before, after)]).toEqual(map);
  });
});

test("lines never cross, and each place is taken once", () => {
  const lines = fc.array(fc.constantFrom("a();", "b(1);", "b(2);", "", "}"), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const found = [...mapLines(before.join("\n"), after.join("\n"))].filter((line) => line > 0);
      expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b));
      for (const line of found) expect(line).toBeLessThanOrEqual(Math.max(1, after.length));
    }),
  );
});
