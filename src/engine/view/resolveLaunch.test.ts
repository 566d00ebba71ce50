import { describe, expect, it } from "vitest";
import { launchArgsSchema } from "../../protocol/launch.ts";
import { RECORDING_DEFAULTS } from "../../protocol/recordingDefaults.ts";
import { type LaunchSettings, resolveLaunch } from "./resolveLaunch.ts";

const unset: LaunchSettings = {
  recorder: undefined,
  stacks: undefined,
  metricsIntervalMs: undefined,
  traceLogs: undefined,
  traceEnv: undefined,
  stracePath: undefined,
  runsDirectory: undefined,
};
const launch = { type: "goldentrace", request: "launch", name: "x", program: "./x" };

describe("resolveLaunch", () => {
  it("gives a bare configuration every default, and the adapter accepts the result", () => {
    const resolved = resolveLaunch(launch, unset, "/w");
    expect(resolved).toMatchObject({
      ...RECORDING_DEFAULTS,
      args: [],
      cwd: "/w",
      console: "internalConsole",
      workspace: "/w",
    });
    expect(launchArgsSchema.safeParse(resolved).success).toBe(true);
  });

  it("puts settings above defaults and the configuration above settings", () => {
    const settings = { ...unset, stacks: true, metricsIntervalMs: 20, runsDirectory: "/runs" };
    expect(resolveLaunch(launch, settings, "/w")).toMatchObject({
      stacks: true,
      metricsIntervalMs: 20,
      outDir: "/runs",
    });
    expect(resolveLaunch({ ...launch, stacks: false, outDir: "/own" }, settings, "/w")).toMatchObject({
      stacks: false,
      outDir: "/own",
    });
  });

  it("merges the TRACE table variable by variable", () => {
    const settings = { ...unset, traceEnv: { A: "1", B: "2" } };
    expect(resolveLaunch({ ...launch, traceEnv: { B: null } }, settings, "/w").traceEnv).toEqual({ A: "1", B: null });
  });

  it("does not let an undefined attribute or an empty setting hide a default", () => {
    const resolved = resolveLaunch(
      { ...launch, filter: undefined },
      { ...unset, stracePath: "", runsDirectory: "" },
      "/w",
    );
    expect(resolved).toMatchObject({ filter: "", stracePath: "" });
    expect(resolved).not.toHaveProperty("outDir");
  });

  it("gives an attach configuration nothing that belongs to launching", () => {
    const resolved = resolveLaunch({ type: "goldentrace", request: "attach", processId: 7 }, unset, "/w");
    for (const key of ["args", "env", "console", "cwd"]) expect(resolved).not.toHaveProperty(key);
  });
});
