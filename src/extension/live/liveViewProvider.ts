import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import type { LogPage, RecordingInfo } from "../../protocol/live.ts";
import { connectRpc, type RpcConnection } from "../../protocol/rpc.ts";
import { LIVE_COMMANDS, type LiveHost, type LiveState, type LiveView } from "../../protocol/view.ts";
import type { Recordings, WindowRecording } from "../debug/recordings.ts";
import type { Log } from "../log.ts";
import { openSource } from "../openSource.ts";
import type { FinishedRuns } from "../runs/finishedRuns.ts";
import { liveHtml } from "./html.ts";
import { runLiveCommand } from "./liveCommands.ts";
import { UpdatePace } from "./updatePace.ts";

const EMPTY_PAGE: LogPage = { matching: 0, total: 0, first: 0, lines: [] };

/** Hosts the Live view: hands it the shown recording's updates, and answers its questions. */
export class LiveViewProvider implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly subscriptions = new DisposableStore();
  private connection: RpcConnection<LiveView> | undefined;
  private visible = false;
  private readonly paces = new WeakMap<RecordingInfo, UpdatePace>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly recordings: Recordings,
    private readonly finishedRuns: FinishedRuns,
    private readonly log: Log,
  ) {
    this.subscriptions.add(
      recordings.onChange((recording) => {
        if (recording.sessionId !== recordings.current?.sessionId) return;
        if (recording.end === null) void this.send((view) => view.reset(this.state()));
        else
          void this.send((view) =>
            view.finished({ sessionId: recording.sessionId, end: recording.end as NonNullable<typeof recording.end> }),
          );
      }),
    );
    this.subscriptions.add(
      recordings.onUpdate(({ sessionId, update }) => {
        if (update === null) return;
        const shown = sessionId === recordings.current?.sessionId;
        const seen = shown ? this.send((view) => view.update({ sessionId, update })) : Promise.resolve();
        void seen.then(() => this.keepPace(sessionId, update.sentAtMs));
      }),
    );
    this.subscriptions.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.send((view) => view.reset(this.state()))),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const root = vscode.Uri.joinPath(this.extensionUri, "dist", "webview");
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [root], enableCommandUris: false };
    const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();

    const store = new DisposableStore();
    const host: LiveHost = {
      ready: () => this.snapshot(),
      logs: (request) => this.logs(request),
      openSource: (position) => openSource(position),
      command: ({ command, sessionId }) => {
        if (!LIVE_COMMANDS.includes(command)) throw new Error(`The view asked for the unknown command ${command}`);
        return runLiveCommand(command, sessionId === null ? undefined : this.recordings.find(sessionId));
      },
    };
    const connection = connectRpc<LiveHost, LiveView>(
      {
        post: (message) => webview.postMessage(message),
        onMessage: (listener) => webview.onDidReceiveMessage(listener),
      },
      host,
      (method, error) => void this.log.show(`The Live view's ${method}`, error),
    );
    store.add(connection);
    store.add(
      view.onDidChangeVisibility(() => {
        this.visible = view.visible;
      }),
    );
    view.onDidDispose(() => {
      store.dispose();
      if (this.connection === connection) this.connection = undefined;
    });
    this.connection = connection;
    this.visible = view.visible;
    webview.html = liveHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64url"),
      scriptUri: uri("live.js"),
      styleUri: uri("live.css"),
      codiconUri: uri("codicon.css"),
    });
  }

  /**
   * A hidden view is gone with its page; it asks with `ready` when it comes back.
   * @returns settles when the view has dealt with the message, or will not; never rejects
   */
  private async send(message: (view: LiveView) => Promise<void>): Promise<void> {
    if (this.connection === undefined || !this.visible) return;
    try {
      await message(this.connection.remote);
    } catch (error) {
      this.log.warn(`The Live view missed a message: ${error}`);
    }
  }

  /** An update has been dealt with: asks for fewer while they come late. */
  private keepPace(sessionId: string, sentAtMs: number): void {
    const info = this.recordings.find(sessionId)?.info ?? null;
    if (info === null || !this.goesOn(sessionId)) return;
    // A restarted session is another run, which begins at the usual pace.
    const pace = this.paces.get(info) ?? new UpdatePace();
    this.paces.set(info, pace);
    const intervalMs = pace.observe(sentAtMs, Date.now());
    if (intervalMs === undefined) return;
    this.recordings.request(sessionId, "goldentrace.pace", { intervalMs }).catch((error: unknown) => {
      // A session that ends at this moment has no updates to space out any more.
      if (this.goesOn(sessionId)) this.log.warn(`The pace of updates stays: ${error}`);
    });
  }

  private goesOn(sessionId: string): boolean {
    const recording = this.recordings.find(sessionId);
    return recording !== undefined && !recording.over && recording.end === null;
  }

  private state(): LiveState {
    const recording = this.recordings.current;
    return {
      sessionId: recording?.sessionId ?? null,
      info: recording?.info ?? null,
      update: recording?.update ?? null,
      end: recording?.end ?? null,
      trusted: vscode.workspace.isTrusted,
      follow: vscode.workspace.getConfiguration("goldentrace").get("live.follow", true),
    };
  }

  /** As `state`, with all chart samples so far instead of those of the last update. */
  private async snapshot(): Promise<LiveState> {
    const state = this.state();
    const recording = this.recordings.current;
    if (recording === undefined || recording.info === null) return state;
    const update = await this.ask(
      recording,
      recording.info.runFolder,
      async () => (await this.recordings.request(recording.sessionId, "goldentrace.snapshot", {})).update,
      (runFolder) => this.finishedRuns.update(runFolder),
    );
    return { ...state, update: update ?? state.update };
  }

  private async logs(request: Parameters<LiveHost["logs"]>[0]): Promise<LogPage> {
    const recording: WindowRecording | undefined = this.recordings.find(request.sessionId);
    if (recording === undefined || recording.info === null) return EMPTY_PAGE;
    const page = { filter: request.filter, from: request.from, count: request.count };
    return this.ask(
      recording,
      recording.info.runFolder,
      () => this.recordings.request(request.sessionId, "goldentrace.logs", page),
      (runFolder) => this.finishedRuns.logs(runFolder, page),
    );
  }

  /** The adapter leaves with its session; from then on the run folder answers, also what was asked at that moment. */
  private async ask<T>(
    recording: WindowRecording,
    folder: string,
    adapter: () => Promise<T>,
    runFolder: (folder: string) => Promise<T>,
  ): Promise<T> {
    if (!recording.over) {
      try {
        return await adapter();
      } catch (error) {
        if (this.goesOn(recording.sessionId)) throw error;
      }
    }
    return runFolder(folder);
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.connection?.dispose();
  }
}

/** Shows the view, and opens its container when it was never open. */
export async function showLiveView(preserveFocus: boolean): Promise<void> {
  await vscode.commands.executeCommand("goldentrace.live.focus", { preserveFocus });
}
