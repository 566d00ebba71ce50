import type { Comparison } from "../protocol/comparison.ts";
import type { LiveUpdate, LogFilter, LogPage } from "../protocol/live.ts";

/** Questions about a finished run that are answered off the main thread: request name -> arguments and answer. */
export interface RunQuestions {
  logs: { arguments: { folder: string; filter: LogFilter; from: number; count: number }; answer: LogPage };
  /** The run as one live update, with chart samples: what the Live view showed at its end. */
  update: { arguments: { folder: string }; answer: LiveUpdate };
  /** The run compared with its golden as it is now; stored in the run's folder. Null without a golden. */
  compare: { arguments: { folder: string; workspace: string }; answer: Comparison | null };
  /** What a run that is being recorded has done more than its golden by now. Null without a golden. */
  compareSoFar: { arguments: { folder: string; workspace: string }; answer: Comparison | null };
}

export type RunRequest = {
  [K in keyof RunQuestions]: { readonly id: number; readonly ask: K; readonly arguments: RunQuestions[K]["arguments"] };
}[keyof RunQuestions];

export type RunReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string; readonly expected: boolean };
