import { ExpectedError } from "../../../base/errors.ts";
import type { UserRule } from "../../../protocol/goldenConfig.ts";

/** A user's rule, ready to be applied. */
export interface CompiledRule {
  readonly id: string;
  readonly description: string;
  readonly regex: RegExp;
  readonly replace: string;
}

const MAX_RULES = 200;
const MAX_SOURCE = 500;
/** Longer texts are left as they are: what a rule may cost is bounded by this and by what its expression may hold. */
export const MAX_RULE_TEXT = 512;
/** `*`, `+` and `{n,}`: each may multiply the cost by the length of the text. */
const MAX_OPEN = 2;
/** Product of all bounded choices, for none, one and two open repetitions. */
const MAX_CHOICES = [65_536, 4096, 64] as const;
const ROUNDS = 8;
const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/**
 * Checks the rules that a user added and compiles them.
 * @throws ExpectedError naming the rule, when its id is taken or malformed, its expression is none, could take time that explodes
 * with the text, matches the empty text, or does not settle (its replacement is replaced again, each time by something else)
 */
export function compileUserRules(rules: readonly UserRule[], taken: ReadonlySet<string> = new Set()): CompiledRule[] {
  if (rules.length > MAX_RULES) throw problem("", `there are ${rules.length} rules, at most ${MAX_RULES} are taken`);
  const ids = new Set(taken);
  return rules.map((rule) => {
    if (!ID.test(rule.id)) throw problem(rule.id, "its id must be lower-case letters, digits, dots and dashes");
    if (ids.has(rule.id)) throw problem(rule.id, "its id is taken by another rule");
    ids.add(rule.id);
    if (rule.match === "") throw problem(rule.id, "its expression is empty");
    if (rule.match.length > MAX_SOURCE)
      throw problem(rule.id, `its expression is longer than ${MAX_SOURCE} characters`);
    const regex = compile(rule);
    const danger = catastrophe(rule.match);
    if (danger !== undefined) throw problem(rule.id, `its expression ${danger}: it could take for ever on some texts`);
    if (regex.test("")) throw problem(rule.id, "its expression matches the empty text");
    const rounds = settle(regex, rule.replace, rule.replace.replace(/\$(?:\d{1,2}|<\w+>|[&$`'])/g, ""));
    if (rounds === undefined) throw problem(rule.id, "its replacement is replaced again and again");
    return { id: rule.id, description: rule.description ?? "", regex, replace: rule.replace };
  });
}

/** Applies a rule until nothing changes any more; a text on which it does not settle stays as it is. */
export function applyUserRule(rule: CompiledRule, text: string): string {
  if (text.length > MAX_RULE_TEXT) return text;
  return settle(rule.regex, rule.replace, text) ?? text;
}

function settle(regex: RegExp, replace: string, text: string): string | undefined {
  let result = text;
  for (let round = 0; round < ROUNDS; round++) {
    const next = result.replace(regex, replace);
    if (next === result) return result;
    if (next.length > MAX_RULE_TEXT) return undefined;
    result = next;
  }
  return undefined;
}

function compile(rule: UserRule): RegExp {
  try {
    return new RegExp(rule.match, "g");
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    throw problem(rule.id, `its expression is no regular expression: ${reason}`);
  }
}

function problem(id: string, message: string): ExpectedError {
  return new ExpectedError(`golden.rules${id === "" ? "" : ` "${id}"`}: ${message}`, {
    code: "usage",
    wayOut: "Rules are listed by `goldentrace diff --explain`.",
  });
}

/**
 * What makes an expression's cost explode: a repeated group that can itself match in several ways, a reference back, or too many
 * repetitions and choices for the text lengths at hand. Stricter than needed; such a rule can be written in another way.
 */
export function catastrophe(source: string): string | undefined {
  const groups: { varies: boolean }[] = [];
  let closed: { varies: boolean } | undefined;
  let open = 0;
  let choices = 1;
  for (let index = 0; index < source.length; index++) {
    const character = source[index] as string;
    const before = closed;
    closed = undefined;
    if (character === "\\") {
      const next = source[index + 1] ?? "";
      if (/[1-9]/.test(next) || next === "k") return "refers back to a group";
      index++;
    } else if (character === "[") {
      index = endOfClass(source, index);
    } else if (character === "(") {
      groups.push({ varies: false });
      // `?:`, `?=`, `?<name>` and the like are no repetition.
      if (source[index + 1] === "?") index++;
    } else if (character === ")") {
      closed = groups.pop();
      const outer = groups.at(-1);
      if (outer !== undefined && closed?.varies) outer.varies = true;
    } else if (character === "|") {
      choices *= 2;
      for (const group of groups) group.varies = true;
    } else {
      const repetition = repetitionAt(source, index);
      if (repetition === undefined) continue;
      if (before?.varies && repetition.most > 1) return "repeats a group that can itself match in several ways";
      if (repetition.least !== repetition.most) for (const group of groups) group.varies = true;
      if (repetition.most === Number.POSITIVE_INFINITY) open++;
      else choices *= repetition.most - repetition.least + 1;
      index = repetition.end;
    }
  }
  if (open > MAX_OPEN) return `has more than ${MAX_OPEN} open repetitions (write \`{1,20}\` instead of \`+\`)`;
  if (choices > (MAX_CHOICES[open] ?? 0)) return "has too many repetitions and alternatives";
  return undefined;
}

function endOfClass(source: string, open: number): number {
  for (let index = open + 1; index < source.length; index++) {
    if (source[index] === "\\") index++;
    else if (source[index] === "]" && index > open + 1) return index;
  }
  return source.length;
}

function repetitionAt(source: string, index: number): { least: number; most: number; end: number } | undefined {
  const lazy = (end: number): number => (source[end + 1] === "?" ? end + 1 : end);
  const character = source[index];
  if (character === "*") return { least: 0, most: Number.POSITIVE_INFINITY, end: lazy(index) };
  if (character === "+") return { least: 1, most: Number.POSITIVE_INFINITY, end: lazy(index) };
  if (character === "?") return { least: 0, most: 1, end: lazy(index) };
  const match = character === "{" ? /^\{(\d+)(,(\d*))?\}/.exec(source.slice(index)) : null;
  if (match === null) return undefined;
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
  return { least, most, end: lazy(index + match[0].length - 1) };
}
