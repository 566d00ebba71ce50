import { LOG_LEVELS } from "../../../trace/levels.ts";
import type { LogSite } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";
import type { Block, BlockKind, BlockVerdict } from "./block.ts";

/** `Exception in thread "main" java.lang.IllegalStateException: message`, `Uncaught Error: message`, `TypeError: message`. */
const EXCEPTION =
  /^(?:Exception in thread "([^"]{0,100})" |Uncaught (?:\(in promise\) )?)?(?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,80}(?: \[[\w-]{1,60}\])?(?::|$)/;
const EXCEPTION_NAME = /(?:Error|Exception|Throwable|Fault|Interrupted)(?: \[[\w-]{1,60}\])?(?::|$)/;
const AT = /^[ \t]{1,16}at /;
const MORE = /^[ \t]{1,16}(?:\.\.\. \d{1,7} (?:more|common frames omitted)|\[CIRCULAR REFERENCE)/;
const CAUSED = /^[ \t]{0,16}(?:Caused by: |Suppressed: |Wrapped by: |\[cause\]: )/;
/** Java: `at com.acme.Service.run(Service.java:12)`; library frames carry `~[app.jar:1.0]` behind. */
const JAVA_FRAME = /\(([\w$-]{1,200}\.(?:java|kt|scala|groovy|clj)):(\d{1,7})\)/;
/** JavaScript: `at run (/src/a.js:3:11)`, `at file:///src/a.mjs:3:11`, `at async run (…)`. */
const SCRIPT_FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s]{1,1000}):(\d{1,7}):\d{1,7}\)?$/;
const RUNTIME_FRAME = /^(?:file:\/\/)?(?:node:|internal\/|native )/;

/**
 * A stack of `at …` lines: Java, Kotlin, Scala, JavaScript. It is headed by the exception, by a log line, or by both;
 * the line above the first `at` is therefore kept until the next line has come.
 */
export class CallStack implements Block {
  readonly level = LOG_LEVELS.ERROR;
  readonly threadName: string;
  site: LogSite | undefined;
  private seenFrame = false;

  /** @param message the exception's line, when the block begins with it */
  constructor(
    readonly message: string | undefined,
    threadName = "",
  ) {
    this.threadName = threadName;
  }

  next(text: string): BlockVerdict {
    if (AT.test(text)) {
      this.seenFrame = true;
      this.site ??= frameSite(text);
      return "join";
    }
    if (!this.seenFrame) return "end";
    return MORE.test(text) || CAUSED.test(text) ? "join" : "end";
  }
}

function frameSite(text: string): LogSite | undefined {
  const java = JAVA_FRAME.exec(text.slice(0, 1000));
  if (java !== null) return siteOf(java[1] ?? "", Number(java[2]));
  const script = SCRIPT_FRAME.exec(text.slice(0, 2000).trimEnd());
  if (script === null || RUNTIME_FRAME.test(script[1] ?? "")) return undefined;
  return siteOf((script[1] ?? "").replace(/^file:\/\//, ""), Number(script[2]));
}

export const callStack: BlockKind = {
  id: "callStack",
  first: "",
  start: exceptionLine,
};

/** A block that begins with an exception's line and may turn out to have no stack. */
export function exceptionLine(text: string): CallStack | undefined {
  const match = EXCEPTION.exec(text);
  if (match === null || !EXCEPTION_NAME.test(match[0])) return undefined;
  return new CallStack(text, match[1] ?? "");
}

/** True for the lines of a call stack below its head. */
export function isStackFrame(text: string): boolean {
  return AT.test(text);
}
