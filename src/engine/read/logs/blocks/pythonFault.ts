import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

const HEADER = /^Fatal Python error: /;
const THREAD = /^(?:Current thread|Thread) 0x[0-9a-f]{1,16} (?:\[[^\]]{0,64}\] )?\(most recent call first\):/;
const FRAME = /^ {2}File "([^"]{1,1000})", line (\d{1,9}) in /;
const DETAIL = /^(?: {2}\S|Extension modules: |Python runtime state: |Current thread's C stack trace)/;

/** What `faulthandler` prints when a Python program crashes in native code. Its site is the first frame: newest first. */
export const pythonFault: BlockKind = {
  id: "pythonFault",
  first: "F",
  start: (text) => (HEADER.test(text) ? new Fault(text) : undefined),
};

class Fault implements Block {
  readonly level = LOG_LEVELS.CRITICAL;
  readonly threadName = "";
  site: LogSite | undefined;

  constructor(readonly message: string) {}

  next(text: string): BlockVerdict {
    // Threads are parted by blank lines, which may also be the end.
    if (text === "") return "hold";
    if (!THREAD.test(text) && !DETAIL.test(text)) return "end";
    const frame = FRAME.exec(text);
    if (frame !== null) this.site ??= siteOf(frame[1] ?? "", Number(frame[2]));
    return "join";
  }
}
