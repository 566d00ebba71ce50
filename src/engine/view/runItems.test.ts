import { describe, expect, it } from "vitest";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { runItem, unreadableRunItem } from "./runItems.ts";

const now = Date.parse("2026-11-22T12:00:00Z");

function manifest(changes: Partial<RunManifest>): RunManifest {
  const startedNs = String(BigInt(now - 5 * 60_000) * 1_000_000n);
  return {
    schemaVersion: 1,
    id: "server_x",
    name: "server",
    tool: "0.1.0",
    state: "finished",
    complete: true,
    problems: [],
    command: { program: "./server", args: ["--port", "80"], cwd: "/w", envNames: [], envSet: {} },
    workspace: "/w",
    meta: {},
    recorder: {
      id: "strace",
      version: "6.1",
      reason: "asked for",
      rejected: [],
      filter: "",
      seccomp: false,
      stacks: false,
      pinned: false,
      captureData: false,
      attachedPid: null,
    },
    capture: "pipe",
    metricsIntervalMs: 100,
    host: { hostname: "h", os: "Debian", kernel: "6", arch: "x64", cpus: 2, memoryBytes: 1 },
    git: null,
    clocks: { start: { realtimeNs: startedNs, monotonicNs: "1" }, end: null },
    exit: { code: 0, signal: null },
    wallNs: 1.5e9,
    counts: { syscalls: 1234, logLines: 5, metricSamples: 2, threads: 1, signals: 0, stdoutBytes: 10, stderrBytes: 0 },
    lost: 0,
    artifacts: [],
    ...changes,
  };
}

describe("a row of the Runs view", () => {
  it.each([
    [{}, true, "5 min ago · exit code 0"],
    [{ exit: { code: 3, signal: null } }, true, "5 min ago · exit code 3"],
    [{ exit: { code: null, signal: "SIGSEGV" } }, true, "5 min ago · killed by SIGSEGV"],
    [{ complete: false }, true, "5 min ago · incomplete"],
    [{ state: "recording" as const, complete: false, exit: null }, true, "5 min ago · recording"],
    [{ state: "recording" as const, complete: false, exit: null }, false, "5 min ago · incomplete"],
    [{ state: "failed" as const, complete: false, exit: null }, true, "5 min ago · could not be recorded"],
  ])("%j, recorder alive: %s -> %s", (changes, alive, description) => {
    expect(runItem(manifest(changes), alive, now).description).toBe(description);
  });

  it("says why a run of a dead recorder is incomplete", () => {
    const item = runItem(manifest({ state: "recording", complete: false }), false, now);
    expect(item.problems).toEqual([expect.stringContaining("recorder was ended")]);
  });

  it("never claims zero system calls where none were recorded", () => {
    const recorder = { ...manifest({}).recorder, id: "none" as const };
    expect(runItem(manifest({ recorder }), true, now).facts).toContainEqual(["System calls", "not recorded"]);
  });

  it("shows hostile names as plain text on one line", () => {
    const item = runItem(manifest({ name: "a\u001b[31m\nb\u202e" }), true, now);
    expect(item.label).toBe("a\\x1b[31m\\nb\\u202e");
    expect(unreadableRunItem("x\n", "bad\u0007").problems).toEqual(["bad\\x07"]);
  });
});
