import { levelOfWord } from "../levelWords.ts";
import type { LineFormat } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";

const PAIR = /([A-Za-z_@][\w.@/-]{0,80})=(?:"((?:[^"\\]|\\[\s\S]){0,4096})"|([^\s"]{0,4096}))(?: |$)/y;
const CALLER = /^([^:]{1,300}):(\d{1,7})$/;
const MAX_PAIRS = 64;

/** `key=value` pairs with a level among the first of them: logrus, go-kit, Go's slog text handler, Grafana, Heroku. */
export const logfmt: LineFormat = {
  id: "logfmt",
  first: "tlsmaTLSMA",
  parse(text) {
    // The first word must already be a pair: sentences leave here.
    const equals = text.indexOf("=");
    if (equals <= 0 || equals > 20) return undefined;
    const fields = new Map<string, string>();
    PAIR.lastIndex = 0;
    for (let count = 0; count < MAX_PAIRS; count++) {
      const at = PAIR.lastIndex;
      const pair = PAIR.exec(text);
      if (pair === null) {
        if (count === 0) return undefined;
        // A bare word between pairs; the rest is of no interest once level and message are known.
        const space = text.indexOf(" ", at);
        if (space === -1) break;
        PAIR.lastIndex = space + 1;
        continue;
      }
      const key = pair[1]?.toLowerCase() ?? "";
      if (!fields.has(key)) fields.set(key, pair[2] === undefined ? (pair[3] ?? "") : unescapeValue(pair[2]));
      if (PAIR.lastIndex >= text.length) break;
    }
    const level = levelOfWord(fields.get("level") ?? fields.get("lvl") ?? fields.get("severity") ?? "");
    if (level === 0 || fields.size < 2) return undefined;
    const caller = CALLER.exec(fields.get("caller") ?? fields.get("source") ?? fields.get("file") ?? "");
    return {
      level,
      message: fields.get("msg") ?? fields.get("message") ?? fields.get("event") ?? text,
      logger: fields.get("logger") ?? fields.get("component") ?? fields.get("module") ?? "",
      threadName: fields.get("thread") ?? "",
      site: caller === null ? undefined : siteOf(caller[1] ?? "", Number(caller[2])),
    };
  },
};

function unescapeValue(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\([\s\S])/g, (whole, character: string) => {
    if (character === "n") return "\n";
    if (character === "t") return "\t";
    return character === '"' || character === "\\" ? character : whole;
  });
}
