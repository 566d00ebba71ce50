const decoder = new TextDecoder("latin1");

/** ASCII bytes as a string. Short texts are put together here: a decoder's call costs more than they do. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return decoder.decode(bytes.subarray(start, end));
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
