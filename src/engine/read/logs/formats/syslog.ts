import { levelOfSyslog } from "../levelWords.ts";
import type { LineFormat } from "../parsedLine.ts";

const PRIORITY = /^<(\d{1,3})>/;
const MAX_PRIORITY = 191;
/** RFC 5424: version, time, host, program, process, message id, structured data. */
const RFC5424 = /^1 \S{1,40} \S{1,255} (\S{1,48}) \S{1,128} \S{1,32} (?:-|(?:\[[^\]]{0,1000}\]){1,8}) ?/;
/** RFC 3164: `Nov 22 02:04:37 host program[12]: `, or the program alone as in the journal's `<7>program: `. */
const RFC3164 = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:\S{1,255} )?)?(?:([\w./-]{1,80})(?:\[\d{1,8}\])?: )?/;

/** Lines with a syslog priority, as systemd's journal and syslog daemons read them: `<7>message`. */
export const syslog: LineFormat = {
  id: "syslog",
  first: "<",
  parse(text) {
    const priority = PRIORITY.exec(text);
    if (priority === null || Number(priority[1]) > MAX_PRIORITY) return undefined;
    const rest = text.slice(priority[0].length);
    const header = RFC5424.exec(rest) ?? RFC3164.exec(rest);
    return {
      level: levelOfSyslog(Number(priority[1]) % 8),
      message: rest.slice(header?.[0].length ?? 0),
      logger: header?.[1] ?? "",
      threadName: "",
      site: undefined,
    };
  },
};
