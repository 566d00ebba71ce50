import { LOG_LEVELS } from "../../../trace/levels.ts";
import { levelOfWord } from "../levelWords.ts";
import { LETTERS, type LineFormat, type ParsedLine } from "../parsedLine.ts";
import { siteOf } from "../pattern.ts";

/** gcc, clang, many linters: `file.c:3:5: error: message`. */
const COMPILER = /^([^\s:]{1,300}):(\d{1,7}):(?:\d{1,6}:)? (fatal error|error|warning): /;
/** Python's warnings module: `file.py:12: DeprecationWarning: message`. */
const PYTHON_WARNING = /^([^\s:]{1,300}\.pyx?|<\w{1,40}>):(\d{1,7}): (?=(?:[A-Z]\w{0,60})?Warning: )/;
/** glibc's assert: ``program: file.c:12: function: Assertion `x' failed.`` */
const ASSERTION = /^[^\s:]{1,200}: ([^\s:]{1,300}):(\d{1,7}): [\s\S]{1,300}?: (?=Assertion [\s\S]{0,300} failed\.$)/;

/** Lines that name a source position first: compilers' diagnostics, Python warnings, failed assertions. */
export const diagnostic: LineFormat = {
  id: "diagnostic",
  first: `${LETTERS}/._<`,
  parse(text) {
    const colon = text.indexOf(":");
    if (colon <= 0 || colon > 300) return undefined;
    const next = text.charCodeAt(colon + 1);
    if (next >= 48 && next <= 57) return positionFirst(text);
    return next === 32 && text.endsWith("failed.") ? assertion(text) : undefined;
  },
};

function positionFirst(text: string): ParsedLine | undefined {
  const compiler = COMPILER.exec(text);
  if (compiler !== null) {
    const word = compiler[3] === "fatal error" ? "error" : (compiler[3] ?? "");
    return found(levelOfWord(word), text.slice(compiler[0].length), compiler[1], compiler[2]);
  }
  const warning = PYTHON_WARNING.exec(text);
  if (warning === null) return undefined;
  return found(LOG_LEVELS.WARNING, text.slice(warning[0].length), warning[1], warning[2]);
}

function assertion(text: string): ParsedLine | undefined {
  const match = ASSERTION.exec(text);
  return match === null ? undefined : found(LOG_LEVELS.CRITICAL, text.slice(match[0].length), match[1], match[2]);
}

function found(level: number, message: string, file = "", line = "0"): ParsedLine {
  return { level, message, logger: "", threadName: "", site: siteOf(file, Number(line)) };
}
