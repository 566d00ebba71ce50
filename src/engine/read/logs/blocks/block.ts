import type { LogSite } from "../parsedLine.ts";

/**
 * What a block says about the next line: `join` it (with everything on hold), `hold` it until a later line decides,
 * or `end`: it is not part of the block, nor is what was on hold.
 */
export type BlockVerdict = "join" | "hold" | "end";

/** A record of several lines while its lines arrive: a traceback, a panic, a stack dump. */
export interface Block {
  /** Level of the record when no log line heads it. */
  readonly level: number;
  next(text: string): BlockVerdict;
  /** Innermost source position so far. */
  readonly site: LogSite | undefined;
  /** What went wrong, in a line; undefined while it is not known. */
  readonly message: string | undefined;
  readonly threadName: string;
}

/** A kind of block. */
export interface BlockKind {
  readonly id: string;
  /** Characters that its first line can begin with. */
  readonly first: string;
  /** A new block when `text` is the first line of one. */
  start(text: string): Block | undefined;
}
