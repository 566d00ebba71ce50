import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

const HEADER =
  /^(?:panic: |fatal error: |SIGQUIT: quit|goroutine \d{1,10} (?:gp=\S{1,20} m=\S{1,20} )?(?:mp=\S{1,20} )?\[)/;
const GOROUTINE = /^goroutine \d{1,10} /;
/** A called function, `main.(*T).run(0xc000…, 0x1)`, or who started the goroutine. */
const FUNCTION =
  /^(?:created by \S[\s\S]{0,1000}|[\w./%-]{1,300}(?:\.[^\s(]{0,300})?(?:\(\*?[\w[\].…]{1,200}\)[^\s(]{0,300})?\([\s\S]{0,1000}\))$/;
const POSITION = /^\t(\S[\s\S]{0,999}?\.\w{1,4}):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?$/;
const DETAIL =
  /^(?:\t|\[signal |\[recovered|exit status \d|runtime stack:|\.\.\.\d|r\w{1,5} {2,8}0x|(?:[re]\w{2}|fs|gs|cs) {1,8}0x|PC=0x)/;

/** A Go panic, fatal error or dump of goroutines. Its site is the first frame outside the runtime. */
export const goPanic: BlockKind = {
  id: "goPanic",
  first: "pfSg",
  start(text) {
    if (!HEADER.test(text)) return undefined;
    return new GoDump(GOROUTINE.test(text) ? undefined : text, GOROUTINE.test(text));
  },
};

class GoDump implements Block {
  readonly level = LOG_LEVELS.CRITICAL;
  readonly threadName = "";
  site: LogSite | undefined;

  constructor(
    readonly message: string | undefined,
    private inGoroutine: boolean,
  ) {}

  next(text: string): BlockVerdict {
    // Goroutines are parted by blank lines, which may also be the end.
    if (text === "") return "hold";
    if (GOROUTINE.test(text)) {
      this.inGoroutine = true;
      return "join";
    }
    if (DETAIL.test(text)) {
      this.position(text);
      return "join";
    }
    return this.inGoroutine && FUNCTION.test(text) ? "join" : "end";
  }

  private position(text: string): void {
    if (this.site !== undefined) return;
    const position = POSITION.exec(text);
    if (position === null || /\/src\/(?:runtime|internal)\//.test(position[1] ?? "")) return;
    this.site = siteOf(position[1] ?? "", Number(position[2]));
  }
}
