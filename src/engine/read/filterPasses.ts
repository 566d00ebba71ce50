import { STRACE_CLASSES, type StraceClass } from "./straceClasses.ts";

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
