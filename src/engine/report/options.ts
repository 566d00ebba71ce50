import type { Style } from "../../base/terminal/style.ts";

/** What reporters may be told beside the report; every one has a default. */
export interface ReportOptions {
  /** Columns of the terminal, at least 40; for `text`. Default: 80. */
  readonly columns?: number;
  /** Colours, for `text`. Default: none. */
  readonly style?: Style;
  /** Tells every divergence and event that is known instead of the first ones; for `text`. */
  readonly all?: boolean;
  /** Absolute path of the repository, which the paths of annotations are relative to. Default: the workspace. */
  readonly root?: string;
}
