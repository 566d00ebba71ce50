/** Stand for what has spaces and brackets of its own while those of the name are looked at; no name has such characters. */
const ANONYMOUS = "\u0001";
const OPERATOR = /\u0002(\d+)\u0002/g;

/**
 * A function's name as a person says it: without parameters, template arguments, return type, clones and hashes, which demanglers of C++
 * and Rust print. `std::vector<int>::push_back(int&&) [clone .isra.0]` becomes `std::vector::push_back`. Names of other
 * languages stay as they are, and so does what is not understood.
 */
export function shortFunctionName(full: string): string {
  const name = full.replace(/ \[clone [^\]]*\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
  const end = /\)(?: const| volatile| noexcept| ?&{1,2})*$/.exec(name);
  if (end === null) return name;
  const open = opening(name, end.index);
  if (open <= 0) return name;
  const operators: string[] = [];
  const base = name
    .slice(0, open)
    .replaceAll("(anonymous namespace)", ANONYMOUS)
    .replace(/\boperator(?:\(\)|\[\]|<=>|<<=?|>>=?|->\*?|<=?|>=?| [^:()]+$)/g, (operator) => {
      const index = operators.push(operator) - 1;
      return `\u0002${index}\u0002`;
    });
  const bare = withoutGroups(base)?.trim();
  if (bare === undefined) return name;
  const short = bare
    .slice(bare.lastIndexOf(" ") + 1)
    .replace(/^[*&]+/, "")
    .replaceAll(ANONYMOUS, "(anonymous namespace)")
    .replace(OPERATOR, (_, index: string) => operators[Number(index)] ?? "operator");
  return short === "" ? name : short;
}

/** Where the group begins that the parenthesis at `close` ends; -1 when nothing does. */
function opening(text: string, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (text[at] === ")") depth++;
    else if (text[at] === "(" && --depth === 0) return at;
  }
  return -1;
}

/** Without what stands in `<>` and `()`; undefined when they do not pair up. */
function withoutGroups(text: string): string | undefined {
  let kept = "";
  let depth = 0;
  for (const char of text) {
    if (char === "<" || char === "(") depth++;
    else if (char === ">" || char === ")") depth--;
    else if (depth === 0) kept += char;
    if (depth < 0) return undefined;
  }
  return depth === 0 ? kept : undefined;
}
