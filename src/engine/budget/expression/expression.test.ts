import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateExpression, type Figure, type FigureSource, type Truth } from "./evaluate.ts";
import { FUNCTIONS, UNITS, VARIABLES } from "./names.ts";
import { parseExpression } from "./parse.ts";
import { ExpressionError } from "./tokens.ts";

const FIGURES: Readonly<Record<string, Figure>> = {
  wall_ms: { value: 125e6 },
  cpu_ms: { unknown: "not sampled" },
  syscalls: { value: 1000 },
  peak_rss: { value: 50e6 },
  bytes_read: { value: 2048 },
  exit_code: { value: 0 },
  threads: { value: 3, atLeast: "events were lost" },
  "calls read": { value: 42 },
  "errors open*": { value: 2 },
  "logs ERROR": { value: 0 },
  "time_ms fsync": { value: 3e6 },
};

const source: FigureSource = {
  variable: (name) => FIGURES[name] ?? { value: 0 },
  call: (name, argument) => FIGURES[`${name} ${argument}`] ?? { value: 0 },
};

test.each<[string, Truth]>([
  ["wall_ms < 126", true],
  ["wall_ms <= 125", true],
  ["wall_ms <= 124.9", false],
  ["wall_ms <= 0.125 s", true],
  ["2 s > wall_ms", true],
  ["wall_ms == 125_000 us", true],
  ["peak_rss <= 50 MB and peak_rss < 48 MiB", true],
  ["peak_rss / 1 MB == 50", true],
  ["bytes_read % 1024 == 0", true],
  ["bytes_read / calls('read') < 50", true],
  ['calls("read") == 42 && errors("open*") != 0', true],
  ['not (calls("read") > 50) or false_friend'.replace(" or false_friend", ""), true],
  ["not calls('read') > 50", true],
  ["!(exit_code == 0)", false],
  ["1 + 2 * 3 == 7", true],
  ["(1 + 2) * 3 == 9", true],
  ["10 - 2 - 3 == 5", true],
  ["-2 * -2 == 4", true],
  ["2 * wall_ms == 250", true],
  ["wall_ms - time_ms('fsync') > 100 ms", true],
  ["wall_ms / 2 < 70", true],
  ["exit_code == 0 or cpu_ms < 5", true],
  ["exit_code == 1 and cpu_ms < 5", false],
  ["exit_code == 0 and cpu_ms < 5", { unknown: "not sampled" }],
  ["1 / exit_code > 0", { unknown: "it divides by zero" }],
  ["threads >= 3", true],
  ["threads < 3", false],
  ["threads <= 3", { unknown: "events were lost" }],
  ["threads * 0 == 0", true],
  ["-threads < -2", true],
  ["threads == 2", false],
  ["exit_code == 1 or exit_code == 0 and syscalls > 10", true],
])("%s: %s", (text, truth) => {
  expect(evaluateExpression(parseExpression(text), source).truth).toEqual(truth);
});

test("tells what it read, each figure once", () => {
  const { read, sides } = evaluateExpression(parseExpression("wall_ms < 100 ms"), source);
  expect(read.map(({ text, figure }) => [text, figure])).toEqual([["wall_ms", { value: 125e6 }]]);
  expect(sides).toEqual({ left: 125e6, right: 100e6 });
  const twice = parseExpression("syscalls > 1 and syscalls < 2");
  expect(evaluateExpression(twice, source).read.map(({ text }) => text)).toEqual(["syscalls"]);
});

test.each([
  ["", 1, "is empty"],
  ["   ", 1, "is empty"],
  ["wal_ms < 5", 1, "did you mean wall_ms?"],
  ["cals('read') < 5", 1, "did you mean calls?"],
  ["calls('raed') < 5", 7, "did you mean read?"],
  ["logs('ERORR') == 0", 6, "did you mean ERROR?"],
  ["calls(read) < 5", 7, "needs a text in quotes"],
  ["calls < 5", 1, "calls needs an argument"],
  ["wall_ms('x') < 5", 1, "takes no argument"],
  ["signals('term') == 0", 9, "is no signal's name"],
  ["wall_ms < 5 mss", 13, "did you mean ms?"],
  ["wall_ms < 5 MB", 9, "a time and a size cannot be put together"],
  ["wall_ms * wall_ms < 5", 9, "cannot be multiplied"],
  ["5 / wall_ms < 5", 3, "cannot be divided"],
  ["wall_ms", 1, "is a time and not true or false"],
  ["wall_ms = 5", 9, 'write "=="'],
  ["1 < syscalls < 5", 14, "cannot be chained"],
  ["syscalls and wall_ms < 5", 10, "and needs comparisons"],
  ["not syscalls", 1, "not needs comparisons"],
  ["-(syscalls < 5) < 1", 1, "has no negative"],
  ["(syscalls < 5", 14, 'where ")" is expected'],
  ["syscalls < 5)", 13, "where an operator"],
  ["syscalls <", 11, "where a number or a name is expected"],
  ["syscalls < 'a'", 12, "a text can only be the argument"],
  ['syscalls < "a', 12, "does not end"],
  ["syscalls < 5 $", 14, "has no meaning here"],
  ["syscalls < 1e999", 12, "is too large"],
  ["trace.spans.iter().all(|s| s.duration_ms < 50)", 6, "Rust and its closures"],
  ["std::mem::size < 5", 4, "Rust"],
  ["syscalls <= 5 | 6", 15, "Rust"],
  [`${"(".repeat(70)}1${")".repeat(70)} < 2`, 65, "nested deeper than 64"],
  [`${"not ".repeat(70)}1 < 2`, 257, "nested deeper"],
  ["1 + ".repeat(600), 2001, "longer than 2000"],
])("%s: column %i, %s", (text, column, message) => {
  let caught: unknown;
  try {
    parseExpression(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(ExpressionError);
  expect((caught as ExpressionError).message).toContain(message);
  expect((caught as ExpressionError).column).toBe(column);
});

test("any text is an expression or is refused as none", () => {
  const words = [...Object.keys(VARIABLES), ...Object.keys(FUNCTIONS), ...Object.keys(UNITS)];
  const symbols = ["<", "<=", "==", "!=", "+", "-", "*", "/", "%", "(", ")", "and", "or", "not", "!", "&&", "||", ","];
  const piece = fc.oneof(
    fc.constantFrom(...words, ...symbols, '"read"', "'ERROR'", "'", ".", "::", "|"),
    fc.integer({ min: -10, max: 1000 }).map(String),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join(" ");
      try {
        const { truth } = evaluateExpression(parseExpression(text), source);
        expect(typeof truth === "boolean" || truth.unknown !== "").toBe(true);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        expect(error.column).toBeGreaterThan(0);
        expect(error.column).toBeLessThanOrEqual(text.length + 1);
      }
    }),
    { numRuns: 500 },
  );
});

test("numbers come out as arithmetic has them", () => {
  interface Sum {
    readonly text: string;
    readonly value: number;
  }
  const { sum } = fc.letrec<{ sum: Sum; leaf: Sum; both: Sum }>((tie) => ({
    leaf: fc.integer({ min: 0, max: 50 }).map((value) => ({ text: String(value), value })),
    both: fc.tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum")).map(([a, operator, b]) => ({
      text: `(${a.text} ${operator} ${b.text})`,
      value: operator === "+" ? a.value + b.value : operator === "-" ? a.value - b.value : a.value * b.value,
    })),
    sum: fc.oneof({ maxDepth: 5 }, tie("leaf"), tie("both")),
  }));
  fc.assert(
    fc.property(sum, ({ text, value }) => {
      fc.pre(text.length < 1900);
      const { truth } = evaluateExpression(parseExpression(`${text} == ${value < 0 ? `-${-value}` : value}`), source);
      expect(truth).toBe(true);
    }),
  );
});
