import * as vscode from "vscode";
import { Emitter } from "../../base/emitter.ts";
import { type CustomEvents, type CustomRequests, DEBUG_TYPE, type SentUpdate } from "../../protocol/dap.ts";
import type { RecordingEnd, RecordingInfo } from "../../protocol/live.ts";

/** A recording of this window, from its debug session's events. */
export interface WindowRecording {
  readonly sessionId: string;
  readonly session: vscode.DebugSession;
  readonly info: RecordingInfo | null;
  readonly update: SentUpdate | null;
  readonly end: RecordingEnd | null;
  /** The debug session is over; nothing can be asked of its adapter any more. */
  readonly over: boolean;
}

/** Follows every debug session of type `goldentrace` and turns its custom events into typed ones. */
export class Recordings implements vscode.Disposable {
  private readonly bySession = new Map<string, WindowRecording>();
  private shown: string | undefined;
  private readonly changed = new Emitter<WindowRecording>();
  private readonly updated = new Emitter<WindowRecording>();
  private readonly subscriptions: vscode.Disposable[];

  /** A recording began, ended, or another one became the shown one. */
  readonly onChange = this.changed.event;
  /** New figures of a recording; up to thirty times a second. */
  readonly onUpdate = this.updated.event;

  constructor() {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => this.begin(session)),
      vscode.debug.onDidReceiveDebugSessionCustomEvent((event) => this.receive(event)),
      vscode.debug.onDidChangeActiveDebugSession((session) => this.show(session?.id)),
      vscode.debug.onDidTerminateDebugSession((session) => this.terminate(session)),
    ];
  }

  /** The recording that views show: the active debug session's, else the one that began last. */
  get current(): WindowRecording | undefined {
    return this.shown === undefined ? undefined : this.bySession.get(this.shown);
  }

  get running(): readonly WindowRecording[] {
    return [...this.bySession.values()].filter((recording) => !recording.over);
  }

  find(sessionId: string): WindowRecording | undefined {
    return this.bySession.get(sessionId);
  }

  async request<K extends keyof CustomRequests>(
    sessionId: string,
    command: K,
    parameters: CustomRequests[K]["arguments"],
  ): Promise<CustomRequests[K]["body"]> {
    const recording = this.bySession.get(sessionId);
    if (recording === undefined) throw new Error(`No recording has the id ${sessionId}`);
    return recording.session.customRequest(command, parameters);
  }

  private begin(session: vscode.DebugSession): void {
    if (session.type !== DEBUG_TYPE) return;
    this.ensure(session);
    this.show(session.id);
  }

  private receive({ session, event, body }: vscode.DebugSessionCustomEvent): void {
    if (session.type !== DEBUG_TYPE) return;
    const recording = this.ensure(session);
    switch (event as keyof CustomEvents) {
      case "goldentrace.started":
        // A restarted session is the same debug session with a new recording.
        this.set({ ...recording, info: body as RecordingInfo, update: null, end: null });
        this.changed.fire(this.ensure(session));
        break;
      case "goldentrace.update":
        this.set({ ...recording, update: body as SentUpdate });
        this.updated.fire(this.ensure(session));
        break;
      case "goldentrace.finished":
        this.set({ ...recording, end: body as RecordingEnd });
        this.changed.fire(this.ensure(session));
        break;
    }
  }

  private terminate(session: vscode.DebugSession): void {
    const recording = this.bySession.get(session.id);
    if (recording === undefined) return;
    this.set({ ...recording, over: true });
    this.changed.fire(this.ensure(session));
    // The views keep showing the last recording; older ones are in the run folders.
    for (const [id, other] of this.bySession) if (other.over && id !== this.shown) this.bySession.delete(id);
  }

  private show(sessionId: string | undefined): void {
    const recording = sessionId === undefined ? undefined : this.bySession.get(sessionId);
    if (recording === undefined || recording.sessionId === this.shown) return;
    this.shown = recording.sessionId;
    this.changed.fire(recording);
  }

  private ensure(session: vscode.DebugSession): WindowRecording {
    const known = this.bySession.get(session.id);
    if (known !== undefined) return known;
    const recording = { sessionId: session.id, session, info: null, update: null, end: null, over: false };
    this.bySession.set(session.id, recording);
    this.shown ??= session.id;
    return recording;
  }

  private set(recording: WindowRecording): void {
    this.bySession.set(recording.sessionId, recording);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
    this.updated.dispose();
  }
}
