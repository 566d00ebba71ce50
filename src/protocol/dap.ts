import type { LiveUpdate, LogFilter, LogPage, RecordingEnd, RecordingInfo } from "./live.ts";

/** Custom DAP events, adapter -> client: event name -> body. Clients that do not know them may ignore them all. */
export interface CustomEvents {
  /** The program runs under the recorder. */
  "goldentrace.started": RecordingInfo;
  "goldentrace.update": LiveUpdate;
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
  /** Stops recording and lets an attached program run on; for launched programs the same as `terminate`. */
  "goldentrace.detach": { arguments: Record<string, never>; body: Record<string, never> };
}

export const DEBUG_TYPE = "goldentrace";
