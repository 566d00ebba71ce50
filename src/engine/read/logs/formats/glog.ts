import { levelOfLetter } from "../levelWords.ts";
import type { LineFormat, ParsedLine } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";

/**
 * `Lmmdd hh:mm:ss.uuuuuu threadid file:line] message`, year optional, thread optional (PyTorch's C++ side leaves it out).
 * Format: https://github.com/google/glog and klog's header; torch._logging prints the same with V for DEBUG.
 */
const HEADER = /^([TDVIWEFC])(?:\d{4}|\d{8}) \d\d:\d\d:\d\d\.\d{1,9} +(?:(\d{1,20}) +)?([^\s:\]]{1,300}):(\d{1,7})\] ?/;

export const glog: LineFormat = { id: "glog", first: "TDVIWEFC", parse: parseGlog };

export function parseGlog(text: string): ParsedLine | undefined {
  const header = HEADER.exec(text);
  if (header === null) return undefined;
  return {
    level: levelOfLetter(header[1] ?? ""),
    message: text.slice(header[0].length),
    logger: "",
    threadName: header[2] ?? "",
    site: siteOf(header[3] ?? "", Number(header[4])),
  };
}
