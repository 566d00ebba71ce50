import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

const HEADER = /^ {0,8}(\+ Exception Group )?Traceback \(most recent call last\):\s*$/;
const FRAME = /^[ |+]{1,80}File "([^"]{1,1000})", line (\d{1,9})/;
/** Syntax errors come without a header. */
const SYNTAX_FRAME = /^ {2}File "([^"]{1,1000})", line (\d{1,9})$/;
const CHAINED =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)\s*$/;
const EXCEPTION = /^[A-Za-z_][\w.<>]{0,200}(?::|$)/;
/** What `threading`, the interpreter and `asyncio` print above the traceback of an exception that nobody caught. */
const ANNOUNCED = /^(?:Exception in thread \S[\s\S]{0,200}:|Exception ignored in: [\s\S]{1,1000})$/;
const INDENTED = /^[ \t]/;

/** A Python traceback, with the exceptions chained to it; exception groups too. Its site is the last frame's line. */
export const pythonTraceback: BlockKind = {
  id: "pythonTraceback",
  first: "TE ",
  start(text) {
    const header = HEADER.exec(text);
    if (header !== null) return new Traceback(header[1] === undefined ? "frames" : "group");
    if (ANNOUNCED.test(text)) return new Traceback("chained");
    if (!text.startsWith('  File "')) return undefined;
    const frame = SYNTAX_FRAME.exec(text);
    return frame === null ? undefined : new Traceback("frames", siteOf(frame[1] ?? "", Number(frame[2])));
  },
};

class Traceback implements Block {
  readonly level = LOG_LEVELS.ERROR;
  readonly threadName = "";
  site: LogSite | undefined;
  message: string | undefined;

  /** @param expects which lines come next; between two exceptions of a chain only blanks and the chain's sentence may stand */
  constructor(
    private expects: "frames" | "group" | "exception" | "blank" | "chained",
    site?: LogSite,
  ) {
    this.site = site;
  }

  next(text: string): BlockVerdict {
    if (this.expects === "frames" || this.expects === "group") return this.frames(text, this.expects === "group");
    if (text.trim() === "") {
      if (this.expects === "exception") this.expects = "blank";
      return "hold";
    }
    if (this.expects === "blank" && CHAINED.test(text)) {
      this.expects = "chained";
      return "hold";
    }
    if (this.expects === "chained" && HEADER.test(text)) {
      this.expects = "frames";
      return "join";
    }
    return "end";
  }

  private frames(text: string, group: boolean): BlockVerdict {
    if (INDENTED.test(text)) {
      const frame = FRAME.exec(text);
      if (frame !== null) this.site = siteOf(frame[1] ?? "", Number(frame[2])) ?? this.site;
      else if (group && this.message === undefined) this.groupMessage(text);
      return "join";
    }
    if (group || !EXCEPTION.test(text)) return "end";
    this.message = text;
    this.expects = "exception";
    return "join";
  }

  /** In a group each line has a margin: `  | ExceptionGroup: several (2 sub-exceptions)`. */
  private groupMessage(text: string): void {
    const exception = /^ {1,40}\| (?=[A-Za-z_][\w.]{0,200}: )/.exec(text);
    if (exception !== null) this.message = text.slice(exception[0].length);
  }
}
