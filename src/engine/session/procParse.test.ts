import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseChildren,
  parseCpuPressure,
  parseProcIo,
  parseProcStat,
  parseProcStatus,
  parseRunDelay,
  parseSchedstat,
  parseStolenTicks,
} from "./procParse.ts";

/** A line of `/proc/PID/stat` as proc(5) has it, with the fields that are used at their places. */
function statLine(comm: string): string {
  const fields = ["S", 77, 1, 1, 0, -1, 4194304, 11, 12, 13, 14, 100, 50, 30, 20, 20, 0, 3, 0, 987654, 1000, 250];
  return `4711 (${comm}) ${fields.join(" ")} 0 0\n`;
}

describe("parseProcStat", () => {
  it("reads every field at its place", () => {
    expect(parseProcStat(statLine("sh"))).toEqual({
      pid: 4711,
      comm: "sh",
      state: "S",
      ppid: 77,
      minorFaults: 11,
      childMinorFaults: 12,
      majorFaults: 13,
      childMajorFaults: 14,
      cpuTicks: 150,
      childCpuTicks: 50,
      threads: 3,
      start: 987654,
    });
  });

  it("is not misled by any command name", () => {
    const hostile = [") S 1 (", "a b", "x) R 9 9 9", "\n", "(((", ")", "", ") Z"];
    for (const comm of hostile) expect(parseProcStat(statLine(comm))).toMatchObject({ comm, ppid: 77, start: 987654 });
    fc.assert(
      fc.property(fc.string({ maxLength: 15, unit: "binary" }), (comm) => {
        expect(parseProcStat(statLine(comm))).toMatchObject({ comm, pid: 4711, ppid: 77, threads: 3, start: 987654 });
      }),
    );
  });

  it("refuses what is not whole, at every cut", () => {
    const whole = statLine("sh");
    // Up to the start time, the last field that is used.
    const needed = whole.indexOf("987654");
    for (let cut = 0; cut < needed; cut++) expect(parseProcStat(whole.slice(0, cut))).toBeUndefined();
    expect(parseProcStat("garbage")).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => parseProcStat(text) === undefined));
  });
});

describe("parseProcStatus", () => {
  const text =
    "Name:\ta\\nVmRSS:\t9 kB\nState:\tS (sleeping)\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n" +
    "SigIgn:\t0000000000010000\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t34\n";

  it("reads sizes in bytes and the thread's switches", () => {
    expect(parseProcStatus(text)).toEqual({
      rssBytes: 1024 * 1024,
      peakRssBytes: 2048 * 1024,
      voluntarySwitches: 12,
      involuntarySwitches: 34,
      ignoresChildren: true,
      tracerPid: 0,
    });
  });

  it("has zeros for a zombie, which has no memory", () => {
    expect(parseProcStatus("Name:\tsh\nState:\tZ (zombie)\nTracerPid:\t4711\nSigIgn:\t0000000000000000\n")).toEqual({
      rssBytes: 0,
      peakRssBytes: 0,
      voluntarySwitches: 0,
      involuntarySwitches: 0,
      ignoresChildren: false,
      tracerPid: 4711,
    });
  });

  it("refuses other text", () => {
    expect(parseProcStatus("")).toBeUndefined();
    expect(parseProcStatus("State:\tS\n")).toBeUndefined();
  });
});

describe("the small files", () => {
  it("reads io", () => {
    const text = "rchar: 323934931\nwchar: 323929600\nsyscr: 632687\nsyscw: 632675\nread_bytes: 0\nwrite_bytes: 5\n";
    expect(parseProcIo(text)).toEqual({ readBytes: 323934931, writtenBytes: 323929600 });
    expect(parseProcIo("rchar: 3\n")).toBeUndefined();
  });

  it("reads schedstat", () => {
    expect(parseSchedstat("40993318 111836148 93\n")).toBe(40993318);
    expect(parseSchedstat("")).toBeUndefined();
    expect(parseSchedstat("a b c\n")).toBeUndefined();
  });

  it("reads what is known of waiting for a processor", () => {
    expect(parseRunDelay("40993318 111836148 93\n")).toBe(111836148);
    expect(parseRunDelay("")).toBeUndefined();
    const pressure =
      "some avg10=84.69 avg60=77.34 avg300=58.17 total=13191371243\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
    expect(parseCpuPressure(pressure)).toBe(13191371243);
    expect(parseCpuPressure("")).toBeUndefined();
    const stat = "cpu  3677970 77444 663910 1597191 6534 0 9138 159847 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
    expect(parseStolenTicks(stat)).toBe(159847);
    expect(parseStolenTicks("cpu  1 2 3\n")).toBeUndefined();
  });

  it("reads children", () => {
    expect(parseChildren("12 345 6 ")).toEqual([12, 345, 6]);
    expect(parseChildren("")).toEqual([]);
  });
});
