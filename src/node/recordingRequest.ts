import type { CompleteOptions } from "../protocol/launch.ts";

/** Everything needed to start a recording, resolved: no defaults are applied below this. */
export interface RecordingRequest {
  /** Name of the run; also the first part of its folder's name. */
  readonly name: string;
  readonly what: LaunchRequest | AttachRequest;
  /** Absolute path; sites outside of it are not shown on lines. */
  readonly workspace: string;
  /** Absolute path of the folder that holds run folders. */
  readonly runsDirectory: string;
  readonly options: CompleteOptions;
  /** Goldentrace's version, for the manifest. */
  readonly toolVersion: string;
}

export interface LaunchRequest {
  readonly kind: "launch";
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The program's whole environment before the TRACE table is applied. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioMode;
}

export interface AttachRequest {
  readonly kind: "attach";
  readonly pid: number;
}

/**
 * Where the program's standard streams go.
 * - `inherit`: those of this process. Output that is a terminal, or stdout and stderr that are one file, stays connected
 *   directly (lines are taken from the tracer's view of the writes); otherwise it passes through pipes and is copied on.
 * - `pipes`: stdin from `Recording.writeStdin`, stdout and stderr through pipes to `Recording.onOutput`.
 * - `terminal`: `run` starts an argv in a terminal of the user's choice (DAP `runInTerminal`) and resolves when it was accepted.
 */
export type StdioMode =
  | { readonly kind: "inherit" }
  | { readonly kind: "pipes" }
  | {
      readonly kind: "terminal";
      run(request: {
        argv: readonly string[];
        cwd: string;
        env: Readonly<Record<string, string | null>>;
      }): Promise<void>;
    };
