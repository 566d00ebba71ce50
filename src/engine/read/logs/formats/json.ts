import { levelOfPino, levelOfSyslog, levelOfWord } from "../levelWords.ts";
import type { LineFormat, ParsedLine } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";

type Fields = Readonly<Record<string, unknown>>;

const LEVEL_KEYS = ["level", "severity", "levelname", "lvl", "log.level", "log_level", "loglevel", "@l"];
const MESSAGE_KEYS = ["msg", "message", "event", "short_message", "@m", "@mt", "text"];
const LOGGER_KEYS = ["logger", "logger_name", "loggerName", "log.logger", "target", "name", "component", "module"];
const THREAD_KEYS = ["threadName", "thread_name", "thread", "threadId", "process.thread.name"];
const FILE_KEYS = ["pathname", "file", "filename", "log.origin.file.name"];
const LINE_KEYS = ["lineno", "line", "line_number", "log.origin.file.line"];
/** Objects whose members count as if they stood one level higher: ECS, Rust's tracing, slog. */
const NESTED_KEYS = ["fields", "log", "source", "record"];

/** `file.go:12` of zap and zerolog. */
const CALLER = /^([^:]{1,300}):(\d{1,7})$/;

/**
 * JSON lines: pino, bunyan, structlog, Rust's tracing, slog, zap, zerolog, logback, python-json-logger, GELF, MongoDB.
 * An object without a level is data, not a log record.
 */
export const json: LineFormat = {
  id: "json",
  first: "{",
  parse(text) {
    // Cheaper than parsing objects that cannot be records.
    if (!text.includes('"')) return undefined;
    const fields = parseObject(text);
    return fields === undefined ? undefined : fromFields(fields);
  },
};

function parseObject(text: string): Fields | undefined {
  const trimmed = text.trimEnd();
  if (!trimmed.endsWith("}")) return cutObject(trimmed);
  try {
    const value: unknown = JSON.parse(trimmed);
    return isFields(value) ? value : undefined;
  } catch {
    // Not JSON after all: the line is kept as text, which is what an unknown format means here.
    return undefined;
  }
}

const CUT_MEMBER =
  /"(level|severity|levelname|msg|message|event|logger|target)" ?: ?(?:"((?:[^"\\]|\\[\s\S]){0,4096})|(\d{1,3}))/g;

/** The first members of an object whose end is not at hand (a line beyond the reader's limit). */
function cutObject(text: string): Fields | undefined {
  const fields: Record<string, unknown> = {};
  for (const [, key = "", string, number] of text.slice(0, 8192).matchAll(CUT_MEMBER)) {
    if (!Object.hasOwn(fields, key)) fields[key] = string === undefined ? Number(number) : unescaped(string);
  }
  return fields;
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    // Cut within an escape, or no JSON string: as it stands.
    return text;
  }
}

function fromFields(top: Fields): ParsedLine | undefined {
  const scopes: Fields[] = [top];
  for (const key of NESTED_KEYS) {
    const nested = own(top, key);
    if (isFields(nested)) scopes.push(nested);
  }
  const level = levelOf(scopes, top);
  if (level === 0) return undefined;
  const caller = CALLER.exec(text(scopes, ["caller"]));
  const origin = nestedFile(scopes);
  const line = Number(find(scopes, LINE_KEYS, isNumeric) ?? 0);
  return {
    level,
    message: text(scopes, MESSAGE_KEYS),
    logger: text(scopes, LOGGER_KEYS),
    threadName: text(scopes, THREAD_KEYS),
    site:
      caller === null
        ? siteOf(origin?.file ?? text(scopes, FILE_KEYS), origin?.line ?? line)
        : siteOf(caller[1] ?? "", Number(caller[2])),
  };
}

function levelOf(scopes: readonly Fields[], top: Fields): number {
  const levelno = own(top, "levelno");
  if (typeof levelno === "number" && levelno > 0 && levelno <= 255) return levelno;
  const found = find(scopes, LEVEL_KEYS, isLevel);
  // loguru nests: {"record":{"level":{"name":"INFO","no":20}}}
  const value = isFields(found) ? own(found, "name") : found;
  if (typeof value === "string") return /^\d{1,2}$/.test(value) ? levelOfPino(Number(value)) : levelOfWord(value);
  if (typeof value !== "number") return mongoLevel(top);
  // GELF counts as syslog does.
  if (own(top, "short_message") !== undefined) return levelOfSyslog(value);
  return levelOfPino(value);
}

function isLevel(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || (isFields(value) && isLevel(own(value, "name")));
}

/** MongoDB abbreviates: `{"t":…,"s":"I","c":"NETWORK","ctx":…}`. */
function mongoLevel(top: Fields): number {
  const severity = own(top, "s");
  if (typeof severity !== "string" || own(top, "c") === undefined || own(top, "ctx") === undefined) return 0;
  if (/^D\d?$/.test(severity)) return levelOfWord("DEBUG");
  return levelOfWord({ F: "FATAL", E: "ERROR", W: "WARN", I: "INFO" }[severity] ?? "");
}

/** ECS and loguru write the file as an object: `{"origin":{"file":{"name":…,"line":…}}}`, `{"file":{"path":…},"line":…}`. */
function nestedFile(scopes: readonly Fields[]): { file: string; line: number | undefined } | undefined {
  const value = find(scopes, ["file", "origin"], isFields);
  if (!isFields(value)) return undefined;
  const inner = own(value, "file");
  const object = isFields(inner) ? inner : value;
  const file = own(object, "name") ?? own(object, "path");
  const line = own(object, "line");
  return typeof file === "string" ? { file, line: typeof line === "number" ? line : undefined } : undefined;
}

function text(scopes: readonly Fields[], keys: readonly string[]): string {
  const value = find(scopes, keys, (found) => typeof found === "string" || typeof found === "number");
  return value === undefined ? "" : String(value);
}

/** The first key that any scope has with an acceptable value; earlier keys win over earlier scopes. */
function find(scopes: readonly Fields[], keys: readonly string[], accept: (value: unknown) => boolean): unknown {
  for (const key of keys) {
    for (const scope of scopes) {
      const value = own(scope, key);
      if (value !== undefined && accept(value)) return value;
    }
  }
  return undefined;
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
