import { LOG_LEVELS } from "../../trace/levels.ts";

const { TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL } = LOG_LEVELS;

/** The words that loggers print for levels, in capitals. */
const LEVEL_BY_WORD: ReadonlyMap<string, number> = new Map([
  ["TRACE", TRACE],
  ["TRC", TRACE],
  ["VERBOSE", TRACE],
  ["FINEST", TRACE],
  ["FINER", TRACE],
  ["DEBUG", DEBUG],
  ["DEBG", DEBUG],
  ["DBG", DEBUG],
  ["FINE", DEBUG],
  ["CONFIG", DEBUG],
  ["INFO", INFO],
  ["INF", INFO],
  ["INFORMATION", INFO],
  ["NOTICE", INFO],
  ["SUCCESS", INFO],
  ["WARN", WARNING],
  ["WRN", WARNING],
  ["WARNING", WARNING],
  ["ERROR", ERROR],
  ["ERR", ERROR],
  ["EROR", ERROR],
  ["SEVERE", ERROR],
  ["CRITICAL", CRITICAL],
  ["CRIT", CRITICAL],
  ["CRT", CRITICAL],
  ["FATAL", CRITICAL],
  ["FTL", CRITICAL],
  ["PANIC", CRITICAL],
  ["DPANIC", CRITICAL],
  ["ALERT", CRITICAL],
  ["EMERG", CRITICAL],
  ["EMERGENCY", CRITICAL],
]);

/** Python prints `Level 5` for a number without a name, Go's slog `DEBUG-4` and `INFO+2` for those between names. */
const NUMBERED = /^(?:LEVEL (\d{1,3})|(DEBUG|INFO|WARN|ERROR)([+-]\d{1,3}))$/;

/** slog's own numbers for its names; see https://pkg.go.dev/log/slog#Level. */
const SLOG_LEVELS: Readonly<Record<string, number>> = { DEBUG: -4, INFO: 0, WARN: 4, ERROR: 8 };

/** The numeric level of a level word in any case; 0 when it is none. */
export function levelOfWord(word: string): number {
  const upper = word.toUpperCase();
  const known = LEVEL_BY_WORD.get(upper);
  if (known !== undefined) return known;
  const numbered = NUMBERED.exec(upper);
  if (numbered === null) return 0;
  if (numbered[1] !== undefined) return Math.min(Number(numbered[1]), 255);
  return levelOfSlog((SLOG_LEVELS[numbered[2] ?? ""] ?? 0) + Number(numbered[3]));
}

function levelOfSlog(level: number): number {
  if (level < -4) return TRACE;
  if (level < 0) return DEBUG;
  if (level < 4) return INFO;
  if (level < 8) return WARNING;
  return level < 12 ? ERROR : CRITICAL;
}

/** pino's and bunyan's numbers (10 trace … 60 fatal), which are twice as high as ours for the lower levels. */
export function levelOfPino(level: number): number {
  if (!(level > 0)) return 0;
  if (level < 20) return TRACE;
  if (level < 30) return DEBUG;
  if (level < 40) return INFO;
  if (level < 50) return WARNING;
  return level < 60 ? ERROR : CRITICAL;
}

/** Syslog severities, 0 emergency … 7 debug (RFC 5424 §6.2.1). */
export function levelOfSyslog(severity: number): number {
  if (severity <= 2) return CRITICAL;
  if (severity === 3) return ERROR;
  if (severity === 4) return WARNING;
  return severity <= 6 ? INFO : DEBUG;
}

/** The letters of glog, klog and PyTorch. PyTorch prints `V` for Python's DEBUG. */
export function levelOfLetter(letter: string): number {
  switch (letter) {
    case "T":
      return TRACE;
    case "D":
    case "V":
      return DEBUG;
    case "I":
      return INFO;
    case "W":
      return WARNING;
    case "E":
      return ERROR;
    default:
      return CRITICAL;
  }
}

const words = [...LEVEL_BY_WORD.keys()].sort((a, b) => b.length - a.length);

/** Source of a regular expression for a level word in capitals, longest first. */
export const LEVEL_CAPITALS = String.raw`(?:${words.join("|")}|(?:DEBUG|INFO|WARN|ERROR)[+-]\d{1,3}|Level \d{1,3})`;

/** The same for `INFO`, `Info` and `info`: for places where a delimiter on both sides makes it a level. */
export const LEVEL_ANY = `(?:${[
  ...words,
  ...words.map((word) => word.toLowerCase()),
  ...words.map((word) => word.slice(0, 1) + word.slice(1).toLowerCase()),
].join("|")}|${LEVEL_CAPITALS.slice(3)}`;
