import type { LiveUpdate, LogFilter, LogPage, RecordingEnd, RecordingInfo } from "./live.ts";

/**
 * The contract between the extension host and its webviews. Each side offers an interface of async functions; a call is
 * `{id, method, params}` and its reply `{id, ok}` or `{id, err}`, so a throwing handler always rejects the caller.
 */

/** What the extension host offers to the Live view. */
export interface LiveHost {
  /** The view is ready; returns what to show now. */
  ready(): Promise<LiveState>;
  logs(request: { sessionId: string; filter: LogFilter; from: number; count: number }): Promise<LogPage>;
  /** Opens a source position; the host asks before it opens anything outside the workspace. */
  openSource(request: { file: string; line: number }): Promise<void>;
  /** Runs one of the commands that the view shows as buttons. */
  command(request: { command: LiveCommand; sessionId: string | null }): Promise<void>;
}

export const LIVE_COMMANDS = [
  "start",
  "stop",
  "pause",
  "continue",
  "restart",
  "openReport",
  "showRuns",
  "doctor",
  "manageTrust",
] as const;
export type LiveCommand = (typeof LIVE_COMMANDS)[number];

/** What the Live view offers to the extension host. */
export interface LiveView {
  /** A recording began, or another one was selected. */
  reset(state: LiveState): Promise<void>;
  update(update: { sessionId: string; update: LiveUpdate }): Promise<void>;
  finished(end: { sessionId: string; end: RecordingEnd }): Promise<void>;
}

export interface LiveState {
  /** Debug session id; null when nothing was recorded in this window yet. */
  readonly sessionId: string | null;
  readonly info: RecordingInfo | null;
  readonly update: LiveUpdate | null;
  readonly end: RecordingEnd | null;
  /** False in an untrusted workspace: nothing can be started, and the view says why. */
  readonly trusted: boolean;
  /** The setting `goldentrace.live.follow`, for a view that has no state of its own yet; true when absent. */
  readonly follow?: boolean;
}

/** The envelope on the wire, both ways. */
export type ViewMessage =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: "ok"; readonly id: number; readonly value: unknown }
  | { readonly kind: "err"; readonly id: number; readonly message: string };
