import fc from "fast-check";
import { expect, test } from "vitest";
import { afterChange, followLine, type TextChange } from "./followLines.ts";

const change = (
  startLine: number,
  startCharacter: number,
  endLine: number,
  endCharacter: number,
  text = "",
): TextChange => ({
  startLine,
  startCharacter,
  endLine,
  endCharacter,
  text,
});

test.each<[string, TextChange, number | null]>([
  ["typing on the line", change(5, 9, 5, 9, "x"), 5],
  ["a line above", change(2, 0, 2, 0, "new\n"), 6],
  ["Enter at the start", change(5, 0, 5, 0, "\n"), 6],
  ["Enter in the indentation's end", change(5, 4, 5, 4, "\n    "), 6],
  ["Enter at the end", change(5, 20, 5, 20, "\n"), 5],
  ["deleting lines above", change(1, 0, 3, 0), 3],
  ["deleting the line", change(5, 0, 6, 0), null],
  ["deleting what follows", change(6, 0, 9, 0), 5],
  ["joining with the line above", change(4, 10, 5, 4), 4],
  ["a formatter that writes all anew", change(0, 0, 99, 0, "a\n".repeat(99)), 5],
])("a followed line (5, column 4): %s", (_, edit, expected) => {
  const after = afterChange(followLine(5, 4), edit);
  expect(after.deleted === null ? after.line : null).toBe(expected);
});

test("a deleted line comes back with undo", () => {
  const deleted = afterChange(followLine(5, 4), change(3, 0, 8, 0));
  expect(deleted.deleted).toBe(2);
  const elsewhere = afterChange(deleted, change(0, 0, 0, 0, "above\n"));
  const back = afterChange(elsewhere, change(4, 0, 4, 0, "a\nb\n    c\nd\ne\n"));
  expect(back).toMatchObject({ line: 6, deleted: null });
});

test("whatever is inserted and deleted again leaves lines where they were", () => {
  const column = fc.nat(8);
  fc.assert(
    fc.property(
      fc.nat(9),
      column,
      fc.nat(9),
      column,
      fc.array(fc.constantFrom("x", "\n", "  ")),
      (line, at, row, from, parts) => {
        const text = parts.join("");
        const breaks = text.split("\n").length - 1;
        const lastLength = text.length - (text.lastIndexOf("\n") + 1);
        const end = breaks === 0 ? from + text.length : lastLength;
        const there = afterChange(followLine(line, at), change(row, from, row, from, text));
        const back = afterChange(there, change(row, from, row + breaks, end));
        expect(back).toEqual(followLine(line, at));
      },
    ),
  );
});
