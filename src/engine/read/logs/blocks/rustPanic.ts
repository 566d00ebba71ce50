import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

/** Since Rust 1.73 the message stands on the next line; the process' thread id came later. */
const HEADER = /^thread '([^']{0,100})' (?:\(\d{1,10}\) )?panicked at ([^:']{1,1000}):(\d{1,9}):\d{1,9}:$/;
/** Before: `thread 'main' panicked at 'message', src/main.rs:3:5`. */
const OLD_HEADER = /^thread '([^']{0,100})' panicked at '([\s\S]{0,4000})', ([^:']{1,1000}):(\d{1,9}):\d{1,9}$/;
const NOTE = /^note: /;

/** A Rust panic with its message and, where asked for, its backtrace. Its site is where it panicked. */
export const rustPanic: BlockKind = {
  id: "rustPanic",
  first: "t",
  start(text) {
    const header = HEADER.exec(text);
    if (header !== null) return new Panic(siteOf(header[2] ?? "", Number(header[3])), header[1] ?? "", undefined);
    const old = OLD_HEADER.exec(text);
    if (old === null) return undefined;
    return new Panic(siteOf(old[3] ?? "", Number(old[4])), old[1] ?? "", old[2] ?? "");
  },
};

class Panic implements Block {
  readonly level = LOG_LEVELS.CRITICAL;
  private noted = false;

  constructor(
    readonly site: LogSite | undefined,
    readonly threadName: string,
    public message: string | undefined,
  ) {}

  next(text: string): BlockVerdict {
    if (this.message === undefined) {
      this.message = text;
      return "join";
    }
    if (NOTE.test(text)) {
      this.noted = true;
      return "join";
    }
    if (this.noted) return "end";
    return /^(?:\s+\S|stack backtrace:)/.test(text) ? "join" : "end";
  }
}
