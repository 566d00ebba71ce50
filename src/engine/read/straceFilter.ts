import { ExpectedError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { SYSCALL_NAMES } from "../trace/syscallNames.ts";
import { STRACE_CLASSES, type StraceClass } from "./straceClasses.ts";

export interface StraceFilter {
  /** What to pass to strace behind `-e trace=`; empty for every system call. */
  readonly expression: string;
  /** Whether `--seccomp-bpf` helps: strace must follow forks and have launched the program, which the caller knows. */
  readonly seccomp: boolean;
}

/** Other names of classes: renacer's and older strace's. */
const CLASS_ALIASES: Readonly<Record<string, StraceClass>> = { net: "network" };

/** One item of a filter. */
interface Item {
  readonly text: string;
  readonly negated: boolean;
  /** What strace is told for a name or class as it stands; undefined where only the names in `members` will do. */
  readonly plain: string | undefined;
  readonly members: readonly string[];
}

/**
 * Translates a filter in the language of strace and renacer: names, classes (`file`, `%network`, …), `/regex/`, each
 * negated by a leading `!`, separated by commas, with or without `trace=` in front; empty, `all` and `!none` mean everything.
 *
 * - `!a,b` (only the first negated) is strace's: everything but both.
 * - `a,!b`, `!a,!b` are renacer's: of what is named (everything, if nothing is), all but the negated. Where strace has no
 *   words for that, the filter becomes a list of names.
 * @throws ExpectedError for unknown names and broken expressions
 */
export function parseStraceFilter(spec: string): StraceFilter {
  const text = spec.trim().replace(/^trace\s*=\s*/, "");
  if (text === "" || text === "all" || text === "!none") return { expression: "", seccomp: false };
  if (text === "none" || text === "!all") return { expression: "none", seccomp: true };
  let items = splitItems(text).map(parseItem);
  const [first, ...others] = items;
  if (first?.negated && others.length > 0 && others.every((item) => !item.negated)) {
    items = items.map((item) => ({ ...item, negated: true }));
  }
  const included = items.filter((item) => !item.negated);
  const excluded = items.filter((item) => item.negated);
  if (excluded.length === 0) return { expression: list(included), seccomp: true };
  if (included.length === 0) return { expression: `!${list(excluded)}`, seccomp: true };

  const without = new Set(excluded.flatMap((item) => item.members));
  const names = new Set(included.flatMap((item) => item.members).filter((name) => !without.has(name)));
  // `read,!read`: nothing is left, and strace says that with a word of its own.
  return { expression: names.size === 0 ? "none" : optional(names), seccomp: true };
}

/** Splits at commas outside of `/…/`; inside, a backslash takes the next character as it is. */
function splitItems(text: string): string[] {
  const items: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const regex = /^\s*!?\s*\/(?:\\.|[^\\/])*\/\s*(?=,|$)/.exec(text.slice(at));
    const comma = text.indexOf(",", at);
    let end = comma === -1 ? text.length : comma;
    if (regex !== null) end = at + regex[0].length;
    items.push(text.slice(at, end).trim());
    at = end + 1;
  }
  return items;
}

function parseItem(text: string): Item {
  const negated = text.startsWith("!");
  const body = (negated ? text.slice(1) : text).trim();
  if (body === "") throw new ExpectedError("The filter has an empty item between its commas", { code: "usage" });
  if (body.startsWith("/")) return { text, negated, plain: undefined, members: matching(body) };

  const asked = body.replace(/^[%?]/, "");
  const className = CLASS_ALIASES[asked] ?? asked;
  // Without its sign, a class wins over a 32-bit call (`ipc`, `signal`) but not over one of the stat family, as in strace.
  const isName = NAMES.has(asked) && !body.startsWith("%") && !OLD_CLASSES.has(asked);
  if (!isName && Object.hasOwn(STRACE_CLASSES, className)) {
    return { text, negated, plain: `%${className}`, members: STRACE_CLASSES[className as StraceClass] };
  }
  if (isName) return { text, negated, plain: body, members: [asked] };
  throw unknown(body, asked);
}

function unknown(body: string, asked: string): ExpectedError {
  const near = nearest(asked, [...SYSCALL_NAMES, ...Object.keys(STRACE_CLASSES)]);
  const classes = Object.keys(STRACE_CLASSES).join(" ");
  return new ExpectedError(`The filter names "${body}", which is no system call and no class`, {
    code: "usage",
    wayOut: near === undefined ? `Classes are: ${classes}.` : `Did you mean "${near}"? Classes are: ${classes}.`,
  });
}

/** Names that a regular expression (`/…/`, or strace's `/…` without an end) finds. */
function matching(body: string): string[] {
  const source = body.length > 1 && body.endsWith("/") ? body.slice(1, -1) : body.slice(1);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source);
  } catch (error) {
    throw new ExpectedError(`The filter's expression /${source}/ is not a regular expression`, {
      code: "usage",
      cause: error,
    });
  }
  const names = SYSCALL_NAMES.filter((name) => pattern.test(name));
  if (names.length === 0) {
    throw new ExpectedError(`The filter's expression /${source}/ matches no system call`, { code: "usage" });
  }
  return names;
}

const NAMES = new Set(SYSCALL_NAMES);
const OLD_CLASSES: ReadonlySet<string> = new Set(["file", "process", "network", "signal", "ipc", "desc", "memory"]);

function list(items: readonly Item[]): string {
  return [...new Set(items.map((item) => item.plain ?? optional(item.members)))].join(",");
}

/** Names that the strace at hand may be too old to know, or that another architecture lacks: `?` makes it pass over those. */
function optional(names: Iterable<string>): string {
  return Array.from(names, (name) => `?${name}`).join(",");
}
