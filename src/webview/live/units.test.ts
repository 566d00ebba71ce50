import { describe, expect, it } from "vitest";
import { binaryAxis, decimalAxis, formatClock, timeTicks } from "./chartScale.ts";
import { keepOrder, sortSyscalls } from "./syscallOrder.ts";
import { formatElapsed, formatLogTime, formatPercent, roundBytes, shortCount } from "./units.ts";

describe("what figures look like", () => {
  it.each([
    [formatPercent(0), "0 %"],
    [formatPercent(3.44), "3.4 %"],
    [formatPercent(180.4), "180 %"],
    [roundBytes(64 * 1024 * 1024), "64 MiB"],
    [roundBytes(512), "512 B"],
    [shortCount(20_000), "20k"],
    [shortCount(2_500_000), "2.5M"],
    [shortCount(0.5), "0.5"],
    [formatElapsed(12.39e9), "12.3 s"],
    [formatElapsed(59.99e9), "59.9 s"],
    [formatElapsed(125e9), "2:05"],
    [formatElapsed(3725e9), "1:02:05"],
    [formatLogTime(1_234_567_890), "0:01.234"],
    [formatLogTime(3_723_456e6), "1:02:03.456"],
    [formatClock(0.5e9), "0.5 s"],
    [formatClock(30e9), "30 s"],
    [formatClock(125e9), "2:05"],
    [formatClock(3725e9), "1:02:05"],
  ])("%s", (actual, expected) => {
    expect(actual).toBe(expected);
  });
});

describe("axes", () => {
  it.each([
    [0, 100],
    [99, 100],
    [100, 100],
    [101, 200],
    [401, 500],
    [501, 1000],
  ])("a peak of %s %% fits below %s %%", (peak, top) => {
    expect(decimalAxis(peak, 100).top).toBe(top);
  });
  it("bytes end at powers of two", () => {
    expect(binaryAxis(135 * 1024 * 1024, 1).top).toBe(256 * 1024 * 1024);
    expect(binaryAxis(256 * 1024 * 1024, 1).top).toBe(256 * 1024 * 1024);
  });
  it("time ticks are round, inside the domain and no more than fit", () => {
    for (const seconds of [0.3, 2, 7, 42, 60, 61, 3599, 86_400, 5e6]) {
      for (const most of [1, 2, 5, 12]) {
        const ticks = timeTicks([0, seconds * 1e9], most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        expect(ticks.every((tick) => tick >= 0 && tick <= seconds * 1e9)).toBe(true);
      }
    }
    expect(timeTicks([0, 42e9], 5)).toEqual([0, 10e9, 20e9, 30e9, 40e9]);
  });
});

describe("order of system calls", () => {
  const row = (name: string, totalNs: number, calls = 1) => ({ name, calls, errors: 0, totalNs });
  it("keeps equal rows where they were", () => {
    const sorted = sortSyscalls([row("a", 5), row("b", 5), row("c", 9)], { column: "totalNs", descending: true }, [
      "b",
      "a",
    ]);
    expect(sorted.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });
  it("moves nothing while nothing may move, and appends what is new", () => {
    const kept = keepOrder([row("c", 9), row("a", 5), row("n", 1)], ["a", "gone", "c"]);
    expect(kept.map(({ name }) => name)).toEqual(["a", "c", "n"]);
  });
});
