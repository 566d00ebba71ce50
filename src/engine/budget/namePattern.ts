import { catastrophe } from "../golden/normalise/userRules.ts";

const MAX_PATTERN = 500;
/** Names are cut here before a pattern sees them: what a pattern may cost is bounded by this and by what it may hold. */
const MAX_NAME = 512;

/** Whether a name is meant. */
export type NameTest = (name: string) => boolean;

/**
 * A regular expression over a whole name: `open.*` means `openat` and not `reopen`.
 * @returns what is wrong with the expression, as the end of a sentence, when it is none or could take for ever
 */
export function compilePattern(pattern: string): NameTest | string {
  if (pattern.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, "u");
    // Alone it must be one as well: `a)(b` is not.
    new RegExp(pattern, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/^Invalid regular expression: (?:\/.*\/u: )?/, "");
    return `is no regular expression: ${reason}`;
  }
  const danger = catastrophe(pattern);
  if (danger !== undefined) return `${danger}: it could take for ever on some names`;
  return (name) => expression.test(name.slice(0, MAX_NAME));
}

/** The test of a pattern that was checked before; every name where there is none. */
export function patternTest(pattern: string | undefined): NameTest {
  if (pattern === undefined) return () => true;
  const compiled = compilePattern(pattern);
  if (typeof compiled === "string") throw new TypeError(`a pattern that was checked ${compiled}`);
  return compiled;
}

/** `*` stands for any characters, `?` for one; everything else for itself. Linear in both lengths times each other at worst. */
export function wildcardMatches(wildcard: string, name: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (wildcard[from] === "*") {
      star = from++;
      resume = at;
    } else if (from < wildcard.length && (wildcard[from] === "?" || wildcard[from] === name[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (wildcard[from] === "*") from++;
  return from === wildcard.length;
}
