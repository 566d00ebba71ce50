import { LEVEL_ANY, LEVEL_CAPITALS } from "../levelWords.ts";
import type { LineFormat, ParsedLine } from "../parsedLine.ts";
import { FILE, matchPatterns, pattern, REST, TIMESTAMP } from "../pattern.ts";
import { parseGlog } from "./glog.ts";
import { parseTimestamped } from "./timestamped.ts";

const NAME = String.raw`[A-Za-z_][\w.:/-]{0,149}`;

const LAYOUTS = [
  // env_logger: `[2026-11-22T02:04:37Z TRACE crate::module] message`, with a position when asked for
  pattern(
    String.raw`\[(?:${TIMESTAMP} )?(${LEVEL_ANY}) {1,8}(${NAME})(?: (${FILE}):(\d{1,7}))?\] ?${REST}`,
    "level",
    "logger",
    "file",
    "line",
    "message",
  ),
  // `[time] logger: [LEVEL] message`, as torch._logging printed it before it took glog's layout
  pattern(String.raw`\[${TIMESTAMP}\] {0,3}(${NAME}?): \[(${LEVEL_ANY})\]:? ?${REST}`, "logger", "level", "message"),
  // DeepSpeed: `[time] [LEVEL] [logging.py:96:log_dist] [Rank 0] message`
  pattern(
    String.raw`\[${TIMESTAMP}\] {0,3}\[(${LEVEL_ANY}) {0,8}\] {0,3}\[(${FILE}):(\d{1,7})(?::[\w<>]{1,80})?\] ?${REST}`,
    "level",
    "file",
    "line",
    "message",
  ),
  // Hydra: `[time][name][LEVEL] - message`
  pattern(
    String.raw`\[${TIMESTAMP}\] {0,3}\[(${NAME})\] {0,3}\[(${LEVEL_ANY})\] {0,3}(?:- )?${REST}`,
    "logger",
    "level",
    "message",
  ),
  pattern(String.raw`\[${TIMESTAMP}\] {0,3}\[(${LEVEL_ANY}) {0,8}\]:? {0,3}(?:- )?${REST}`, "level", "tail"),
  // Celery: `[time: LEVEL/MainProcess] message`
  pattern(
    String.raw`\[${TIMESTAMP}[:,]? (${LEVEL_ANY})(?:/([\w-]{1,80}))?\]:? {0,3}${REST}`,
    "level",
    "thread",
    "tail",
  ),
  pattern(String.raw`\[${TIMESTAMP}\] {0,3}(${LEVEL_CAPITALS}):? {1,8}${REST}`, "level", "tail"),
  // Hugging Face transformers: `[LEVEL|trainer.py:123] time >> message`
  pattern(
    String.raw`\[(${LEVEL_ANY})\|(${FILE}):(\d{1,7})\] (?:${TIMESTAMP} )?(?:>> ?)?${REST}`,
    "level",
    "file",
    "line",
    "message",
  ),
  // `[LEVEL] message`, also with the time behind it
  pattern(
    String.raw`\[ {0,3}(${LEVEL_ANY}) {0,8}\]:? {0,3}(?:\[?${TIMESTAMP}\]? {0,3})?(?:- )?${REST}`,
    "level",
    "tail",
  ),
  // `[thread] LEVEL logger - message`
  pattern(String.raw`\[([^\]]{1,100})\] {1,3}(${LEVEL_CAPITALS}) {1,8}${REST}`, "thread", "level", "tail"),
  // `[logger] [LEVEL] message`
  pattern(String.raw`\[(${NAME})\] {0,3}\[(${LEVEL_ANY})\]:? ?${REST}`, "logger", "level", "message"),
];

/** The short layout of PyTorch's C++ warnings before 2.2: `[W socket.cpp:426] message`. */
const OLD_TORCH = new RegExp(String.raw`^\[([DVIWEF]) (${FILE}):(\d{1,7})\] ?(?=[\s\S])`);
const TIMED = new RegExp(`^\\[(?=${TIMESTAMP}\\])`);

/** Lines that begin with a bracket: env_logger, PyTorch's C++ and Python sides, DeepSpeed, Hydra, Celery, `[LEVEL]`. */
export const bracketed: LineFormat = {
  id: "bracketed",
  first: "[",
  parse(text) {
    return parseTorch(text) ?? matchPatterns(LAYOUTS, text) ?? parseBracketedTime(text);
  },
};

/** `[W1122 02:04:37.123456789 file.cpp:12] message`: glog's layout with the bracket in front. */
function parseTorch(text: string): ParsedLine | undefined {
  const second = text.charCodeAt(1);
  if (second < 65 || second > 90) return undefined;
  if (OLD_TORCH.test(text)) return parseGlog(text.slice(1).replace(" ", "0101 00:00:00.0 "));
  return parseGlog(text.slice(1));
}

/** `[time] name - LEVEL - message` and whatever else is known without the bracket. */
function parseBracketedTime(text: string): ParsedLine | undefined {
  if (!TIMED.test(text)) return undefined;
  return parseTimestamped(text.slice(1).replace("]", ""));
}
