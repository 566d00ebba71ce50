import { describe, expect, it } from "vitest";
import { manifestOf } from "../../../test/support/traces.ts";
import type { RunManifest, RunStop } from "../../protocol/runFolder.ts";
import { runItem, unreadableRunItem } from "./runItems.ts";

const now = Date.parse("2026-11-22T12:00:00Z");

/** An ordinary run that began five minutes ago. */
function manifest(changes: Partial<RunManifest>): RunManifest {
  const realtimeNs = String(BigInt(now - 5 * 60_000) * 1_000_000n);
  return manifestOf({ clocks: { start: { realtimeNs, monotonicNs: "1" }, end: null }, ...changes });
}

function stop(by: RunStop["by"], how: RunStop["how"]): RunStop {
  return { by, how, afterNs: 5e9 };
}

describe("a row of the Runs view", () => {
  it.each([
    [{}, true, "5 min ago · exit code 0"],
    [{ exit: { code: 3, signal: null } }, true, "5 min ago · exit code 3"],
    [{ exit: { code: null, signal: "SIGSEGV" } }, true, "5 min ago · killed by SIGSEGV"],
    [{ complete: false }, true, "5 min ago · incomplete"],
    [
      { exit: { code: null, signal: "SIGTERM" }, stopped: stop("user", "terminate") },
      true,
      "5 min ago · stopped by you",
    ],
    [{ exit: { code: 0, signal: null }, stopped: stop("user", "terminate") }, true, "5 min ago · stopped by you"],
    [
      { exit: { code: 143, signal: null }, stopped: stop("user", "terminate") },
      true,
      "5 min ago · stopped by you, exit code 143",
    ],
    [
      { exit: { code: null, signal: "SIGSEGV" }, stopped: stop("user", "terminate") },
      true,
      "5 min ago · stopped by you, killed by SIGSEGV",
    ],
    [
      { exit: { code: null, signal: "SIGKILL" }, stopped: stop("client-gone", "kill") },
      true,
      "5 min ago · stopped when its client went away",
    ],
    [{ exit: null, stopped: stop("duration", "detach") }, true, "5 min ago · detached after 5.00 s"],
    [{ exit: null, stopped: stop("user", "detach") }, true, "5 min ago · detached by you"],
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
