import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LineFormat } from "../parsedLine.ts";

/** Seconds as tracing helpers print them. */
const SECONDS = String.raw`\d{1,9}(?:\.\d{1,9})?s`;

/** What Python tracing helpers print about an operation, whole lines only; a tick at the head of any other line means nothing. */
const SUCCEEDING = new RegExp(
  String.raw`^(?:→ Entering \S|← Exiting \S[\s\S]{0,300} \(elapsed: ${SECONDS}\)|⏱ (?:Starting|Tracing:) \S|✓ [\s\S]{1,300} completed in ${SECONDS}|✓ [\s\S]{1,300}: ${SECONDS} \| Memory: )`,
);
const FAILING = new RegExp(
  String.raw`^(?:✗ Exception in \S[\s\S]{0,300} \(elapsed: ${SECONDS}\)|✗ [\s\S]{1,300} failed after ${SECONDS})`,
);

/** The message grammar of function and operation tracing when it is printed without a logger. */
export const operation: LineFormat = {
  id: "operation",
  first: "→←✗⏱✓",
  parse(text) {
    const level = SUCCEEDING.test(text) ? LOG_LEVELS.TRACE : FAILING.test(text) ? LOG_LEVELS.ERROR : 0;
    if (level === 0) return undefined;
    return { level, message: text, logger: "", threadName: "", site: undefined };
  },
};
