import { expect, test } from "vitest";
import { addCalls, traceBuilder } from "../../../../test/support/traces.ts";
import { SyscallState } from "../../trace/trace.ts";
import { performanceSample } from "./performanceSample.ts";

test.each([
  ["that ended soon is not known", 4, null],
  ["that was looked at often is", 5, 9000],
])("peak memory of a program %s", (_title, looks, expected) => {
  const builder = traceBuilder();
  addCalls(builder, [{ name: "getpid" }]);
  for (let look = 0; look < looks; look++) {
    const reading = { cpuPercent: 0, cpuNs: 0, rssBytes: 5000, peakRssBytes: 9000, readBytes: 0, writtenBytes: 0 };
    const counts = {
      threads: 1,
      processes: 1,
      voluntarySwitches: 0,
      involuntarySwitches: 0,
      minorFaults: 0,
      majorFaults: 0,
    };
    for (const pid of [100, 0]) builder.addMetric({ time: look, pid, ...reading, ...counts });
  }
  expect(performanceSample(builder.build(), undefined).peakRssBytes).toBe(expected);
});

test("calls that returned are counted one by one, also those that count as one event", () => {
  const builder = traceBuilder();
  const read = { name: "read", args: "0<pipe:[7]>, 1", result: 1 };
  addCalls(builder, [read, read, read, { name: "exit_group", state: SyscallState.noResult }]);
  expect(performanceSample(builder.build(), undefined).calls).toBe(3);
});
