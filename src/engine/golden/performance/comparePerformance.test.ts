import { describe, expect, test } from "vitest";
import type { PerformanceSample } from "../../../protocol/goldenFile.ts";
import { comparePerformance, type Machine } from "./comparePerformance.ts";
import { holm } from "./holm.ts";
import { upperTail } from "./studentT.ts";

const MACHINE: Machine = { arch: "x86_64", cpus: 2, kernel: "6.1.0", hostname: "box", recorder: "strace" };

function sample(values: Partial<PerformanceSample>): PerformanceSample {
  const zero = { wallNs: null, cpuNs: null, peakRssBytes: null, readBytes: null, writtenBytes: null };
  return { ...zero, syscallNs: 0, mappedBytes: 0, sites: [], ...values };
}

const cpu = (...milliseconds: number[]): PerformanceSample[] =>
  milliseconds.map((value) => sample({ cpuNs: value * 1e6 }));

interface Fixture {
  readonly golden: readonly PerformanceSample[];
  readonly actual: readonly PerformanceSample[];
  readonly metric?: string;
  readonly machine?: Machine;
  readonly verdict: string | undefined;
}

function checkVerdict({ golden, actual, metric = "cpu", machine = MACHINE, verdict }: Fixture): void {
  const results = comparePerformance(
    { schemaVersion: 1, name: "p", machine: MACHINE, samples: [...golden] },
    machine,
    actual,
  );
  expect(results.find((each) => each.metric === metric)?.verdict).toBe(verdict);
}

const at = (line: number, totalNs: number) => ({ file: "src/a.c", line, function: "f", calls: 10, totalNs });

describe("a figure", () => {
  test.each<[string, Fixture]>([
    [
      "20 % more than quiet samples has regressed",
      { golden: cpu(500, 504, 497), actual: cpu(604), verdict: "regressed" },
    ],
    [
      "20 % less has improved, and is no regression",
      { golden: cpu(500, 504, 497), actual: cpu(400), verdict: "improved" },
    ],
    ["5 % more is below the least effect", { golden: cpu(500, 501, 500), actual: cpu(525), verdict: "same" }],
    ["20 % more than noisy samples is noise", { golden: cpu(500, 600, 420), actual: cpu(610), verdict: "same" }],
    [
      "noise is overcome by more samples",
      { golden: cpu(500, 520, 480), actual: cpu(640, 660, 650), verdict: "regressed" },
    ],
    [
      "one sample among the golden's is no regression",
      { golden: cpu(500, 504, 700), actual: cpu(900, 690, 900), verdict: "same" },
    ],
    ["one golden sample is not enough", { golden: cpu(500), actual: cpu(900), verdict: "not-enough-samples" }],
    ["what was not measured is missing", { golden: [sample({}), sample({})], actual: cpu(1), verdict: "missing" }],
    ["twice of next to nothing is nothing", { golden: cpu(1, 1, 1), actual: cpu(20), verdict: "same" }],
    [
      "another machine is not compared",
      {
        golden: cpu(500, 504, 497),
        actual: cpu(900),
        machine: { ...MACHINE, hostname: "other" },
        verdict: "other-machine",
      },
    ],
    [
      "memory that never varied and grew has regressed",
      {
        golden: [1, 2, 3].map(() => sample({ mappedBytes: 1 << 20 })),
        actual: [sample({ mappedBytes: 9 << 20 })],
        metric: "mappedBytes",
        verdict: "regressed",
      },
    ],
    [
      "a line that got slower is found",
      {
        golden: [10, 10.2, 9.9].map((ms) => sample({ sites: [at(7, ms * 1e6)] })),
        actual: [sample({ sites: [at(7, 60e6)] })],
        metric: "syscallTime at src/a.c:7",
        verdict: "regressed",
      },
    ],
    [
      "a new line is a matter of behaviour",
      {
        golden: [1, 2, 3].map(() => sample({})),
        actual: [sample({ sites: [at(7, 40e6)] })],
        metric: "syscallTime at src/a.c:7",
        verdict: undefined,
      },
    ],
  ])("%s", (_name, fixture) => checkVerdict(fixture));
});

/** Milliseconds. */
interface Cost {
  readonly wall: number;
  readonly cpu?: number;
  readonly tree?: number;
  readonly machine?: number;
  readonly calls?: number;
  readonly line?: number;
}

const cost = ({ wall, cpu = 100, tree, machine, calls = 0, line }: Cost): PerformanceSample =>
  sample({
    ...{ wallNs: wall * 1e6, cpuNs: cpu * 1e6, syscallNs: calls * 1e6 },
    ...(tree === undefined ? {} : { treeWaitNs: tree * 1e6 }),
    ...(machine === undefined ? {} : { machineWaitNs: machine * 1e6 }),
    ...(line === undefined ? {} : { sites: [at(7, line * 1e6)] }),
  });

const IDLE = [200, 203, 198].map((wall) => cost({ wall, tree: 1, machine: 2, calls: 90, line: 60 }));
const LINE = "syscallTime at src/a.c:7";

describe("waiting for a processor", () => {
  test.each<[string, Cost, Readonly<Record<string, string>>]>([
    ["explains longer wall time", { wall: 400, tree: 195 }, { wall: "busy" }],
    ["of short programs is the machine's", { wall: 400, machine: 200 }, { wall: "busy" }],
    [
      "explains time in calls, also where one waits for the other",
      { wall: 400, tree: 195, calls: 600, line: 400 },
      {
        ...{ wall: "busy", syscallTime: "busy", [LINE]: "busy" },
      },
    ],
    [
      "that is too short explains nothing",
      { wall: 400, tree: 50, machine: 40, calls: 300 },
      {
        ...{ wall: "regressed", syscallTime: "regressed" },
      },
    ],
    ["that is not known explains nothing", { wall: 400 }, { wall: "regressed" }],
    ["that explains nearly all of it is all of it", { wall: 800, tree: 545 }, { wall: "busy" }],
    ["makes processor time dearer", { wall: 400, cpu: 140, tree: 170 }, { wall: "busy", cpu: "busy" }],
    ["is not there: then processor time is the program's", { wall: 240, cpu: 140, tree: 1 }, { cpu: "regressed" }],
    [
      "is no excuse for more work",
      { wall: 600, cpu: 200, tree: 300, machine: 300 },
      { wall: "regressed", cpu: "regressed" },
    ],
    [
      "does not hide what is slower by itself",
      { wall: 500, tree: 100, machine: 100, line: 360 },
      {
        ...{ wall: "regressed", [LINE]: "regressed" },
      },
    ],
    ["of many threads at once counts once", { wall: 400, tree: 8 * 100, machine: 100 }, { wall: "regressed" }],
  ])("%s", (_what, now, verdicts) => {
    const golden = { schemaVersion: 1, name: "p", machine: MACHINE, samples: [...IDLE] };
    const results = comparePerformance(golden, MACHINE, [cost(now)]);
    const told = Object.fromEntries(results.map(({ metric, verdict }) => [metric, verdict]));
    expect(told).toMatchObject(verdicts);
  });

  test("is compared as a share where somebody waits all the time", () => {
    const golden = [200, 203, 198].map((wall) => cost({ wall, machine: wall }));
    const results = comparePerformance({ schemaVersion: 1, name: "p", machine: MACHINE, samples: golden }, MACHINE, [
      cost({ wall: 400, machine: 400 }),
    ]);
    expect(results.find(({ metric }) => metric === "wall")?.verdict).toBe("regressed");
  });
});

test("lines of a few milliseconds are not judged", () => {
  const golden = [3, 3.1].map((line) => cost({ wall: 200, line }));
  const results = comparePerformance({ schemaVersion: 1, name: "p", machine: MACHINE, samples: golden }, MACHINE, [
    cost({ wall: 200, line: 24 }),
  ]);
  expect(results.some(({ metric }) => metric === LINE)).toBe(false);
});

test("the tail of Student's distribution is that of the tables", () => {
  // One-sided critical values, for example in Abramowitz & Stegun, table 26.10.
  expect(upperTail(2.92, 2)).toBeCloseTo(0.05, 4);
  expect(upperTail(6.965, 2)).toBeCloseTo(0.01, 4);
  expect(upperTail(2.776, 4)).toBeCloseTo(0.025, 4);
  expect(upperTail(1.697, 30)).toBeCloseTo(0.05, 4);
  expect(upperTail(0, 5)).toBeCloseTo(0.5, 10);
  expect(upperTail(-2.92, 2)).toBeCloseTo(0.95, 4);
});

test("Holm's correction multiplies the smallest most and never turns the order", () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holm([0.5, 0.6])).toEqual([1, 1]);
});
