import type * as z from "zod/mini";

/**
 * What is wrong with an input, for the user: one clause an issue, such as `"args[1]" must be a string`.
 * @param issues of a failed `safeParse` with `reportInput`, which tells missing values from wrong ones; all but the first
 * three are only counted
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const told = issues.slice(0, 3).map(describeIssue);
  if (issues.length > told.length) told.push(`${issues.length - told.length} more problems`);
  return told.join("; ");
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = `"${pathText(issue.path) || "the whole"}"`;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.path.length > 0
        ? `${where} must be given, as ${article(issue.expected)}`
        : `${where} must be ${article(issue.expected)}`;
    case "invalid_value":
      return `${where} must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      if (issue.origin === "string") return `${where} must not be empty`;
      return `${where} must be at least ${issue.minimum}`;
    case "too_big":
      return `${where} must be at most ${issue.maximum}`;
    case "invalid_union": {
      const kinds = issue.errors.flatMap((branch) =>
        branch.flatMap((inner) => (inner.code === "invalid_type" ? [article(inner.expected)] : [])),
      );
      return kinds.length > 0 ? `${where} must be ${[...new Set(kinds)].join(" or ")}` : `${where} is not valid`;
    }
    default:
      return `${where} is not valid${issue.message === "" ? "" : ` (${issue.message})`}`;
  }
}

/** `env.PATH`, `args[1]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function article(type: string): string {
  const name = type === "record" ? "object" : type === "int" ? "whole number" : type;
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}
