import { LEVEL_CAPITALS } from "../levelWords.ts";
import type { LineFormat } from "../parsedLine.ts";
import { matchPatterns, pattern, REST, TIMESTAMP } from "../pattern.ts";

/** Not the rarer ones: `Config: ` and `Fine: ` head ordinary sentences. */
const SMALL = "[Ee]rror|[Ww]arn(?:ing)?|[Ff]atal|[Cc]ritical|[Ii]nfo|[Dd]ebug|[Tt]race";

const LAYOUTS = [
  // Python's basicConfig: `LEVEL:name:message`. `ERROR:http://…` is not one.
  pattern(String.raw`(${LEVEL_CAPITALS}):([\w.<>/-]{1,120}):(?!//)${REST}`, "level", "logger", "message"),
  // logrus on a terminal: `INFO[0012] message`
  pattern(String.raw`(${LEVEL_CAPITALS})\[\d{1,9}\] {0,3}${REST}`, "level", "message"),
  // vLLM: `INFO 11-22 02:04:37 [file.py:123] message`
  pattern(String.raw`(${LEVEL_CAPITALS}) {1,5}\[?${TIMESTAMP}\]?[: ] {0,4}(?:- )?${REST}`, "level", "tail"),
  pattern(String.raw`(${LEVEL_CAPITALS}) {0,5}\| ?([\w.$/:-]{1,120}) {0,40}\| ?${REST}`, "level", "logger", "message"),
  pattern(String.raw`(${LEVEL_CAPITALS}) {0,5}(?:\||-|--) ${REST}`, "level", "tail"),
  pattern(String.raw`(${LEVEL_CAPITALS}) {1,5}\[(?=[A-Za-z0-9_])([^\]]{1,100})\]:? ${REST}`, "level", "thread", "tail"),
  // `LEVEL: message`; command-line tools write the usual words small
  pattern(String.raw`(?:npm )?(${LEVEL_CAPITALS}|${SMALL})(?:\[E\d{1,5}\])?: {1,8}(?=\S)${REST}`, "level", "message"),
  pattern(String.raw`(${LEVEL_CAPITALS})(?: {2,8}|\t)(?=[^\s=])${REST}`, "level", "tail"),
  // One blank: a sentence in capitals, a table's head and `DEBUG = True` are not meant
  pattern(
    String.raw`(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL) (?=[^=\s])(?=[^a-z]{0,100}[a-z0-9])${REST}`,
    "level",
    "tail",
  ),
];

/** Lines that begin with the level: Python's basicConfig, logrus, vLLM, uvicorn, `error: …` of tools, tracing without time. */
export const levelFirst: LineFormat = {
  id: "levelFirst",
  first: "TVFDCINSWEPALtdiewcf ",
  parse(text) {
    if (text.charCodeAt(0) === 32) return parseIndented(text);
    const parsed = matchPatterns(LAYOUTS, text);
    return parsed === undefined || parsed.level === 0 ? undefined : parsed;
  },
};

/** tracing aligns levels to the right; without a time the line begins with blanks. Its pretty layout begins with two. */
const INDENTED = [
  // pretty_env_logger: ` INFO  crate > message`
  pattern(` {1,2}(TRACE|DEBUG|INFO|WARN|ERROR) {1,8}([\\w:]{1,120}) > ${REST}`, "level", "logger", "message"),
  pattern(String.raw` {1,2}(TRACE|DEBUG|INFO|WARN|ERROR) {1,2}(?=\S)${REST}`, "level", "tail"),
  pattern(String.raw`  ${TIMESTAMP} {1,3}(TRACE|DEBUG|INFO|WARN|ERROR) {1,2}(?=\S)${REST}`, "level", "tail"),
];

function parseIndented(text: string) {
  const second = text.charCodeAt(1);
  const third = text.charCodeAt(2);
  // Deeper indentation is nobody's log layout but much ordinary output.
  if (second === 32 && third === 32) return undefined;
  return matchPatterns(INDENTED, text);
}
