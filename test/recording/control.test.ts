import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { summarize } from "../../src/engine/query/summarize.ts";
import type { Recording } from "../../src/engine/session/recording.ts";
import { LiveModel } from "../../src/engine/view/liveModel.ts";
import { completeOptions } from "../../src/node/buildRequest.ts";
import { identify, tracerOf } from "../../src/node/processes.ts";
import type { RecordingRequest, StdioMode } from "../../src/node/recordingRequest.ts";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { startRecording } from "../../src/node/startRecording.ts";
import type { RecordingOptions } from "../../src/protocol/launch.ts";
import { Bench, processesWith, stateOf, until } from "./support.ts";

let bench: Bench;
let word = "";
let words = 0;

beforeAll(async () => {
  bench = await Bench.make();
});
afterAll(() => bench.remove());
afterEach(() => {
  // What a failed test left behind. Every command line contains the empty word.
  if (word !== "") for (const { pid } of processesWith(word)) process.kill(pid, "SIGKILL");
});

function request(what: RecordingRequest["what"], options: RecordingOptions = {}): RecordingRequest {
  return {
    name: "control",
    what,
    workspace: bench.folder,
    runsDirectory: bench.runs,
    options: completeOptions({ traceLogs: false, metricsIntervalMs: 20, ...options }),
    toolVersion: "0.0.0",
  };
}

function launch(command: readonly string[], stdio: StdioMode = { kind: "pipes" }): RecordingRequest["what"] {
  return {
    kind: "launch",
    program: command[0] ?? "",
    args: command.slice(1),
    cwd: bench.folder,
    env: process.env as Record<string, string>,
    stdio,
  };
}

/** Starts the family and waits until all of it is there. */
async function startFamily(options: RecordingOptions, ...more: string[]): Promise<Recording> {
  word = `family-${process.pid}-${words++}`;
  const recording = await startRecording(request(launch([bench.compile("family.c"), word, ...more]), options));
  await new Promise<void>((ready) => {
    recording.onOutput(({ bytes }) => {
      if (Buffer.from(bytes).includes("ready")) ready();
    });
  });
  return recording;
}

/** Processes of the family; those of strace, which carry its arguments, left out. */
function family(): number[] {
  return processesWith(word)
    .map(({ pid }) => pid)
    .filter((pid) => !readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("strace"));
}

describe.each(["strace", "none"] as const)("a family of processes recorded with %s", (recorder) => {
  it("is killed whole", async () => {
    const recording = await startFamily({ recorder });
    expect(family().length).toBe(5);
    await recording.kill();
    const { end } = await recording.ended;
    expect(end.signal).toBe("SIGKILL");
    expect(processesWith(word)).toEqual([]);
    expect(recording.state).toBe("finished");
  });

  it("ends when asked to, those who refuse included once the first process has ended", async () => {
    const recording = await startFamily({ recorder });
    await recording.terminate();
    const { end, manifest } = await recording.ended;
    expect(end.signal).toBe("SIGTERM");
    expect(manifest.stopped).toMatchObject({ by: "user", how: "terminate" });
    expect(manifest.stopped?.afterNs).toBeLessThan(manifest.wallNs ?? 0);
    expect(processesWith(word)).toEqual([]);
  });

  it("is stopped by pause and goes on by continue", async () => {
    const recording = await startFamily({ recorder });
    const all = family();
    await recording.pause();
    expect(recording.state).toBe("paused");
    await until(
      () => all.map((pid) => stateOf(pid)),
      (states) => states.every((state) => state === "T" || state === "t"),
    );
    await recording.continue();
    await until(
      () => all.map((pid) => stateOf(pid)),
      (states) => states.every((state) => state === "S"),
    );
    await recording.pause();
    await recording.kill();
    const { manifest } = await recording.ended;
    expect(processesWith(word)).toEqual([]);
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.marks.map(({ kind }) => kind).filter((kind) => kind === "pause" || kind === "continue")).toEqual([
      "pause",
      "continue",
      "pause",
    ]);
  });
});

describe("a recording", () => {
  it("passes input on, a line and then its end", async () => {
    const recording = await startRecording(request(launch(["cat"])));
    const seen: Buffer[] = [];
    recording.onOutput(({ bytes }) => seen.push(Buffer.from(bytes)));
    recording.writeStdin(Buffer.from("hello\n"));
    recording.endStdin();
    const { end } = await recording.ended;
    expect(Buffer.concat(seen).toString()).toBe("hello\n");
    expect(end.exitCode).toBe(0);
  });

  it("ends with its program although a child lives on, which is not disturbed", async () => {
    word = `daemon-${process.pid}`;
    const done = join(bench.folder, "daemon-done");
    const go = join(bench.folder, "daemon-go");
    const script = `(while ! test -e "$1"; do sleep 0.05; done; echo late; echo $? >"$2") & echo main`;
    const recording = await startRecording(request(launch(["bash", "-c", script, word, go, done])));
    const { end, manifest } = await recording.ended;
    expect(end.exitCode).toBe(0);
    expect(manifest.problems.map(({ kind }) => kind).filter((kind) => kind !== "metrics-missing")).toEqual([
      "left-running",
    ]);
    expect(manifest.complete).toBe(true);
    // A child that is made while the tracer lets go is let go a moment later.
    await until(
      () => family().map(tracerOf),
      (tracers) => tracers.every((tracer) => tracer === 0),
    );
    writeFileSync(go, "");
    await until(
      () => existsSync(done) && readFileSync(done, "utf8"),
      (text) => text === "0\n",
    );
    await until(
      () => processesWith(word),
      (left) => left.length === 0,
    );
  });

  it.each(["strace", "none"] as const)("ends although the clock is set back again and again (%s)", async (recorder) => {
    word = `clock-${process.pid}-${recorder}`;
    const script = 'read -r line; (exec -a "$0" sleep 600) & exit 3';
    const recording = await startRecording(request(launch(["bash", "-c", script, word]), { recorder }));
    const now = Date.now;
    let hours = 0;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() - 3_600_000 * ++hours);
    try {
      recording.writeStdin(Buffer.from("go\n"));
      const { manifest } = await recording.ended;
      expect(manifest).toMatchObject({ complete: true, exit: { code: 3 } });
      expect(manifest.problems.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["left-running", "clock-stepped"]),
      );
      expect(manifest.wallNs).toBeGreaterThan(0);
    } finally {
      clock.mockRestore();
    }
  });

  it("tells when its tracer is killed, and the program does not notice", async () => {
    word = `tracer-${process.pid}`;
    const script = "echo one; read -r line; echo $line; exit 6";
    const recording = await startRecording(request(launch(["bash", "-c", script, word])));
    const seen: Buffer[] = [];
    await new Promise<void>((printed) => {
      recording.onOutput(({ bytes }) => {
        seen.push(Buffer.from(bytes));
        printed();
      });
    });
    process.kill(tracerOf(recording.info.pid), "SIGKILL");
    await until(
      () => tracerOf(recording.info.pid),
      (tracer) => tracer === 0,
    );
    recording.writeStdin(Buffer.from("two\n"));
    const { end, manifest } = await recording.ended;
    expect(Buffer.concat(seen).toString()).toBe("one\ntwo\n");
    expect(end.exitCode).toBe(6);
    expect(manifest.complete).toBe(false);
    expect(manifest.problems.map(({ kind }) => kind)).toContain("tracer-died");
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.syscalls.length).toBeGreaterThan(50);
  });

  it("gives the same rows to listeners as to the folder", async () => {
    const recording = await startRecording(request(launch([bench.compile("busy.c"), "300"])));
    let calls = 0;
    let lines = 0;
    recording.onBatch((batch) => {
      calls += batch.syscalls.length;
      lines += batch.logs.length;
    });
    const { manifest } = await recording.ended;
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(calls).toBe(trace.syscalls.length);
    expect(lines).toBe(trace.logs.length);
    const { start } = trace.syscalls;
    expect(start.every((time, row) => row === 0 || time >= (start[row - 1] as number))).toBe(true);
    expect(trace.metrics.length).toBe(manifest.counts.metricSamples);
  });

  it.each(["strace", "none"] as const)("counts from the start of the program for people (%s)", async (recorder) => {
    const recording = await startRecording(request(launch(["sh", "-c", "echo one"]), { recorder }));
    const model = new LiveModel({ startedNs: recording.info.startedNs ?? 0 });
    recording.onBatch((batch) => model.addBatch(batch));
    const { manifest } = await recording.ended;
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(manifest.stopped).toBeUndefined();
    expect(manifest.startedNs).toBeGreaterThan(0);
    const [line] = model.logs({ minLevel: 0, unlevelled: true, search: "" }, 0, 1).lines;
    expect(line?.timeNs).toBeCloseTo((trace.logs.time[0] ?? 0) - (manifest.startedNs ?? 0), 0);
    if (recorder === "none") return;
    // The clock readings on disk are left alone.
    expect(trace.syscalls.start[0]).toBe(manifest.startedNs);
    const summary = summarize(trace, manifest, { path: "", name: "" });
    expect(summary.threads[0]?.startNs).toBe(0);
    expect(Math.min(...summary.slowest.map(({ startNs }) => startNs))).toBeGreaterThanOrEqual(0);
  });
});

describe("attaching", () => {
  it("records every thread and lets the process go unharmed", async () => {
    word = `attach-${process.pid}`;
    const child = spawn(bench.compile("ticker.c"), [word], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((ready) => child.stdout.once("data", ready));
    const pid = child.pid as number;
    const recording = await startRecording(request({ kind: "attach", pid }));
    expect(recording.info.pid).toBe(pid);
    const seen = new Set<number>();
    await new Promise<void>((enough) => {
      recording.onBatch((batch) => {
        for (const thread of batch.syscalls.thread) seen.add(batch.threads[thread]?.tid ?? 0);
        if (seen.size >= 3) enough();
      });
    });
    await recording.detach();
    const { end, manifest } = await recording.ended;
    expect(end).toMatchObject({ exitCode: null, signal: null, complete: true });
    expect(manifest.recorder.attachedPid).toBe(pid);
    expect(manifest.command.args).toEqual([word]);
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.threads.length).toBeGreaterThanOrEqual(3);
    expect(trace.threads[0]).toMatchObject({ pid, tid: pid, role: "main", parent: -1, name: "ticker" });
    for (const thread of trace.threads.slice(1)) {
      expect(thread).toMatchObject({ pid, role: "thread", parent: 0, name: expect.stringMatching(/./) });
    }
    expect(tracerOf(pid)).toBe(0);
    const before = readTicks(child);
    await until(
      () => readTicks(child),
      (ticks) => ticks > before,
    );
    child.kill("SIGKILL");
    await new Promise((gone) => child.once("close", gone));
  });

  it("records the end of the process", async () => {
    const child = spawn("bash", ["-c", "read -r line; exit 7"], { stdio: ["pipe", "ignore", "ignore"] });
    await until(
      () => stateOf(child.pid as number),
      (state) => state === "S",
    );
    const recording = await startRecording(request({ kind: "attach", pid: child.pid as number }));
    child.stdin.end("go\n");
    const { end } = await recording.ended;
    expect(end).toMatchObject({ exitCode: 7, complete: true });
  });

  it("says why a process cannot be traced", async () => {
    const child = spawn("sleep", ["100"]);
    const tracer = spawn("strace", ["-o", "/dev/null", "-p", String(child.pid)], { stdio: "ignore" });
    await until(
      () => tracerOf(child.pid as number),
      (pid) => pid !== 0,
    );
    await expect(startRecording(request({ kind: "attach", pid: child.pid as number }))).rejects.toThrow(
      `is being traced or debugged already, by strace (pid ${tracer.pid})`,
    );
    tracer.kill("SIGINT");
    child.kill("SIGKILL");
    await new Promise((gone) => child.once("close", gone));
    await expect(startRecording(request({ kind: "attach", pid: child.pid as number }))).rejects.toThrow(
      `There is no process ${child.pid}`,
    );
    expect(identify(child.pid as number)).toBeUndefined();
  });
});

describe("a program in a terminal", () => {
  /** Stands for the editor: opens a real terminal (script(1)) with the command in it. */
  const terminal = (into: Buffer[], onEnd: () => void): StdioMode => ({
    kind: "terminal",
    async run({ argv, cwd, env }) {
      const quoted = argv.map((argument) => `'${argument.replaceAll("'", "'\\''")}'`).join(" ");
      const changed = Object.fromEntries(
        Object.entries(env).filter(([, value]) => value !== null),
      ) as NodeJS.ProcessEnv;
      const shell = spawn("script", ["-qec", quoted, "/dev/null"], {
        cwd,
        env: { ...process.env, ...changed },
        stdio: ["pipe", "pipe", "inherit"],
      });
      shell.stdout.on("data", (bytes: Buffer) => into.push(bytes));
      shell.once("close", onEnd);
    },
  });

  it.each([
    { recorder: "strace" as const, capture: "tracer" },
    { recorder: "none" as const, capture: "off" },
  ])("has a terminal of its own ($recorder)", async ({ recorder, capture }) => {
    const screen: Buffer[] = [];
    let closed: () => void = () => undefined;
    const close = new Promise<void>((done) => {
      closed = done;
    });
    const script = "test -t 0 && test -t 1 && test -t 2 && echo a terminal; echo 'TRACE über' >&2; exit 11";
    const recording = await startRecording(
      request(launch(["bash", "-c", script], terminal(screen, closed)), { recorder }),
    );
    expect(recording.info.pid).toBeGreaterThan(0);
    const { end, manifest } = await recording.ended;
    await close;
    expect(Buffer.concat(screen).toString()).toBe("a terminal\r\nTRACE über\r\n");
    expect(end.exitCode).toBe(11);
    expect(manifest.capture).toBe(capture);
    if (recorder === "strace") {
      const { trace } = await openRun(join(bench.runs, manifest.id));
      expect(trace.logs.text).toEqual(["a terminal", "TRACE über"]);
    } else {
      expect(manifest.problems.map(({ kind }) => kind)).toContain("logs-not-captured");
    }
  });

  it.each([
    {
      script: "kill -SEGV $$",
      recorder: "none" as const,
      exit: { code: 139, signal: null },
      says: "killed by SIGSEGV",
    },
    { script: "exit 11", recorder: "none" as const, exit: { code: 11, signal: null }, says: undefined },
    { script: "kill -SEGV $$", recorder: "strace" as const, exit: { code: null, signal: "SIGSEGV" }, says: undefined },
  ])("ends, as far as the terminal tells ($script, $recorder)", async ({ script, recorder, exit, says }) => {
    let closed: () => void = () => undefined;
    const close = new Promise<void>((done) => {
      closed = done;
    });
    const recording = await startRecording(request(launch(["sh", "-c", script], terminal([], closed)), { recorder }));
    const { manifest } = await recording.ended;
    await close;
    expect(manifest.exit).toMatchObject(exit);
    const told = manifest.problems.find(({ kind }) => kind === "exit-from-shell");
    if (says === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject({ message: expect.stringContaining(says), losesData: false });
  });

  it("is killed with all that belongs to it", async () => {
    const screen: Buffer[] = [];
    word = `terminal-${process.pid}`;
    const recording = await startRecording(
      request(
        launch(
          [bench.compile("family.c"), word],
          terminal(screen, () => undefined),
        ),
      ),
    );
    await until(
      () => Buffer.concat(screen).toString(),
      (text) => text.includes("ready"),
    );
    await recording.kill();
    const { end } = await recording.ended;
    expect(end.signal).toBe("SIGKILL");
    await until(
      () => processesWith(word),
      (left) => left.length === 0,
    );
  });
});

function readTicks(child: { readonly pid?: number | undefined }): number {
  const io = spawnSync("cat", [`/proc/${child.pid}/io`], { encoding: "utf8" }).stdout;
  return Number(/syscw: (\d+)/.exec(io)?.[1] ?? 0);
}
