import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockVerdict } from "./block.ts";

const AT = /^ {4}at (\S[\s\S]{0,999}?):(\d{1,9})(?: on \S[\s\S]{0,100})?$/;
const IN = /^ {4}(?:in|with|on) \S/;

/** What Rust's tracing prints below an event in its pretty layout: `    at src/main.rs:3`, `    in crate::span with id: 1`. */
export class PrettySpan implements Block {
  readonly level = 0;
  readonly message = undefined;
  readonly threadName = "";
  site: LogSite | undefined;

  next(text: string): BlockVerdict {
    const at = AT.exec(text);
    if (at !== null) this.site ??= siteOf(at[1] ?? "", Number(at[2]));
    return at !== null || IN.test(text) ? "join" : "end";
  }
}

/** True for an event of that layout: two blanks and the time. */
export function isPrettyEvent(text: string): boolean {
  return /^ {2}\d/.test(text);
}
