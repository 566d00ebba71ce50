import fc from "fast-check";
import { expect, test } from "vitest";
import {
  divergenceOf,
  entryOf,
  FULL_REPORT,
  hostileReport,
  performanceOf,
  reportOf,
  sideOf,
} from "../../../test/support/checkReports.ts";
import { displayWidth } from "../../base/terminal/displayWidth.ts";
import type { Style } from "../../base/terminal/style.ts";
import { textReport } from "./text.ts";

const lines = (text: string) => text.split("\n");

test("tells every kind of outcome, narrow", () => {
  expect(textReport(FULL_REPORT, { columns: 40 })).toMatchSnapshot();
});

test("tells every kind of outcome, on 80 columns", () => {
  expect(textReport(FULL_REPORT, { columns: 80 })).toMatchSnapshot();
});

test("stands the two sides beside each other where there is room", () => {
  const text = textReport(FULL_REPORT, { columns: 120 });
  expect(text).toMatch(/^ {4}golden +│ now$/m);
  expect(text).toMatch(/^ {4}read\(data\.bin, 4096\) = 4096 ×8 +│ read\(data\.bin, 512\) = 512 ×12$/m);
  expect(text).toContain("    - fsync(model.bin) = 0\n");
});

test("a row of targets that hold is a row of lines", () => {
  const text = textReport(reportOf(entryOf("a", "holds"), entryOf("b", "holds")), { columns: 80 });
  expect(lines(text)).toEqual([
    `✓ a  holds: 1,234 events as in the golden, confidence 100 %${" ".repeat(15)}1.42 s`,
    `✓ b  holds: 1,234 events as in the golden, confidence 100 %${" ".repeat(15)}1.42 s`,
    "",
    "2 targets: 2 hold",
    "",
  ]);
});

test("nothing that was checked is said to be nothing", () => {
  expect(textReport(reportOf())).toBe("No target was checked.\n");
});

test("confidence is never rounded up to certainty, nor a difference that is not listed to none", () => {
  expect(textReport(reportOf(entryOf("a", "diverged", { verdict: "diverged", confidence: 0.99999 })))).toContain(
    "diverged: 1 difference, confidence 99.9 %",
  );
});

test("tells twenty differences and five events of each, or all", () => {
  const divergences = Array.from({ length: 25 }, (_, index) =>
    divergenceOf({
      id: `d${index}`,
      title: `difference ${index}`,
      golden: sideOf(Array.from({ length: 9 }, (_, event) => `event ${event}`)),
    }),
  );
  const report = reportOf(entryOf("a", "diverged", { divergences }));
  const short = textReport(report);
  expect(short).toContain("difference 19");
  expect(short).not.toContain("difference 20");
  expect(short).toContain("  … and 5 more differences\n");
  expect(short).toContain("    - event 4\n    - … and 4 more\n");
  const long = textReport(report, { all: true });
  expect(long).toContain("difference 24");
  expect(long).toContain("- event 8\n");
  expect(long).not.toContain("more");
});

test("figures that cannot be judged are no pass in disguise", () => {
  const performance = ["wall", "cpu"].map((metric) => performanceOf({ metric, verdict: "not-enough-samples" }));
  expect(textReport(reportOf(entryOf("a", "holds", { performance })))).toContain(
    "  Not judged (not enough samples): wall time, CPU time\n",
  );
});

test("colours only when asked to", () => {
  const paint = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
  const style: Style = {
    bold: paint("b"),
    dim: paint("dim"),
    good: paint("good"),
    warn: paint("warn"),
    bad: paint("bad"),
  };
  const text = textReport(FULL_REPORT, { style });
  expect(text).toContain("<good>✓</good> <b>hello</b>");
  expect(text).toContain("<bad>    - fsync(model.bin) = 0</bad>");
  expect(text.replace(/<\/?(?:b|dim|good|warn|bad)>/g, "")).toBe(textReport(FULL_REPORT));
});

test("fits the terminal and keeps hostile text harmless", () => {
  fc.assert(
    fc.property(hostileReport, fc.integer({ min: 40, max: 130 }), fc.boolean(), (report, columns, all) => {
      for (const line of lines(textReport(report, { columns, all }))) {
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/);
        expect(line).not.toMatch(/^\s*::/);
        expect(line).not.toMatch(/##\w*\[/);
        expect(line.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});
