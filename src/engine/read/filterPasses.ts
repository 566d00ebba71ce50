import { STRACE_CLASSES, type StraceClass } from "./straceClasses.ts";

/**
 * A filter that passes some calls besides those that it passes.
 * @param expression as `parseStraceFilter` makes it
 */
export function passingToo(expression: string, names: readonly string[]): string {
  const missing = names.filter((name) => !filterPasses(expression, name));
  if (missing.length === 0) return expression;
  if (expression === "none") return missing.join(",");
  if (!expression.startsWith("!")) return [expression, ...missing].join(",");
  const excluded = expression
    .slice(1)
    .split(",")
    .flatMap((item) => {
      if (!missing.some((name) => filterPasses(item, name))) return [item];
      // Of a class the other members stay excluded; a name itself goes.
      const className = item.slice(1);
      if (!item.startsWith("%") || !Object.hasOwn(STRACE_CLASSES, className)) return [];
      const members = STRACE_CLASSES[className as StraceClass];
      return members.filter((name) => !missing.includes(name)).map((name) => `?${name}`);
    });
  return excluded.length === 0 ? "" : `!${excluded.join(",")}`;
}

/**
 * Whether strace records a call under a filter.
 * @param expression as `parseStraceFilter` makes it
 */
export function filterPasses(expression: string, name: string): boolean {
  if (expression === "") return true;
  const negated = expression.startsWith("!");
  const items = expression.slice(negated ? 1 : 0).split(",");
  const named = items.some((item) => {
    if (!item.startsWith("%")) return item.replace(/^\?/, "") === name;
    const className = item.slice(1);
    return Object.hasOwn(STRACE_CLASSES, className) && STRACE_CLASSES[className as StraceClass].includes(name);
  });
  return named !== negated;
}
