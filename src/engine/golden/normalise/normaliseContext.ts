import type { UserRule } from "../../../protocol/goldenConfig.ts";

/** What is known about where and how a trace was recorded. Paths are absolute; what is not known stays away. */
export interface NormaliseContext {
  readonly workspace: string;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly home?: string;
  readonly user?: string;
  readonly hostname?: string;
  /** Folders for temporary files besides /tmp and /var/tmp. */
  readonly tempDirs?: readonly string[];
  /** Ids of rules that are switched off. */
  readonly rulesOff?: readonly string[];
  readonly rules?: readonly UserRule[];
  /** The contents of buffers were recorded and are to be compared. */
  readonly captureData?: boolean;
}
