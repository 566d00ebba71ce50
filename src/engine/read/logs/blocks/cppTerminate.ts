import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

const HEADER =
  /^terminate called (?:after throwing an instance of '([\s\S]{1,1000})'|without an active exception|recursively)$/;
const WHAT = /^ {2}what\(\): {2}?/;

/** libstdc++'s last words: `terminate called after throwing an instance of 'E'` and `  what():  message`. */
export const cppTerminate: BlockKind = {
  id: "cppTerminate",
  first: "t",
  start(text) {
    const header = HEADER.exec(text);
    return header === null ? undefined : new Terminate(header[1] ?? text);
  },
};

class Terminate implements Block {
  readonly level = LOG_LEVELS.CRITICAL;
  readonly threadName = "";
  readonly site = undefined;
  private told = false;

  constructor(public message: string) {}

  next(text: string): BlockVerdict {
    if (this.told || !WHAT.test(text)) return "end";
    this.told = true;
    this.message += `: ${text.replace(WHAT, "")}`;
    return "join";
  }
}
