import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TraceDebugSession } from "../../src/adapter/traceDebugSession.ts";
import { ExpectedError } from "../../src/base/errors.ts";
import type { Recording } from "../../src/engine/session/recording.ts";
import type { RecordingRequest } from "../../src/node/recordingRequest.ts";
import { threadInfo } from "../support/batches.ts";
import { TestClient } from "./debugClient.ts";
import { ScriptedRecording } from "./scriptedRecording.ts";

interface Setup {
  readonly client: TestClient;
  readonly session: TraceDebugSession;
  readonly requests: RecordingRequest[];
  readonly log: string[];
  readonly toAdapter: PassThrough;
  readonly fromAdapter: PassThrough;
}

/** A session over in-memory streams whose recordings come from `recordings`, one for each start. */
function setUp(...recordings: (Recording | Promise<Recording> | Error)[]): Setup {
  const toAdapter = new PassThrough();
  const fromAdapter = new PassThrough();
  const requests: RecordingRequest[] = [];
  const log: string[] = [];
  const session = new TraceDebugSession({
    cwd: "/",
    env: {},
    log: (text) => log.push(text),
    startRecording: async (request) => {
      requests.push(request);
      const next = recordings[requests.length - 1];
      if (next === undefined) throw new Error("The test has no such recording");
      if (next instanceof Error) throw next;
      return next;
    },
  });
  session.start(toAdapter, fromAdapter);
  const client = new TestClient(fromAdapter, toAdapter);
  onTestFinished(() => session.shutdown());
  return { client, session, requests, log, toAdapter, fromAdapter };
}

const LAUNCH = { program: "./scripted", workspace: "/" };
const names = (client: TestClient): string[] => client.events.map((event) => event.event);

describe("starting", () => {
  test("waits for the configuration to be done", async () => {
    const { client, requests } = setUp(new ScriptedRecording());
    await client.initialize();
    await client.event("initialized");
    const launched = client.send("launch", LAUNCH);
    await client.send("threads"); // answered after everything that came before
    expect(requests).toHaveLength(0);
    await client.send("configurationDone");
    await launched;
    expect(requests).toHaveLength(1);
    expect(names(client)).toEqual(expect.arrayContaining(["process", "goldentrace.started"]));
  });

  test("takes the configuration before the launch, too", async () => {
    const { client } = setUp(new ScriptedRecording());
    await client.initialize();
    await client.send("configurationDone");
    await client.send("launch", LAUNCH);
    await client.custom("goldentrace.started");
  });

  test("may be tried again after a mistake", async () => {
    const { client } = setUp(new ScriptedRecording());
    await client.initialize();
    await client.send("configurationDone");
    const refused = await client.response("launch", { program: 5 });
    expect(refused.success).toBe(false);
    expect(refused.body.error).toMatchObject({ showUser: true, sendTelemetry: false });
    expect(refused.message).toContain('"program" must be a string');
    await client.send("launch", LAUNCH);
  });

  test("tells the user's errors with the way out, ours with the stack", async () => {
    const missing = new ExpectedError("No program {here}", { code: "not-found", wayOut: "Build it." });
    const { client, log } = setUp(missing, new TypeError("bug"));
    await client.initialize();
    await client.send("configurationDone");
    const expected = await client.response("launch", LAUNCH);
    expect(expected.message).toBe("No program {here}\nBuild it.");
    expect(expected.body.error.showUser).toBe(true);
    expect(log).toEqual([]);
    const ours = await client.response("launch", LAUNCH);
    expect(ours.message).toMatch(/TypeError: bug\n +at /);
    expect(log).toHaveLength(1);
  });

  test("asks for a terminal only of a client that has some", async () => {
    const { client } = setUp(new ScriptedRecording());
    await client.initialize();
    await client.send("configurationDone");
    const refused = await client.response("launch", { ...LAUNCH, console: "integratedTerminal" });
    expect(refused.message).toContain("internalConsole");
  });
});

describe("every request is answered", () => {
  const COMMANDS = [
    ..."launch attach configurationDone threads pause continue next stepIn stepOut stepBack reverseContinue".split(" "),
    ..."restartFrame goto stackTrace scopes variables setVariable setExpression source terminateThreads modules".split(
      " ",
    ),
    ..."evaluate stepInTargets gotoTargets completions exceptionInfo loadedSources dataBreakpointInfo readMemory".split(
      " ",
    ),
    ..."setBreakpoints setFunctionBreakpoints setExceptionBreakpoints setDataBreakpoints writeMemory disassemble".split(
      " ",
    ),
    ..."cancel breakpointLocations locations restart terminate goldentrace.logs goldentrace.snapshot".split(" "),
    ..."goldentrace.detach no.such __proto__ constructor toString".split(" "),
  ];
  const ARGUMENTS = [undefined, {}, { expression: 1 }, { breakpoints: 3 }, { filter: null, from: "x" }, [], "text", 7];

  test("before initialize", async () => {
    const { client } = setUp();
    for (const command of COMMANDS) {
      const response = await client.response(command, {});
      expect(response.success, command).toBe(false);
      expect(response.message).toMatch(/must come after "initialize"|is not supported/);
    }
  });

  test("without a program", async () => {
    const { client, log } = setUp();
    await client.initialize();
    for (const command of COMMANDS.filter((each) => each !== "terminate")) {
      for (const args of ARGUMENTS) await client.response(command, args);
    }
    expect(log).toEqual([]); // no fault of ours on the way
    expect((await client.response("initialize", {})).success).toBe(false);
    expect((await client.response("disconnect")).success).toBe(true);
  });

  test("while the program runs, and after its end", async () => {
    const recording = new ScriptedRecording();
    const { client, log } = setUp(recording);
    await client.begin("launch", LAUNCH);
    const harmless = COMMANDS.filter((each) => !["terminate", "restart", "goldentrace.detach"].includes(each));
    for (const command of harmless) for (const args of ARGUMENTS) await client.response(command, args);
    recording.end();
    await client.event("terminated");
    for (const command of COMMANDS) await client.response(command, {});
    expect(log).toEqual([]);
  });

  test("breakpoints are taken and not set", async () => {
    const { client } = setUp();
    await client.initialize();
    const { body } = await client.send("setBreakpoints", {
      source: { path: "/a.c" },
      breakpoints: [{ line: 1 }, { line: 2 }],
    });
    expect(body.breakpoints.map((each: { verified: boolean }) => each.verified)).toEqual([false, false]);
  });
});

describe("the end", () => {
  test.each([
    [{ exitCode: 3 }, 3],
    [{ exitCode: null, signal: "SIGSEGV" }, 139],
    [{ exitCode: null, signal: "SIGKILL" }, 137],
  ])("%j is told as exit code %i, after all output and the last update", async (end, code) => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    recording.batch({ calls: [{ start: 1, duration: 1, name: "write" }] });
    recording.output("stdout", "last words");
    recording.end(end);
    await client.event("terminated");
    const order = names(client).filter((name) => !["thread", "output", "goldentrace.update"].includes(name));
    expect(order).toEqual([
      "initialized",
      "process",
      "goldentrace.started",
      "goldentrace.finished",
      "exited",
      "terminated",
    ]);
    const finishedAt = names(client).indexOf("goldentrace.finished");
    const before = client.events.slice(0, finishedAt);
    expect(before.findLast((event) => event.event === "goldentrace.update")?.body).toMatchObject({
      syscalls: 1,
      state: "finished",
    });
    expect(client.output("stdout")).toBe("last words");
    expect(client.events.find((event) => event.event === "exited")?.body).toEqual({ exitCode: code });
  });

  test("of an incomplete recording says so", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    recording.end({ complete: false, problems: ["The disk is full."] });
    await client.event("terminated");
    expect(client.output("console")).toMatch(/INCOMPLETE:\n {2}The disk is full\.\n$/);
  });

  test("by a fault of ours shows the stack and ends the session", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    recording.break(new Error("broken"));
    await client.event("terminated");
    expect(client.output("important")).toMatch(/Error: broken\n +at/);
    expect(names(client)).not.toContain("exited");
  });
});

describe("stopping", () => {
  test("terminate asks, disconnect makes", async () => {
    const recording = new ScriptedRecording();
    const { client, session } = setUp(recording);
    await client.begin("launch", LAUNCH);
    await client.send("terminate");
    await client.send("terminate");
    expect(recording.calls).toEqual(["terminate"]);
    await Promise.all([client.send("disconnect", {}), client.send("disconnect", {})]);
    expect(recording.calls).toEqual(["terminate", "kill"]);
    await session.closed;
  });

  test.each([
    ["launch", undefined, "kill"],
    ["launch", true, "kill"],
    ["launch", false, "detach"],
    ["attach", undefined, "detach"],
    ["attach", false, "detach"],
    ["attach", true, "kill"],
  ] as const)("disconnect from %s with terminateDebuggee %s: %s", async (request, terminateDebuggee, call) => {
    const recording = new ScriptedRecording();
    const { client, session } = setUp(recording);
    await client.begin(request, { ...LAUNCH, processId: 4242 });
    await client.send("disconnect", { terminateDebuggee });
    expect(recording.calls).toEqual([call]);
    await session.closed;
  });

  test.each([
    ["launch", "kill"],
    ["attach", "detach"],
  ] as const)("a client that vanishes from %s: %s", async (request, call) => {
    const recording = new ScriptedRecording();
    const { client, session, toAdapter } = setUp(recording);
    await client.begin(request, { ...LAUNCH, processId: 4242 });
    toAdapter.destroy();
    await session.closed;
    expect(recording.calls).toEqual([call]);
  });

  test("during the start ends what started", async () => {
    const recording = new ScriptedRecording();
    let started: (recording: Recording) => void = () => undefined;
    const starting = new Promise<Recording>((resolve) => {
      started = resolve;
    });
    const { client, session } = setUp(starting);
    await client.initialize();
    await client.send("configurationDone");
    const launched = client.response("launch", LAUNCH);
    await client.send("threads");
    const disconnected = client.send("disconnect", {});
    started(recording);
    await disconnected;
    await launched;
    expect(recording.calls).toEqual(["kill"]);
    await session.closed;
  });

  test("before the start starts nothing", async () => {
    const { client, requests } = setUp();
    await client.initialize();
    const launched = client.response("launch", LAUNCH);
    await client.send("terminate");
    expect((await launched).success).toBe(false);
    await client.event("terminated");
    await client.send("disconnect", {});
    expect(requests).toEqual([]);
  });

  test("while a terminal is awaited does not wait for it", async () => {
    const { client, requests } = setUp(new ScriptedRecording());
    client.runInTerminal = () => new Promise(() => undefined); // never answered
    await client.initialize({ supportsRunInTerminalRequest: true });
    await client.send("configurationDone");
    const launched = client.response("launch", { ...LAUNCH, console: "integratedTerminal" });
    await launched; // the scripted recording starts without its terminal
    const what = requests[0]?.what;
    if (what?.kind !== "launch" || what.stdio.kind !== "terminal") throw new Error("no terminal was asked for");
    const opened = what.stdio.run({ argv: ["x"], cwd: "/", env: {} });
    await Promise.all([expect(opened).rejects.toThrow("ended"), client.send("disconnect", {})]);
  });
});

describe("pausing", () => {
  test("tells stopped and continued, output before the stop", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    recording.output("stdout", "no line end");
    await client.send("pause", { threadId: 1 });
    const stopped = await client.event("stopped");
    expect(stopped).toEqual({ reason: "pause", threadId: 1, allThreadsStopped: true });
    expect(client.output("stdout")).toBe("no line end");
    expect((await client.send("stackTrace", { threadId: 1 })).body).toEqual({ stackFrames: [], totalFrames: 0 });
    expect((await client.send("continue", { threadId: 1 })).body).toEqual({ allThreadsContinued: true });
    await client.event("continued");
  });

  test("twice tells the stop again and pauses once", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    await client.send("pause", { threadId: 1 });
    await client.send("pause", { threadId: 1 });
    await client.event("stopped", () => names(client).filter((name) => name === "stopped").length === 2);
    expect(recording.calls).toEqual(["pause"]);
  });
});

describe("restarting", () => {
  test("ends the old program and starts anew without ending the session", async () => {
    const [first, second] = [new ScriptedRecording("first"), new ScriptedRecording("second")];
    const { client, requests } = setUp(first, second);
    await client.begin("launch", LAUNCH);
    await client.send("restart", { arguments: { ...LAUNCH, args: ["again"] } });
    expect(first.calls).toEqual(["kill"]);
    expect(requests[1]?.what).toMatchObject({ args: ["again"] });
    await client.custom("goldentrace.started", (info) => info.runId === "second");
    expect(names(client)).not.toContain("terminated");
    second.end({ exitCode: 4 });
    await client.event("terminated");
    expect(client.events.filter((event) => event.event === "exited").map((event) => event.body)).toEqual([
      { exitCode: 4 },
    ]);
  });

  test("with wrong arguments leaves the program alone", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    expect((await client.response("restart", { arguments: { program: 1 } })).success).toBe(false);
    expect(recording.calls).toEqual([]);
  });

  test("that fails ends the session", async () => {
    const { client } = setUp(new ScriptedRecording(), new ExpectedError("The program is gone"));
    await client.begin("launch", LAUNCH);
    expect((await client.response("restart", {})).message).toBe("The program is gone");
    await client.event("terminated");
  });

  test("attaches again to what was attached to", async () => {
    const [first, second] = [new ScriptedRecording("first"), new ScriptedRecording("second")];
    const { client } = setUp(first, second);
    await client.begin("attach", { processId: 4242, workspace: "/" });
    await client.send("restart", {});
    expect(first.calls).toEqual(["detach"]);
    await client.custom("goldentrace.started", (info) => info.runId === "second");
  });
});

describe("the debug console", () => {
  test("gives lines to the program's input, explained once", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    for (const expression of ["hello", "wörld", "^D"]) await client.send("evaluate", { expression, context: "repl" });
    expect(recording.stdin).toEqual(["hello\n", "wörld\n", "<end>"]);
    expect(client.output("console").match(/standard input/g)).toHaveLength(1);
    expect((await client.response("evaluate", { expression: "x", context: "hover" })).body.error.showUser).toBe(false);
  });

  test("says where to type when the input is not ours", async () => {
    const { client } = setUp(new ScriptedRecording());
    await client.begin("attach", { processId: 4242, workspace: "/" });
    const refused = await client.response("evaluate", { expression: "x", context: "repl" });
    expect(refused.message).toContain("Type where it was started");
  });

  test("shows notices at once", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    recording.notice("strace is too old for --seccomp-bpf.");
    await client.shown("console", "strace is too old");
    await client.custom("goldentrace.update", (update) => update.notices.length === 1);
  });
});

describe("views", () => {
  test("page through log lines and get everything so far", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    const lines = Array.from({ length: 300 }, (_, i) => ({ time: i, text: `line ${i}`, level: i % 3 === 0 ? 40 : 5 }));
    recording.batch({ lines, metrics: [{ time: 1e9, cpuPercent: 80 }] });
    await client.custom("goldentrace.update", (update) => update.logLines === 300);
    const filter = { minLevel: 40, unlevelled: false, search: "LINE 29" };
    const page = await client.ask("goldentrace.logs", { filter, from: 0, count: 10 });
    expect(page.lines.map((line) => line.message)).toEqual(["line 291", "line 294", "line 297"]);
    const { info, update } = await client.ask("goldentrace.snapshot", {});
    expect(info?.runId).toBe("scripted");
    expect(update?.samples.map((sample) => sample.cpuPercent)).toEqual([80]);
    expect((await client.response("goldentrace.logs", { filter, from: 0, count: 5000 })).success).toBe(false);
  });

  test("get at most about thirty updates a second, numbered without gaps", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    const started = Date.now();
    let batches = 0;
    while (Date.now() - started < 500) {
      recording.batch({ calls: [{ start: batches++, duration: 1, name: "read" }] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    recording.end();
    await client.event("terminated");
    const updates = client.events.filter((event) => event.event === "goldentrace.update").map((event) => event.body);
    expect(updates.length).toBeLessThanOrEqual((Date.now() - started) / 33 + 2);
    expect(updates.map((update) => update.sequence)).toEqual(updates.map((_, i) => i + 1));
    expect(updates.at(-1).syscalls).toBe(batches);
  });

  test("get updates as far apart as they ask for", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    await client.ask("goldentrace.pace", { intervalMs: 2000 });
    // What was due at the earlier pace.
    recording.batch({ calls: [{ start: 0, duration: 1, name: "read" }] });
    await client.custom("goldentrace.update", (update) => update.syscalls === 1);
    const before = client.events.length;
    for (let i = 0; i < 50; i++) {
      recording.batch({ calls: [{ start: i, duration: 1, name: "read" }] });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(client.events.slice(before).filter((event) => event.event === "goldentrace.update")).toHaveLength(0);
    expect((await client.response("goldentrace.pace", { intervalMs: 0 })).success).toBe(false);
    recording.end();
    await client.event("terminated");
    // The last one waits for nothing.
    const last = client.events.findLast((event) => event.event === "goldentrace.update")?.body;
    expect(last?.syscalls).toBe(51);
  });

  test("of a program with ten thousand children get few thread events", async () => {
    const recording = new ScriptedRecording();
    const { client } = setUp(recording);
    await client.begin("launch", LAUNCH);
    const gone = { role: "process", end: 5, exit: { kind: "exited", code: 0 } } as const;
    for (let i = 0; i < 100; i++) {
      for (let child = 0; child < 100; child++) recording.table.push(threadInfo({ ...gone, tid: 1000 + child }));
      recording.batch({});
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.send("threads")).body.threads).toEqual([{ id: 1, name: "program (process 100)" }]);
    recording.end();
    await client.event("terminated");
    expect(names(client).filter((name) => name === "thread")).toHaveLength(1);
  });
});

test("a client that reads nothing does not fill the memory", async () => {
  const recording = new ScriptedRecording();
  const { client, fromAdapter } = setUp(recording);
  await client.begin("launch", LAUNCH);
  fromAdapter.pause();
  const line = `${"x".repeat(1023)}\n`;
  for (let i = 0; i < 100_000; i++) recording.output("stdout", line);
  await vi.waitUntil(() => fromAdapter.writableLength > 0);
  expect(fromAdapter.writableLength + fromAdapter.readableLength).toBeLessThan(16 << 20);
  fromAdapter.resume();
  recording.end();
  await client.event("terminated");
  expect(client.output("console")).toContain("of stdout left out here");
});
