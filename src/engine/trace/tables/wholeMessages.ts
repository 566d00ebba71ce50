import { readMessageHead } from "../arrowMessage.ts";

const CONTINUATION = -1;

/** How many bytes of a stream are whole messages, and whether the end-of-stream mark follows. */
export function wholeMessages(bytes: Uint8Array): { length: number; end: "whole" | "cut" | "damaged" } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    if (view.getInt32(at, true) !== CONTINUATION) return { length: at, end: "damaged" };
    const metadata = view.getInt32(at + 4, true);
    if (metadata === 0) return { length: at, end: "whole" };
    if (metadata < 0) return { length: at, end: "damaged" };
    const bodyAt = at + 8 + metadata;
    if (bodyAt > bytes.length) return { length: at, end: "cut" };
    const head = readMessageHead(bytes.subarray(at + 8, bodyAt));
    if (head === undefined) return { length: at, end: "damaged" };
    const next = bodyAt + head.bodyLength;
    if (next > bytes.length) return { length: at, end: "cut" };
    at = next;
  }
  return { length: at, end: "cut" };
}
