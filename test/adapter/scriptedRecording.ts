import { Emitter } from "../../src/base/emitter.ts";
import type { OutputChunk, Recording, RecordingResult, TraceBatch } from "../../src/engine/session/recording.ts";
import type { ThreadInfo } from "../../src/engine/trace/trace.ts";
import type { RecordingEnd, RecordingInfo, RecordingState } from "../../src/protocol/live.ts";
import type { RunManifest } from "../../src/protocol/runFolder.ts";
import { threadInfo, traceBatch } from "../support/batches.ts";
import { recordingInfo } from "../support/recordingInfo.ts";

/** A recording that does what a test says, when it says so: for orders of events that no real program can be made to have. */
export class ScriptedRecording implements Recording {
  readonly calls: string[] = [];
  readonly stdin: string[] = [];
  table: ThreadInfo[] = [threadInfo()];
  private current: RecordingState = "running";
  private readonly states = new Emitter<RecordingState>();
  private readonly outputs = new Emitter<OutputChunk>();
  private readonly batches = new Emitter<TraceBatch>();
  private readonly notices = new Emitter<string>();
  readonly onState = this.states.event;
  readonly onOutput = this.outputs.event;
  readonly onBatch = this.batches.event;
  readonly onNotice = this.notices.event;
  readonly ended: Promise<RecordingResult>;
  private settle: (result: RecordingResult) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;
  private clock = 0;

  constructor(readonly name = "scripted") {
    this.ended = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.reject = reject;
    });
  }

  get info(): RecordingInfo {
    return { ...recordingInfo(this.name), pid: 100 };
  }

  get state(): RecordingState {
    return this.current;
  }

  threads(): readonly ThreadInfo[] {
    return this.table;
  }

  now(): number {
    return ++this.clock;
  }

  output(stream: "stdout" | "stderr", text: string): void {
    this.outputs.fire({ stream, bytes: new TextEncoder().encode(text) });
  }

  batch(rows: Parameters<typeof traceBatch>[0]): void {
    this.batches.fire(traceBatch({ threads: this.table, ...rows }));
  }

  notice(text: string): void {
    this.notices.fire(text);
  }

  enter(state: RecordingState): void {
    this.current = state;
    this.states.fire(state);
  }

  end(end: Partial<RecordingEnd> = {}): void {
    this.enter("finishing");
    this.enter("finished");
    const whole: RecordingEnd = {
      runId: this.name,
      runFolder: `/runs/${this.name}`,
      exitCode: 0,
      signal: null,
      complete: true,
      problems: [],
      syscalls: 0,
      wallNs: 5,
      ...end,
    };
    // The adapter shows `end` alone.
    this.settle({ end: whole, manifest: {} as RunManifest });
  }

  break(error: Error): void {
    this.enter("failed");
    this.reject(error);
  }

  async pause(): Promise<void> {
    this.calls.push("pause");
    this.enter("paused");
  }
  async continue(): Promise<void> {
    this.calls.push("continue");
    this.enter("running");
  }
  async terminate(): Promise<void> {
    this.calls.push("terminate");
    this.enter("stopping");
  }
  async kill(): Promise<void> {
    this.calls.push("kill");
    this.enter("stopping");
    this.end({ exitCode: null, signal: "SIGKILL" });
  }
  async detach(): Promise<void> {
    this.calls.push("detach");
    this.enter("stopping");
    this.end({ exitCode: null });
  }
  writeStdin(bytes: Uint8Array): void {
    this.stdin.push(new TextDecoder().decode(bytes));
  }
  endStdin(): void {
    this.stdin.push("<end>");
  }
}
