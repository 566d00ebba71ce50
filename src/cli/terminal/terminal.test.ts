import fc from "fast-check";
import { expect, test } from "vitest";
import { cutMiddle, cutToWidth, displayWidth, padEnd, padStart } from "../../base/terminal/displayWidth.ts";
import { shown } from "../../base/terminal/shown.ts";
import { textTable } from "../../base/terminal/textTable.ts";
import { styleFor, wantsColour } from "./style.ts";

const text = fc.string({ unit: fc.constantFrom("a", "é", "漢", "🙂", "e\u0301", " ", "/") });

test.each([
  ["abc", 3],
  ["漢字", 4],
  ["🙂", 2],
  ["e\u0301", 1],
  ["", 0],
])("%j takes %i columns", (shownText, columns) => {
  expect(displayWidth(shownText)).toBe(columns);
});

test("cut and padded text has the width asked for", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (value, columns) => {
      expect(displayWidth(cutToWidth(value, columns))).toBeLessThanOrEqual(columns);
      expect(displayWidth(cutMiddle(value, columns))).toBeLessThanOrEqual(columns);
      if (displayWidth(value) <= columns) {
        expect(cutToWidth(value, columns)).toBe(value);
        expect(displayWidth(padEnd(value, columns))).toBe(columns);
        expect(displayWidth(padStart(value, columns))).toBe(columns);
      }
    }),
  );
});

test("the middle of a path goes first", () => {
  expect(cutMiddle("/home/user/project/src/deep/file.ts", 20)).toBe("/home/us…eep/file.ts");
});

test("tables fit the terminal as long as flexible columns can give way", () => {
  const columns = [
    { title: "n", align: "right" },
    { title: "path", align: "left", flexible: true },
  ] as const;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat().map(String), text), { minLength: 1 }),
      fc.integer({ min: 40, max: 100 }),
      (rows, width) => {
        for (const line of textTable(columns, rows, width, styleFor(false))) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      },
    ),
  );
});

test("columns that can be done without go first when nothing else helps", () => {
  const columns = [
    { title: "needed", align: "right" },
    { title: "second", align: "right", optional: 2 },
    { title: "first", align: "right", optional: 1 },
    { title: "name", align: "left", flexible: true, minimum: 4 },
  ] as const;
  const titles = (width: number) => textTable(columns, [["1", "2", "3", "some name"]], width, styleFor(false))[0];
  expect(titles(40)).toBe("needed  second  first  name");
  expect(titles(27)).toBe("needed  second  first  name");
  expect(titles(26)).toBe("needed  second  name");
  expect(titles(12)).toBe("needed  name");
  expect(titles(5)).toBe("needed  name");
});

test.each([
  ["\u001b]52;c;YWJj\u0007", "\\x1b]52;c;YWJj\\x07"],
  ["a\nb\tc\r", "a\\nb\\tc\\x0d"],
  ["\u202egpj.exe", "\\u202egpj.exe"],
  ["::error::x", ":\\:error::x"],
  ["  ::stop-commands::x", "  :\\:stop-commands::x"],
  ["a ##vso[task.setvariable]", "a #\\#vso[task.setvariable]"],
  ["a ##[error]x", "a #\\#[error]x"],
  ["C::d #1 ## plain", "C::d #1 ## plain"],
])("%j is shown as %j", (hostile, safe) => {
  expect(shown(hostile)).toBe(safe);
});

test("colour is for terminals whose user wants it", () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(false, {})).toBe(false);
  expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColour(true, { NO_COLOR: "" })).toBe(true);
  expect(wantsColour(true, { TERM: "dumb" })).toBe(false);
});
