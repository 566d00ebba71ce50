import { LineFeeds } from "../../src/engine/read/strace/lineFeeds.ts";
import { copyAscii } from "../../src/engine/trace/asciiBuffer.ts";

/** What any reader of strace text has to do at least, to know how far the real one is from that. */

const PIECE = 1 << 16;
const BLOCK = 1 << 21;

/** Bytes in front of the text, `4005  1700000000.000018994 `, and behind the result, ` <0.000052744>`, of the bench's log. */
const HEAD = 27;
const TAIL = 14;

/**
 * Line feeds found, and everything between the time and the duration copied into blocks that are kept: nothing is
 * understood. Returns the number of lines.
 */
export function copyLines(text: Uint8Array): number {
  const feeds = new LineFeeds();
  const window = new Uint8Array(PIECE + 16);
  const view = new DataView(window.buffer);
  const words = new Int32Array(window.buffer);
  const blocks: DataView[] = [];
  let block = new DataView(new ArrayBuffer(BLOCK));
  let used = 0;
  let lines = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = text.subarray(at, at + PIECE);
    window.set(piece);
    window.fill(0, piece.length);
    feeds.scan(words, 0, (piece.length + 3) >> 2);
    let start = 0;
    for (let i = 0; i < feeds.count; i++) {
      const end = feeds.positions[i] as number;
      const length = Math.max(0, end - start - HEAD - TAIL);
      if (used + length + 8 > BLOCK) {
        blocks.push(block);
        block = new DataView(new ArrayBuffer(BLOCK));
        used = 0;
      }
      copyAscii(view, start + HEAD, start + HEAD + length, block, used);
      used += length;
      start = end + 1;
    }
    lines += feeds.count;
  }
  return lines;
}

/**
 * Thread, time, name, result and duration of every line byte by byte, arguments as a span of the text, into columns made
 * beforehand. No joining of halves, no threads, no texts of results, nothing left out of arguments, nothing checked.
 * Returns the number of lines.
 */
export function readSpans(text: Uint8Array, lines: number): number {
  const bytes = new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
  const thread = new Int32Array(lines);
  const start = new Float64Array(lines);
  const name = new Uint32Array(lines);
  const argStart = new Float64Array(lines);
  const argEnd = new Float64Array(lines);
  const result = new Float64Array(lines);
  const duration = new Float64Array(lines);
  let row = 0;
  let at = 0;
  while (at < bytes.length && row < lines) {
    let tid = 0;
    while (bytes[at] !== 0x20) tid = tid * 10 + (bytes[at++] as number) - 0x30;
    while (bytes[at] === 0x20) at++;
    let time = 0;
    for (; bytes[at] !== 0x20; at++) if (bytes[at] !== 0x2e) time = time * 10 + (bytes[at] as number) - 0x30;
    at++;
    let hash = 0;
    while (bytes[at] !== 0x28 && bytes[at] !== 0x20) hash = (Math.imul(hash, 31) + (bytes[at++] as number)) | 0;
    const from = at + 1;
    let end = from;
    while (bytes[end] !== 0x0a) end++;
    let back = end - 2;
    while (bytes[back] !== 0x3c) back--;
    let elapsed = 0;
    for (let i = back + 1; i < end - 1; i++) {
      if (bytes[i] !== 0x2e) elapsed = elapsed * 10 + (bytes[i] as number) - 0x30;
    }
    while (back > from && !(bytes[back] === 0x3d && bytes[back - 1] === 0x20 && bytes[back + 1] === 0x20)) back--;
    let value = 0;
    for (let i = back + 2; i < end && (bytes[i] as number) >= 0x30 && (bytes[i] as number) <= 0x39; i++) {
      value = value * 10 + (bytes[i] as number) - 0x30;
    }
    while (back > from && bytes[back] !== 0x29) back--;
    thread[row] = tid;
    start[row] = time;
    name[row] = hash;
    argStart[row] = from;
    argEnd[row] = back;
    result[row] = value;
    duration[row] = elapsed;
    row++;
    at = end + 1;
  }
  return row;
}
