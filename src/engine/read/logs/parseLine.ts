import { bracketed } from "./formats/bracketed.ts";
import { diagnostic } from "./formats/diagnostic.ts";
import { glog } from "./formats/glog.ts";
import { json } from "./formats/json.ts";
import { levelFirst } from "./formats/levelFirst.ts";
import { logfmt } from "./formats/logfmt.ts";
import { operation } from "./formats/operation.ts";
import { syslog } from "./formats/syslog.ts";
import { timestamped } from "./formats/timestamped.ts";
import type { LineFormat, ParsedLine } from "./parsedLine.ts";

/** Every format, in the order in which those that share a first character are tried. */
export const LINE_FORMATS: readonly LineFormat[] = [
  timestamped,
  bracketed,
  json,
  syslog,
  glog,
  logfmt,
  levelFirst,
  diagnostic,
  operation,
];

const NONE: readonly LineFormat[] = [];
const byFirst = new Map<number, LineFormat[]>();
for (const format of LINE_FORMATS) {
  for (const character of format.first) {
    const code = character.charCodeAt(0);
    byFirst.set(code, [...(byFirst.get(code) ?? []), format]);
  }
}
const asciiByFirst = Array.from({ length: 128 }, (_, code) => byFirst.get(code) ?? NONE);

/** torchrun and PyTorch put the rank before each line of a worker, whatever its format. */
const RANK = /^\[rank(\d{1,6})\]: ?/;

/** Reads level, logger, thread, position and message from one line without escapes; undefined when no format knows it. */
export function parseLine(text: string): ParsedLine | undefined {
  if (text.startsWith("[rank")) {
    const rank = RANK.exec(text);
    if (rank !== null) return withRank(rank[1] ?? "", text.slice(rank[0].length));
  }
  const first = text.charCodeAt(0);
  const formats = first < 128 ? asciiByFirst[first] : byFirst.get(first);
  if (formats === undefined) return undefined;
  for (const format of formats) {
    const parsed = format.parse(text);
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}

function withRank(rank: string, text: string): ParsedLine | undefined {
  const parsed = text.startsWith("[rank") ? undefined : parseLine(text);
  return parsed === undefined ? undefined : { ...parsed, threadName: `rank${rank}` };
}

/** The line without the rank that torchrun puts in front, for blocks that span lines. */
export function withoutRank(text: string): string {
  return text.startsWith("[rank") ? text.replace(RANK, "") : text;
}
