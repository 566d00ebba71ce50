const encoder = new TextEncoder();
const SHORT: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r" };

/** A text as tracers print it: printable ASCII as it is, `"` and `\` behind a backslash, other bytes in octal. */
export function tracerText(text: string): string {
  // Nearly every path.
  if (/^[ !#-[\]-~]*$/.test(text)) return text;
  const bytes = encoder.encode(text);
  let printed = "";
  for (const [index, byte] of bytes.entries()) {
    const next = bytes[index + 1] ?? 0;
    if (byte === 0x22 || byte === 0x5c) printed += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) printed += String.fromCharCode(byte);
    else if (SHORT[byte] !== undefined) printed += SHORT[byte];
    // As few digits as can be told from a digit that follows.
    else printed += `\\${byte.toString(8).padStart(next >= 0x30 && next <= 0x37 ? 3 : 1, "0")}`;
  }
  return printed;
}
