import { unescapeTracerString } from "../../query/argumentText.ts";
import { endOfAnnotation, endOfString } from "../../query/tracerText.ts";
import { canonicalName } from "./canonicalNames.ts";
import { resolveFrom } from "./paths.ts";
import { signatureOf } from "./signatures.ts";
import { addressLabel } from "./sockets.ts";

/** Calls whose last path is what they change. */
const TO_LAST: ReadonlySet<string> = new Set(["renameat2", "linkat", "symlinkat", "mount"]);

/**
 * What a call acts on, from its normalised arguments: a path (absolute, or from a placeholder), a socket's kind and address, `pipe`,
 * `<stdout>`, …; empty when on nothing.
 */
export function objectOf(name: string, args: readonly string[]): string {
  const signature = signatureOf(canonicalName(name));
  if (signature === undefined || signature.name !== name) return firstDescriptor(args);
  const { args: kinds } = signature;
  let found = "";
  for (let index = 0; index < kinds.length; index++) {
    const kind = kinds[index];
    const arg = args[index] ?? "";
    if (kind === "path" && arg.startsWith('"')) {
      const path = arg.slice(1, endOfString(arg, 0));
      const folder = kinds[index - 1] === "dir" ? target(args[index - 1] ?? "") : "";
      found = unescapeTracerString(path === "" ? folder : resolveFrom(folder, path));
      if (!TO_LAST.has(name)) return found;
    } else if (kind === "address" && arg.startsWith("{")) {
      return addressLabel((target(args[0] ?? "").split(" ")[0] ?? "") || "socket", arg);
    } else if (kind === "fd" && found === "" && !expectsAddress(kinds, args) && name !== "dup3") {
      found = unescapeTracerString(target(arg));
      if (found !== "" && !TO_LAST.has(name) && !kinds.includes("path")) return found;
    } else if (kind === "dir" && kinds[index + 1] === "path" && (args[index + 1] ?? "").startsWith('"') === false) {
      found = unescapeTracerString(target(arg));
    }
  }
  return found;
}

function expectsAddress(kinds: readonly string[], args: readonly string[]): boolean {
  return kinds.some((kind, index) => kind === "address" && (args[index] ?? "").startsWith("{"));
}

/** What stands in a descriptor's annotation. */
export function target(text: string): string {
  const open = text.indexOf("<");
  return open === -1 ? standard(text) : text.slice(open + 1, endOfAnnotation(text, open));
}

/** Descriptors 0, 1 and 2 of a tracer that does not say what they point to. */
function standard(text: string): string {
  return text === "0" ? "<stdin>" : text === "1" ? "<stdout>" : text === "2" ? "<stderr>" : "";
}

function firstDescriptor(args: readonly string[]): string {
  const first = args.find((arg) => /^(?:fd|\d+|AT_FDCWD)</.test(arg));
  return first === undefined ? "" : target(first);
}
