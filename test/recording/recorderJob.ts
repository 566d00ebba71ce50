import type { RecordingOptions } from "../../src/protocol/launch.ts";
import type { RecordingEnd } from "../../src/protocol/live.ts";
import type { RunManifest } from "../../src/protocol/runFolder.ts";

export interface RecorderJob {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly runs: string;
  readonly workspace: string;
  readonly options?: RecordingOptions;
  /** File for the outcome; `<file>.started` appears when the program runs. */
  readonly outcome: string;
}

export type RecorderOutcome =
  | {
      readonly kind: "ended";
      readonly end: RecordingEnd;
      readonly manifest: RunManifest;
      readonly notices: readonly string[];
    }
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly wayOut: string };
