import type { LiveUpdate, LogFilter, LogPage, RecordingEnd, RecordingInfo } from "./live.ts";

/** Custom DAP events, adapter -> client: event name -> body. Clients that do not know them may ignore them all. */
export interface CustomEvents {
  /** The program runs under the recorder. */
  "goldentrace.started": RecordingInfo;
  "goldentrace.update": SentUpdate;
  /** The run folder is written and closed. */
  "goldentrace.finished": RecordingEnd;
}

/** Custom DAP requests, client -> adapter: command -> arguments and response body. */
export interface CustomRequests {
  /** Lines passing `filter`; `from` counts among those, negative counts from the end. At most 1000 a request. */
  "goldentrace.logs": { arguments: { filter: LogFilter; from: number; count: number }; body: LogPage };
  /** Everything so far, for a view that opens in the middle of a run: the update carries all chart samples kept. */
  "goldentrace.snapshot": {
    arguments: Record<string, never>;
    body: { info: RecordingInfo | null; update: LiveUpdate | null };
  };
  /** At least this long between updates, milliseconds, within `UPDATE_INTERVAL_MS`: for a client that cannot take more. */
  "goldentrace.pace": { arguments: { intervalMs: number }; body: Record<string, never> };
  /** Stops recording and lets an attached program run on; for launched programs the same as `terminate`. */
  "goldentrace.detach": { arguments: Record<string, never>; body: Record<string, never> };
}

/** An update on its way. Adapter and client may be processes of their own, but they share the machine's clock. */
export interface SentUpdate extends LiveUpdate {
  /** CLOCK_REALTIME when it was sent, milliseconds. */
  readonly sentAtMs: number;
}

/**
 * How far apart updates are: `least` unless the client asks for more, never more than `most`. Milliseconds. What is recorded comes in
 * batches of 40 ms: with a longer `least` every second batch would wait for the next.
 */
export const UPDATE_INTERVAL_MS = { least: 34, most: 2000 } as const;

export const DEBUG_TYPE = "goldentrace";
