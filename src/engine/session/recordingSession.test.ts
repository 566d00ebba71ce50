import { describe, expect, it } from "vitest";
import { recordingInfo } from "../../../test/support/recordingInfo.ts";
import type { RecordingState } from "../../protocol/live.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { TraceBuilder } from "../trace/traceBuilder.ts";
import type { RunStore, SessionEnd, TargetControl } from "./ports.ts";
import type { TraceBatch } from "./recording.ts";
import { RecordingSession } from "./recordingSession.ts";

/** Ports that remember what they were asked for, and a clock and timer that a test turns by hand. */
class Bench implements RunStore, TargetControl {
  time = 0;
  readonly batches: TraceBatch[] = [];
  lost = 0;
  readonly printed: string[] = [];
  readonly commands: string[] = [];
  end: SessionEnd | undefined;
  private waiting = new Set<() => void>();
  readonly states: RecordingState[] = [];
  readonly builder = new TraceBuilder({ originRealtimeNs: 0n, originMonotonicNs: 0n });
  readonly session: RecordingSession;

  constructor(attached = false) {
    this.session = new RecordingSession({
      info: recordingInfo("run"),
      attached,
      builder: this.builder,
      store: this,
      control: this,
      traceReader: undefined,
      maxLogRecords: 3,
      now: () => this.time,
      timer: (callback) => {
        this.waiting.add(callback);
        return { dispose: () => this.waiting.delete(callback) };
      },
    });
    this.session.onState((state) => this.states.push(state));
  }

  tick(ns: number): void {
    this.time += ns;
    const due = this.waiting;
    this.waiting = new Set();
    for (const callback of due) callback();
  }

  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  append(batch: TraceBatch): void {
    this.batches.push(batch);
  }
  output(stream: string, bytes: Uint8Array): void {
    this.printed.push(`${stream}:${new TextDecoder().decode(bytes)}`);
  }
  ready(): undefined {
    return undefined;
  }
  async finish(end: SessionEnd): Promise<RunManifest> {
    this.end = end;
    return {
      exit: end.exit,
      complete: !end.problems.some((problem) => problem.losesData),
      problems: [...end.problems],
      counts: { syscalls: 0 },
      wallNs: end.wallNs,
    } as unknown as RunManifest;
  }
  async pause(): Promise<void> {
    this.commands.push("pause");
  }
  async continue(): Promise<void> {
    this.commands.push("continue");
  }
  async terminate(): Promise<void> {
    this.commands.push("terminate");
  }
  async kill(): Promise<void> {
    this.commands.push("kill");
  }
  async detach(): Promise<void> {
    this.commands.push("detach");
  }
  signal(signal: string): void {
    this.commands.push(signal);
  }
  writeStdin(bytes: Uint8Array): void {
    this.commands.push(`stdin ${bytes.length}`);
  }
  endStdin(): void {
    this.commands.push("stdin end");
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("RecordingSession", () => {
  it("goes through its states once", async () => {
    const bench = new Bench();
    expect(bench.session.state).toBe("starting");
    bench.session.started(42);
    await bench.session.pause();
    await bench.session.pause();
    await bench.session.continue();
    await bench.session.continue();
    await bench.session.finish({ code: 3, signal: null }, 5);
    expect(bench.states).toEqual(["running", "paused", "running", "finishing", "finished"]);
    expect(bench.commands).toEqual(["pause", "continue"]);
    expect((await bench.session.ended).end).toMatchObject({ exitCode: 3, signal: null, wallNs: 5, complete: true });
    expect(bench.session.info.pid).toBe(42);
  });

  it("lets a paused program go on so that it can end", async () => {
    const bench = new Bench();
    bench.session.started(1);
    await bench.session.pause();
    await bench.session.terminate();
    expect(bench.commands).toEqual(["pause", "terminate", "continue"]);
    expect(bench.session.state).toBe("stopping");
  });

  it("takes no commands before the start and after the end", async () => {
    const bench = new Bench();
    await bench.session.kill();
    await bench.session.pause();
    bench.session.started(1);
    await bench.session.finish({ code: 0, signal: null }, 1);
    await bench.session.kill();
    await bench.session.terminate();
    await bench.session.detach();
    bench.session.signal("SIGINT");
    bench.session.writeStdin(bytes("x"));
    expect(bench.commands).toEqual([]);
  });

  it("tells listeners of calls that the store could not keep, and is silent while it keeps all", () => {
    const bench = new Bench();
    const lost: (number | undefined)[] = [];
    bench.session.onBatch((batch) => lost.push(batch.lost));
    bench.session.started(1);
    bench.session.mark("mark");
    bench.session.flush();
    bench.lost = 7;
    bench.session.mark("mark");
    bench.session.flush();
    expect(lost).toEqual([undefined, 7]);
  });

  it("hands the same rows to the store and to listeners, in batches, and none when there is nothing", () => {
    const bench = new Bench();
    const seen: TraceBatch[] = [];
    bench.session.onBatch((batch) => seen.push(batch));
    bench.session.started(1);
    bench.session.takeOutput("stdout", bytes("one\ntwo\n"));
    bench.session.takeOutput("stderr", bytes("three\n"));
    expect(seen).toEqual([]);
    bench.tick(40e6);
    expect(seen).toEqual(bench.batches);
    expect(seen[0]?.logs.text).toEqual(["one", "two", "three"]);
    expect(bench.printed).toEqual(["stdout:one\ntwo\n", "stderr:three\n"]);
    while (bench.isWaiting) bench.tick(40e6);
    expect(seen.length).toBe(1);
  });

  it("hands out a line that may go on when nothing follows for a while", () => {
    const bench = new Bench();
    bench.session.started(1);
    bench.session.takeOutput("stderr", bytes("ERROR: it broke\n"));
    for (let turns = 0; bench.isWaiting && turns < 20; turns++) bench.tick(40e6);
    expect(bench.batches.flatMap((batch) => batch.logs.text)).toEqual(["ERROR: it broke"]);
    expect(bench.isWaiting).toBe(false);
  });

  it("says that lines beyond the limit are not listed", async () => {
    const bench = new Bench();
    const notices: string[] = [];
    bench.session.onNotice((notice) => notices.push(notice));
    bench.session.started(1);
    bench.session.takeOutput("stdout", bytes("1\n2\n3\n4\n5\n"));
    await bench.session.finish({ code: 0, signal: null }, 1);
    expect(notices.length).toBe(2);
    expect(bench.end?.problems).toMatchObject([{ kind: "logs-not-indexed", count: 2, losesData: false }]);
  });

  it("keeps a problem once and makes the run incomplete when data is lost", async () => {
    const bench = new Bench();
    bench.session.started(1);
    const problem = { kind: "tracer-died", message: "gone", losesData: true } as const;
    bench.session.problem(problem);
    bench.session.problem({ ...problem });
    await bench.session.finish(null, null);
    expect(bench.end?.problems).toEqual([problem]);
    expect((await bench.session.ended).end.complete).toBe(false);
  });

  it.each([
    { told: true, problems: ["left-running"] },
    { told: false, problems: ["cut-off"] },
  ])("takes a cut-off trace for whole only when the tracer was told to let go ($told)", async ({ told, problems }) => {
    const bench = new Bench();
    bench.session.started(1);
    bench.builder.addProblem({ kind: "cut-off", message: "inside a line", losesData: true });
    if (told) bench.session.problem({ kind: "left-running", message: "one lives on", losesData: false });
    await bench.session.finish({ code: 0, signal: null }, 1);
    expect(bench.end?.problems.map(({ kind }) => kind)).toEqual(problems);
  });

  it.each([
    { attached: false, command: "terminate", how: "terminate" },
    { attached: false, command: "kill", how: "kill" },
    { attached: false, command: "detach", how: "terminate" },
    { attached: true, command: "detach", how: "detach" },
  ] as const)("tells who stopped it: $command, attached $attached", async ({ attached, command, how }) => {
    const bench = new Bench(attached);
    bench.time = 30;
    bench.session.started(1);
    bench.time = 100;
    await bench.session[command]("duration");
    bench.time = 200;
    await bench.session.kill();
    await bench.session.finish(null, null);
    const stopped = { by: "duration", how, afterNs: 70 };
    expect(bench.end).toMatchObject({ stopped, startedNs: 30 });
    expect((await bench.session.ended).end.stopped).toEqual(stopped);
  });

  it("counts from the program's first call where a tracer saw it", async () => {
    const bench = new Bench();
    bench.time = 10;
    bench.session.started(1);
    bench.builder.threads.add({ pid: 1, tid: 1, parent: -1, role: "main", name: "", start: 25 });
    await bench.session.finish({ code: 0, signal: null }, 1);
    expect(bench.end).toMatchObject({ stopped: undefined, startedNs: 25 });
  });

  it("rejects when something of ours breaks", async () => {
    const bench = new Bench();
    bench.session.started(1);
    bench.session.abort(new Error("broken"));
    await expect(bench.session.ended).rejects.toThrow("broken");
  });
});
