import { describe, expect, test } from "vitest";
import { ExpectedError } from "../base/errors.ts";
import { RECORDING_DEFAULTS } from "../protocol/recordingDefaults.ts";
import { attachRequest, launchRequest, parseAttach, parseLaunch } from "./resolveLaunch.ts";

const context = { cwd: "/home/me", env: { PATH: "/bin", OLD: "1", GONE: undefined } };

test("a launch that says only the program gets every default", () => {
  const request = launchRequest(parseLaunch({ program: "bin/server", workspace: "/w" }), { kind: "pipes" }, context);
  expect(request).toEqual({
    name: "server",
    what: {
      kind: "launch",
      program: "bin/server",
      args: [],
      cwd: "/w",
      env: { PATH: "/bin", OLD: "1" },
      stdio: { kind: "pipes" },
    },
    workspace: "/w",
    runsDirectory: "/w/.goldentrace/runs",
    options: RECORDING_DEFAULTS,
    toolVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});

test("what a launch says wins; null takes a variable away", () => {
  const args = parseLaunch({
    type: "goldentrace",
    request: "launch",
    __sessionId: "x",
    name: "Train",
    program: "python3",
    args: ["train.py", "a b"],
    cwd: "model",
    workspace: "/w",
    outDir: "../runs",
    env: { OLD: null, NEW: "2" },
    stacks: true,
    filter: "file",
  });
  const request = launchRequest(args, { kind: "pipes" }, context);
  expect(request).toMatchObject({
    name: "Train",
    what: { args: ["train.py", "a b"], cwd: "/w/model", env: { PATH: "/bin", NEW: "2" } },
    runsDirectory: "/runs",
    options: { ...RECORDING_DEFAULTS, stacks: true, filter: "file" },
  });
  expect(request.what.kind === "launch" && "OLD" in request.what.env).toBe(false);
});

describe("a launch that cannot be", () => {
  test.each([
    [undefined, '"the whole" must be an object'],
    [{}, '"program" must be given, as a string'],
    [{ program: "  " }, '"program" must name the program'],
    [{ program: 5 }, '"program" must be a string'],
    [{ program: "ls", args: ["a", 1] }, '"args[1]" must be a string'],
    [{ program: "ls", args: "-l" }, '"args" must be an array'],
    [{ program: "ls", env: { A: 1 } }, '"env.A" must be a string'],
    [{ program: "ls", console: "window" }, '"console" must be one of "internalConsole"'],
    [{ program: "ls", metricsIntervalMs: 1 }, '"metricsIntervalMs" must be at least 10'],
    [{ program: "ls\0", args: [] }, "NUL"],
    [{ program: "ls", env: { "A\0": "b" } }, "NUL"],
  ])("%j says what is wrong", (args, message) => {
    const error = thrown(() => parseLaunch(args));
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
    expect(error.wayOut).toContain("launch.json");
  });
});

test.each([12, "12", " 12 "])("attaches to %j", (processId) => {
  const request = attachRequest(parseAttach({ processId, workspace: "/w" }), context);
  expect(request).toMatchObject({ name: "process-12", what: { kind: "attach", pid: 12 }, workspace: "/w" });
});

test.each([0, -1, 1, 1.5, "", "all", "12; rm", "${command:goldentrace.pickProcess}", process.pid])(
  "does not attach to %j",
  (processId) => {
    expect(thrown(() => parseAttach({ processId })).code).toBe("usage");
  },
);

function thrown(action: () => unknown): ExpectedError {
  try {
    action();
  } catch (error) {
    if (error instanceof ExpectedError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
