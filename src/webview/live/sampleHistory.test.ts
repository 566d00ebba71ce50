import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveSample } from "../../protocol/live.ts";
import { chartPath } from "./chartPath.ts";
import { SampleHistory } from "./sampleHistory.ts";

function sample(timeNs: number, cpuPercent: number): LiveSample {
  return {
    timeNs,
    cpuPercent,
    rssBytes: 0,
    readBytesPerSecond: 0,
    writtenBytesPerSecond: 0,
    syscallsPerSecond: 0,
    threads: 1,
  };
}

describe("SampleHistory", () => {
  it("keeps the highest value, the mean and the order, however many samples come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const history = new SampleHistory(16);
          history.push(values.map((value, i) => sample(i + 1, value)));
          const held = history.column("cpuPercent").subarray(0, history.length);
          expect(history.length).toBeLessThanOrEqual(16);
          expect(Math.max(...held)).toBe(Math.max(...values));
          expect(history.peak("cpuPercent")).toBe(Math.max(...values));
          expect(history.mean("cpuPercent")).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 3);
          expect(history.newestNs).toBe(values.length);
          const times = [...history.time.subarray(0, history.length)];
          expect(times).toEqual([...times].sort((a, b) => a - b));
        },
      ),
    );
  });

  it("drops samples that it has already, as a repeated snapshot brings them", () => {
    const history = new SampleHistory();
    history.push([sample(1, 10), sample(2, 20)]);
    history.push([sample(1, 99), sample(2, 99), sample(3, 30)]);
    expect([...history.column("cpuPercent").subarray(0, history.length)]).toEqual([10, 20, 30]);
  });

  it("tells measures that not all samples have apart from zero, also after merging", () => {
    const history = new SampleHistory(4);
    history.push([sample(1, 1), sample(2, 1)]);
    expect(history.has("gpuPercent")).toBe(false);
    const figures = { gpuMemoryBytes: 5, gpuMemoryIsOwn: true };
    history.push([
      { ...sample(3, 1), gpuPercent: 90 },
      { ...sample(4, 1), ...figures, gpuPercent: 30 },
    ]);
    expect(history.has("gpuPercent")).toBe(true);
    expect(history.mean("gpuPercent")).toBe(60);
    history.push([sample(5, 1)]);
    expect([...history.column("gpuPercent").subarray(0, history.length)]).toEqual([Number.NaN, 90, Number.NaN]);
    expect(history.peak("gpuMemoryBytes")).toBe(5);
    expect(history.gpuMemoryIsOwn).toBe(true);
    history.clear();
    expect(history.has("gpuPercent")).toBe(false);
    expect(history.mean("gpuPercent")).toBe(0);
  });

  it("finds the nearest sample", () => {
    const history = new SampleHistory();
    expect(history.nearest(5)).toBe(-1);
    history.push([sample(10, 0), sample(20, 0), sample(40, 0)]);
    expect([0, 14, 16, 29, 31, 99].map((time) => history.nearest(time))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe("chartPath", () => {
  function path(
    times: readonly number[],
    options: { columns?: number; pauses?: { startNs: number; endNs: number | null }[]; gapNs?: number } = {},
  ) {
    const history = new SampleHistory();
    history.push(times.map((time, i) => sample(time, i % 97 === 50 ? 1000 : i % 10)));
    return chartPath({
      history,
      values: history.column("cpuPercent"),
      domain: [0, times.at(-1) ?? 0],
      columns: options.columns ?? 1000,
      gapNs: options.gapNs ?? 1e9,
      pauses: options.pauses ?? [],
    });
  }

  it("draws every sample when they are few", () => {
    expect(path([1, 2, 3, 4])).toHaveLength(4);
  });

  it("breaks where samples are missing", () => {
    expect(path([1e8, 2e8, 5e9, 5.1e9])).toEqual([
      { time: 1e8, value: 0 },
      { time: 2e8, value: 1 },
      null,
      { time: 5e9, value: 2 },
      { time: 5.1e9, value: 3 },
    ]);
  });

  it("breaks where a value is not known, and keeps the known ones beside it", () => {
    const history = new SampleHistory();
    const percents = [undefined, 1, undefined, 3, 4, undefined];
    const all = percents.map((gpuPercent, i) => ({
      ...sample(i + 1, 0),
      ...(gpuPercent === undefined ? {} : { gpuPercent }),
    }));
    history.push(all);
    const values = history.column("gpuPercent");
    const request = { history, values, domain: [0, 7] as const, gapNs: 1e9, pauses: [] };
    const shape = (columns: number) => chartPath({ ...request, columns }).map((point) => point?.value ?? null);
    expect(shape(100)).toEqual([1, null, 3, 4, null]);
    expect(shape(1)).toEqual([1, 4]);
  });

  it("breaks at a pause, also while it lasts", () => {
    expect(path([1, 2, 3, 4], { pauses: [{ startNs: 2.2, endNs: 2.8 }] }).indexOf(null)).toBe(2);
    expect(path([1, 2, 3, 4], { pauses: [{ startNs: 3.5, endNs: null }] }).indexOf(null)).toBe(3);
  });

  it("keeps every spike and stays small when samples are many", () => {
    const times = Array.from({ length: 50_000 }, (_, i) => (i + 1) * 1e8);
    const points = path(times, { columns: 200 });
    expect(points.length).toBeLessThanOrEqual(200 * 4 + 8);
    const highest = new Set(
      points.filter((point) => point?.value === 1000).map((point) => Math.floor(((point?.time ?? 0) / 5e12) * 200)),
    );
    expect(highest.size).toBeGreaterThanOrEqual(200);
  });
});
