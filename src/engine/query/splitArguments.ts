import { endOfAnnotation, endOfString, opensAnnotation } from "./tracerText.ts";

const OPENING = new Set(["(", "[", "{"]);
const CLOSING = new Set([")", "]", "}"]);

/**
 * Cuts a tracer's argument text at its top-level commas: `AT_FDCWD, "a,b", {x=1, y=2}` has three arguments. Strings, structures,
 * comments and descriptor annotations stay whole; unbalanced text (cut off by the tracer) ends as one last argument.
 */
export function splitArguments(text: string): string[] {
  if (text.trim() === "") return [];
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    // Most characters are those of words.
    if (isWord(text.charCodeAt(index))) continue;
    const character = text[index] as string;
    if (character === '"') {
      index = endOfString(text, index);
    } else if (character === "<" && opensAnnotation(text, index)) {
      index = endOfAnnotation(text, index);
    } else if (character === "/" && text[index + 1] === "*") {
      const end = text.indexOf("*/", index + 2);
      index = end === -1 ? text.length : end + 1;
    } else if (OPENING.has(character)) {
      depth++;
    } else if (CLOSING.has(character)) {
      depth = Math.max(0, depth - 1);
    } else if (character === "," && depth === 0) {
      parts.push(text.slice(from, index).trim());
      from = index + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}

const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
