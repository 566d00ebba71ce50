import { LEVEL_ANY, LEVEL_CAPITALS } from "../levelWords.ts";
import { DIGITS, type LineFormat, type ParsedLine } from "../parsedLine.ts";
import { FILE, type LogPattern, matchPatterns, pattern, REST, TIMESTAMP } from "../pattern.ts";

const NAME = String.raw`[^|\s][^|]{0,119}?`;

const PIPE = [
  // loguru: ` | LEVEL | module:function:12 - message`
  pattern(
    String.raw` {0,3}\| ?(${LEVEL_ANY}) *\| ?([\w.<>]{1,120}:[\w<>]{1,80}):\d{1,7} - ${REST}`,
    "level",
    "logger",
    "message",
  ),
  pattern(String.raw` {0,3}\| {0,3}(${LEVEL_ANY}) *\| {0,3}(${NAME}) *\| ?${REST}`, "level", "logger", "message"),
  pattern(String.raw` {0,3}\| {0,3}(${NAME}) *\| {0,3}(${LEVEL_ANY}) *\| ?${REST}`, "logger", "level", "message"),
  pattern(String.raw` {0,3}\| {0,3}(${LEVEL_ANY}) *\| ?${REST}`, "level", "message"),
];
const DASH = [
  pattern(
    String.raw` - ([\w.$/:-]{1,120}) - (${LEVEL_ANY}) *- (?:\[?(${FILE}):(\d{1,7})\]?:? (?:- )?)?${REST}`,
    "logger",
    "level",
    "file",
    "line",
    "message",
  ),
  pattern(String.raw` - (${LEVEL_ANY}) *- ([\w.$/]{1,120}) - ${REST}`, "level", "logger", "message"),
  pattern(` - (${LEVEL_ANY}) *- ${REST}`, "level", "tail"),
];
const BRACKET = [
  // `[LEVEL] …`, `[thread] [LEVEL] …`, `[thread] LEVEL …`
  pattern(String.raw`:? {0,3}\[ ?(${LEVEL_ANY}) {0,8}\]:? {0,3}(?:- )?${REST}`, "level", "tail"),
  pattern(
    String.raw` {0,3}\[([^\]]{1,100})\] {0,3}\[ ?(${LEVEL_ANY}) {0,8}\]:? {0,3}${REST}`,
    "thread",
    "level",
    "tail",
  ),
  pattern(String.raw` {1,3}\[([^\]]{1,100})\] {1,3}(${LEVEL_CAPITALS}) {1,8}${REST}`, "thread", "level", "tail"),
];
const TAB = [
  // zap and others that separate by tabs
  pattern(String.raw`\t(${LEVEL_ANY})\t${REST}`, "level", "tail"),
];
const WORD = [
  pattern(String.raw`[ \t]{1,8}(${LEVEL_CAPITALS})(?::|(?=[ \t]))[ \t]{1,8}${REST}`, "level", "tail"),
  // `name LEVEL message`, `name[pid] LEVEL message`
  pattern(
    String.raw` ([A-Za-z_][\w.-]{0,119})(?:\[\d{1,8}\])?:? (${LEVEL_CAPITALS})(?::| -)? {1,8}${REST}`,
    "logger",
    "level",
    "message",
  ),
  // Go's log package with Lshortfile or Llongfile
  pattern(String.raw` (${FILE}):(\d{1,7}): ${REST}`, "file", "line", "message"),
  // `[time] name - LEVEL - message`
  pattern(String.raw` ([A-Za-z_][\w.$/:-]{0,119}) - (${LEVEL_ANY}) *- ${REST}`, "logger", "level", "message"),
];

/** The layouts that are possible, by the first character after the time and its blanks. */
function layoutsOf(rest: string): readonly LogPattern[] {
  if (rest.charCodeAt(0) === 9) return TAB.concat(WORD);
  let at = 0;
  while (at < 8 && rest.charCodeAt(at) === 32) at++;
  switch (rest.charCodeAt(at)) {
    case 124:
      return PIPE;
    case 45:
      return DASH;
    case 91:
      return BRACKET;
    case 58:
      return BRACKET;
    default:
      return WORD;
  }
}

const TIME = new RegExp(`^${TIMESTAMP}`);
const GO_LOG = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? /;

/**
 * Lines that begin with a time: Python `logging` in the orders used in the field, loguru, Rust's tracing, log4j and
 * logback, Spring Boot, zap, Go's log and slog.
 */
export const timestamped: LineFormat = { id: "timestamped", first: DIGITS, parse: parseTimestamped };

export function parseTimestamped(text: string): ParsedLine | undefined {
  const time = TIME.exec(text);
  if (time === null) return undefined;
  const rest = text.slice(time[0].length);
  const parsed = matchPatterns(layoutsOf(rest), rest);
  if (parsed !== undefined) return parsed;
  const go = GO_LOG.exec(text);
  if (go === null) return undefined;
  return { level: 0, message: text.slice(go[0].length), logger: "", threadName: "", site: undefined };
}
