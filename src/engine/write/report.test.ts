import fc from "fast-check";
import { expect, test } from "vitest";
import { addCalls, manifestOf, traceBuilder, traceOf } from "../../../test/support/traces.ts";
import { summarize } from "../query/summarize.ts";
import { writeReport } from "./report.ts";

const EXTRA = { path: "/r", name: "r" };

test("tells a good run", () => {
  const manifest = manifestOf({ meta: { stage: "training" } });
  const trace = traceOf([
    { name: "openat", args: '"/etc/x"', errno: "ENOENT", duration: 5000 },
    { name: "read", duration: 3_000_000 },
  ]);
  const report = writeReport(summarize(trace, manifest, EXTRA), manifest);
  expect(report.split("\n").filter((line) => line.startsWith("#"))).toEqual([
    "# `prog` Execution Trace",
    "## Configuration",
    "## Results",
    "## Summary Statistics",
    "## Top System Calls",
    "## Slowest Calls",
    "## Errors",
    "## Metrics",
    "## Logs by Level",
    "## Hot Lines",
    "## Threads",
    "## Summary",
  ]);
  expect(report).toContain("**Timestamp**: 2026-11-22T02:30:12.015Z");
  expect(report).toContain("**Unix Timestamp**: 1795314612");
  expect(report).toContain("- **Command**: `./prog 'a b'`");
  expect(report).toContain("- **Mark `stage`**: `training`");
  expect(report).toContain("| Program succeeded | ✅ PASS | exit code 0 |");
  expect(report).toContain("| 99.83 | 0.003000 | 3000 | 1 |  | `read` | 3.00 ms | 3.00 ms | 3.00 ms |");
  expect(report).toContain("| 1 | ENOENT | `openat` | `/etc/x` |");
  expect(report).toContain("- **Success Rate**: 100.0%");
  expect(report).toContain("🎉 **All checks passed.**");
});

test("GPUs have a section of their own, where there are any", () => {
  const builder = traceBuilder();
  const unknown = { programMemoryBytes: Number.NaN, powerWatts: Number.NaN };
  const memory = { memoryBytes: 2 ** 33, memoryTotalBytes: 2 ** 34 };
  builder.addGpu({ time: 1e9, gpu: 0, name: "Tesla | T4", utilizationPercent: 97, ...memory, ...unknown });
  builder.addGpu({ time: 2e9, gpu: 0, name: "Tesla | T4", utilizationPercent: 43, ...memory, ...unknown });
  for (const time of [1e9, 2e9]) {
    const own = { programMemoryBytes: 2 ** 30, powerWatts: 350 };
    builder.addGpu({ time, gpu: 1, name: "NVIDIA H100", utilizationPercent: 0, ...memory, ...own });
  }
  const manifest = manifestOf();
  const report = writeReport(summarize(builder.build(), manifest, EXTRA), manifest);
  expect(report).toContain("## GPU\n\nSampled with nvidia-smi, 2 samples.");
  expect(report).toContain("| 0 | `Tesla \\| T4` | 97 % | 70 % | 8.00 GiB of 16.0 GiB | not known | not known |");
  expect(report).toContain("| 1 | `NVIDIA H100` | 0 % | 0 % | 8.00 GiB of 16.0 GiB | 1.00 GiB | 350 J |");
});

test("a killed program, a cut-off recording and an empty trace fail", () => {
  const killed = manifestOf({ exit: { code: null, signal: "SIGSEGV" } });
  expect(writeReport(summarize(traceOf([{ name: "read" }]), killed, EXTRA), killed)).toContain(
    "| Program succeeded | ❌ FAIL | killed by SIGSEGV |",
  );

  const cut = manifestOf({ state: "recording", complete: false, exit: null, wallNs: null });
  const cutReport = writeReport(summarize(traceOf([{ name: "read" }]), cut, EXTRA), cut);
  expect(cutReport).toContain("**This trace is incomplete**");
  expect(cutReport).toContain("| Trace is complete | ❌ FAIL |");
  expect(cutReport).toContain("Some checks failed");

  const empty = manifestOf();
  expect(writeReport(summarize(traceOf([]), empty, EXTRA), empty)).toContain("| System calls recorded | ❌ FAIL |");
});

test("a run without system calls never shows zero of them", () => {
  const { recorder } = manifestOf();
  const manifest = manifestOf({ recorder: { ...recorder, id: "none" } });
  const report = writeReport(summarize(traceOf([]), manifest, EXTRA), manifest);
  for (const name of ["Time in system calls, all threads", "System calls", "Processes", "Threads", "Signals"]) {
    expect(report).toContain(`- **${name}**: not recorded`);
  }
  expect(report).not.toMatch(/No system call failed|every system call/);
});

test("a program that was stopped is not one that failed", () => {
  const stopped = { by: "user", how: "terminate", afterNs: 5e9 } as const;
  const manifest = manifestOf({ exit: { code: null, signal: "SIGTERM" }, stopped });
  expect(writeReport(summarize(traceOf([]), manifest, EXTRA), manifest)).toContain(
    "| Program succeeded | ⚠️ NOTE | stopped by you |",
  );
});

/** Number of cells of a table row by the rules of GFM: bars count unless escaped. */
function cells(row: string): number {
  return [...row.matchAll(/(?<!\\)\|/g)].length - 1;
}

test("hostile text stays inside its cell", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("`", "|", "\\", "<", "\n", "\u001b", "\u202e", "[", "a", " ", "*", "#"),
  });
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, path, word) => {
      const builder = traceBuilder();
      builder.threads.setName(0, name);
      addCalls(builder, [
        { name: `n${name}`, args: `"${path.replace(/[^\x20-\x7e]/g, "?")}"`, errno: "ENOENT", duration: 1 },
        { name: "read", resultText: word },
      ]);
      const manifest = manifestOf({
        name,
        command: { program: name, args: [word], cwd: path, envNames: [], envSet: { [`X${word}`]: path } },
        problems: [{ kind: "setuid", message: `<b>${word}</b>`, losesData: false }],
        meta: { [word]: name },
      });
      const report = writeReport(summarize(builder.build(), manifest, EXTRA), manifest);
      expect(report).not.toMatch(/[\u001b\u202e]/);
      expect(report).not.toContain("<b>");
      let width = 0;
      for (const line of report.split("\n")) {
        if (!line.startsWith("|")) width = 0;
        else if (width === 0) width = cells(line);
        else expect(cells(line)).toBe(width);
      }
      // No line of the text became a heading or an item of ours.
      expect(report.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(12);
    }),
  );
});

test("no line begins with a workflow command", () => {
  const manifest = manifestOf({ name: "::error::x", command: { ...manifestOf().command, program: "\n::error::x" } });
  const report = writeReport(summarize(traceOf([{ name: "::error::x" }]), manifest, EXTRA), manifest);
  expect(report.split("\n").some((line) => line.trimStart().startsWith("::"))).toBe(false);
});
