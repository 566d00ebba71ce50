import { levelOfWord } from "./levelWords.ts";
import type { LogSite, ParsedLine } from "./parsedLine.ts";

/** What a capture group of a pattern holds; `tail` is a rest that may begin with a thread, a logger or a position. */
export type PatternField = "level" | "logger" | "thread" | "file" | "line" | "message" | "tail";

/**
 * A log layout as a regular expression anchored at its start, and the meaning of its groups in order.
 * Every repetition before the message is bounded, so matching costs no more than the line's first few hundred characters.
 */
export interface LogPattern {
  readonly regex: RegExp;
  readonly fields: readonly PatternField[];
}

export function pattern(source: string, ...fields: PatternField[]): LogPattern {
  return { regex: new RegExp(`^${source}`), fields };
}

/** Rest of the line, whatever it holds. */
export const REST = String.raw`([\s\S]*)$`;

const DATE = String.raw`(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/]\d\d(?:[-/]\d{4})?|\d\d[ /](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /]\d{4})`;

/** Date and time, or time alone, in the spellings of the field: `T` or space, `.` or `,` fractions, `Z`, `UTC` or an offset. */
export const TIMESTAMP = String.raw`(?:${DATE}[T :_-]{1,3})?\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?`;

const SOURCES =
  "c|cc|cpp|cxx|h|hh|hpp|hxx|inl|cu|cuh|m|mm|rs|go|py|pyx|pyi|js|mjs|cjs|jsx|ts|mts|tsx|java|kt|scala|groovy|clj|rb|php|swift|cs|fs|vb|zig|nim|lua|pl|pm|jl|hs|ml|ex|exs|erl|d|f90|f|asm|s|S|C|R|r|sh|sql|vue|svelte|dart|cr|v";

/** The name of a source file, as log lines print positions: no spaces, no colon; neither `com.acme.Service` nor a host. */
export const FILE = String.raw`[^\s:|\[\]()"'=]{1,300}\.(?:${SOURCES})`;

/** Tries the patterns in order. The first that matches with a real level word (where it has one) wins. */
export function matchPatterns(patterns: readonly LogPattern[], text: string): ParsedLine | undefined {
  for (const { regex, fields } of patterns) {
    const match = regex.exec(text);
    if (match === null) continue;
    let level = 0;
    let logger = "";
    let threadName = "";
    let file = "";
    let line = 0;
    let message = "";
    let tail: string | undefined;
    for (let i = 0; i < fields.length; i++) {
      const value = match[i + 1] ?? "";
      switch (fields[i]) {
        case "level":
          level = levelOfWord(value);
          break;
        case "logger":
          logger = value;
          break;
        case "thread":
          threadName = value;
          break;
        case "file":
          file = value;
          break;
        case "line":
          line = Number(value);
          break;
        case "message":
          message = value;
          break;
        default:
          tail = value;
      }
    }
    const site = siteOf(file, line);
    if (tail === undefined) return withPosition({ level, message, logger, threadName, site });
    const rest = parseTail(tail);
    return {
      level,
      message: rest.message,
      logger: logger || rest.logger,
      threadName: threadName || rest.threadName,
      site: site ?? rest.site,
    };
  }
  return undefined;
}

/** `file.c:12: ` or `[file.c:12] ` at the head of a message, where the layout has no place of its own for it. */
const POSITION = new RegExp(`^(?:(${FILE}):(\\d{1,7}):|\\[(${FILE}):(\\d{1,7})(?::[\\w<>]{1,80})?\\]) `);

function withPosition(parsed: ParsedLine): ParsedLine {
  if (parsed.site !== undefined) return parsed;
  // Nearly all messages leave here: their first word does not end as a position does.
  const end = parsed.message.charCodeAt(parsed.message.indexOf(" ") - 1);
  if (end !== 58 && end !== 93) return parsed;
  const position = POSITION.exec(parsed.message);
  if (position === null) return parsed;
  const site = siteOf(position[1] ?? position[3] ?? "", Number(position[2] ?? position[4]));
  return site === undefined ? parsed : { ...parsed, site, message: parsed.message.slice(position[0].length) };
}

/** A position is one only with a file and a line. */
export function siteOf(file: string, line: number): LogSite | undefined {
  return file !== "" && line > 0 && line <= 0x7fff_ffff ? { file, line } : undefined;
}

const LOGGER = String.raw`[A-Za-z_][\w.$/-]{0,150}`;
/** A Rust module path: `crate::module`, or a crate alone. */
const TARGET = String.raw`[A-Za-z_][\w-]{0,80}(?:::[\w-]{1,80}){0,12}`;

/** What can follow time and level, most telling layouts first. */
const TAILS: readonly LogPattern[] = [
  // Spring Boot: `1234 --- [app] [main] c.e.Service : message`
  pattern(
    String.raw`\d{1,8} --- (?:\[[^\]]{0,80}\] )?\[ *([^\]]{1,80})\] (\S{1,150}) {1,60}: ?${REST}`,
    "thread",
    "logger",
    "message",
  ),
  // zap's console encoder: tabs between logger, caller and message
  pattern(String.raw`(?:([\w.$/-]{1,150})\t)?(${FILE}):(\d{1,7})\t${REST}`, "logger", "file", "line", "message"),
  // `file.py:12 -- message`, `[file.py:12] message`, `file.rs:12: message`, `[file.py:12:function] message`
  pattern(
    String.raw`\[?(${FILE}):(\d{1,7})(?::[\w<>]{1,80})?(?:\]:?|:| --?|(?= )) ?${REST}`,
    "file",
    "line",
    "message",
  ),
  // log4j, logback: `[thread] logger - message`, `[thread] logger:12 - message`
  pattern(
    String.raw`\[([^\]]{1,100})\] {1,20}(${LOGGER})(?::\d{1,7})? {0,20}[-:] ${REST}`,
    "thread",
    "logger",
    "message",
  ),
  pattern(String.raw`(${LOGGER})(?::\d{1,7})? {1,40}- ${REST}`, "logger", "message"),
  // `[logger] message` and `[logger]: message`
  pattern(String.raw`\[(${LOGGER})\]:? ${REST}`, "logger", "message"),
];

const TAILS_OF_WORDS = TAILS.slice(2);
const NO_TAILS: readonly LogPattern[] = [];

/** The tails that are possible: a position, a thread and a dash leave their marks, and most messages have none of them. */
function tailsOf(text: string): readonly LogPattern[] {
  if (text.includes("\t") || text.includes(" --- ")) return TAILS;
  return text.charCodeAt(0) === 91 || text.includes(" - ") || /^\S{1,300}:\d/.test(text) ? TAILS_OF_WORDS : NO_TAILS;
}

/** Thread as Rust's tracing prints it: `ThreadId(01)`, a name before it when both are on. */
const RUST_THREAD = /^(?:([\w-]{1,60}) )?(ThreadId\(\d{1,6}\)) /;
const RUST_POSITION = new RegExp(`^(${FILE}):(\\d{1,7}): `);
const NAMED = new RegExp(`^(${TARGET}|${LOGGER}): `);

/** Splits what follows time and level into thread, logger, position and message. */
export function parseTail(text: string): ParsedLine {
  const known = matchPatterns(tailsOf(text), text);
  if (known !== undefined) return known;
  let rest = text;
  let threadName = "";
  const thread = RUST_THREAD.exec(rest);
  if (thread !== null) {
    threadName = thread[1] ?? thread[2] ?? "";
    rest = rest.slice(thread[0].length);
  }
  // Spans stay in the message: they are context that the logger's name does not have.
  const spans = rest.slice(0, spansEnd(rest));
  rest = rest.slice(spans.length);
  let logger = "";
  const named = NAMED.exec(rest);
  if (named !== null && looksLikeLogger(named[1] ?? "")) {
    logger = named[1] ?? "";
    rest = rest.slice(named[0].length);
  }
  const position = RUST_POSITION.exec(rest);
  if (position !== null) rest = rest.slice(position[0].length);
  const site = siteOf(position?.[1] ?? "", Number(position?.[2] ?? 0));
  return { level: 0, message: spans + rest, logger, threadName, site };
}

/** `Failed: reason` is a message; loggers are written in lower case or have a path. */
function looksLikeLogger(name: string): boolean {
  return /^[a-z_]/.test(name) || /[.:]/.test(name);
}

const SPAN_NAME = /[A-Za-z_][\w.-]{0,80}(?=[{:])/y;
const MODULE_NEXT = /[A-Za-z_][\w-]{0,80}::/y;
const MAX_SPANS = 16;
const MAX_SPAN_FIELDS = 400;

/**
 * End of the spans that tracing prints between level and target, `outer{id=1}:inner{}: `; 0 when there are none.
 * Without fields, `a: b: text` is a target and a message: `a` is a span only before another one or a module path.
 */
function spansEnd(text: string): number {
  let at = 0;
  let fields = false;
  for (let count = 1; count <= MAX_SPANS; count++) {
    SPAN_NAME.lastIndex = at;
    const name = SPAN_NAME.exec(text);
    if (name === null) return 0;
    at += name[0].length;
    if (text[at] === "{") {
      at = fieldsEnd(text, at);
      if (at === 0) return 0;
      fields = true;
    }
    if (text[at] !== ":" || text[at + 1] === ":") return 0;
    at++;
    if (text[at] === " ") {
      MODULE_NEXT.lastIndex = at + 1;
      return fields || count > 1 || MODULE_NEXT.test(text) ? at + 1 : 0;
    }
  }
  return 0;
}

/** Position after the brace that closes the one at `from`, quotes respected; 0 when it is not closed soon. */
function fieldsEnd(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  const end = Math.min(text.length, from + MAX_SPAN_FIELDS);
  for (let at = from; at < end; at++) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return 0;
}
