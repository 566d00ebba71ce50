import { signatureOf } from "../../golden/normalise/signatures.ts";
import type { RenacerCall } from "./renacerSchema.ts";

/** renacer prints this for AT_FDCWD (-100 as 32 bits). */
const CURRENT_FOLDER = "0xffffff9c";
const encoder = new TextEncoder();

/**
 * Arguments of a call in the notation of strace, as ASCII: descriptors in decimal, AT_FDCWD by its name, paths escaped.
 * @param asPrinted they come from strace in the first place
 */
export function argumentsText({ name, args = [] }: RenacerCall, asPrinted: boolean): string {
  const kinds = signatureOf(name)?.args ?? [];
  return args
    .map((arg, index) => {
      const text = String(Array.isArray(arg) ? arg[1] : arg);
      if (asPrinted) return escaped(text, false);
      const kind = kinds[index];
      // The older calls for opening have the path where newer ones have the folder.
      if ((kind === "dir" || name === "openat") && text === CURRENT_FOLDER) return "AT_FDCWD";
      if ((kind === "fd" || kind === "dir") && /^0x[0-9a-f]{1,4}$/.test(text)) return String(Number(text));
      if (text.length >= 2 && text.startsWith('"') && text.endsWith('"'))
        return `"${escaped(text.slice(1, -1), true)}"`;
      return escaped(text, false);
    })
    .join(", ");
}

/** Bytes that strace would not print as they are, as octal escapes. @param quoted inside of quotes: escape those and backslashes, too */
function escaped(text: string, quoted: boolean): string {
  if (!(quoted ? /[^\x20-\x7e]|["\\]/ : /[^\x20-\x7e]/).test(text)) return text;
  let result = "";
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) result += `\\${byte.toString(8).padStart(3, "0")}`;
    else if (quoted && (character === '"' || character === "\\")) result += `\\${character}`;
    else result += character;
  }
  return result;
}
