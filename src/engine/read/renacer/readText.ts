import { ExpectedError } from "../../../base/errors.ts";
import { formatBytes } from "../../../base/format.ts";
import type { ByteSource } from "../traceReader.ts";

/** Formats that must be read at once are read up to this size. */
export const MAX_TEXT_BYTES = 256 << 20;

/**
 * A whole file as text; bytes that are not UTF-8 are replaced.
 * @throws ExpectedError when it is too large
 */
export async function readText(source: ByteSource): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > MAX_TEXT_BYTES) {
      throw new ExpectedError(`The file is larger than ${formatBytes(MAX_TEXT_BYTES)}, the limit for its format`, {
        code: "unreadable-trace",
        wayOut: "Record the program with Goldentrace: its own runs have no such limit.",
      });
    }
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join("");
}
