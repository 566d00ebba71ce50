const decoder = new TextDecoder("latin1");

/** ASCII bytes as a string. Short texts are put together here: a decoder's call costs more than they do. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return decoder.decode(bytes.subarray(start, end));
  let at = start;
  let text = "";
  // Several codes at once: adding them one by one would make a string object for each.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes[at + 5] as number,
      bytes[at + 6] as number,
      bytes[at + 7] as number,
    );
  }
  if (at + 4 <= end) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
    );
    at += 4;
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
