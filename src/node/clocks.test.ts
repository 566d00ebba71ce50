import { expect, it } from "vitest";
import { clockProblem, readClocks } from "./clocks.ts";

const start = { realtimeNs: 1_000_000_000_000n, monotonicNs: 5_000n };

it.each([
  { title: "an hour back", realtime: -3600e9, says: "set back" },
  { title: "ten milliseconds back", realtime: -10e6, says: "set back" },
  { title: "a day forward", realtime: 86_400e9, says: "set forward" },
  { title: "not at all", realtime: 0, says: undefined },
  { title: "by less than can be measured", realtime: 2e6, says: undefined },
])("the clock is set $title", ({ realtime, says }) => {
  const later = 2_000_000_000n;
  const now = {
    realtimeNs: start.realtimeNs + later + BigInt(realtime),
    monotonicNs: start.monotonicNs + later,
  };
  const problem = clockProblem(start, now);
  if (says === undefined) expect(problem).toBeUndefined();
  else
    expect(problem).toMatchObject({ kind: "clock-stepped", message: expect.stringContaining(says), losesData: false });
});

it("does not take two readings of an undisturbed clock for a step", () => {
  expect(clockProblem(readClocks(), readClocks())).toBeUndefined();
});
