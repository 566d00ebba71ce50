import { closeSync, openSync, readSync } from "node:fs";
import { type StreamMessage, streamMessages } from "./streamMessages.ts";

/** A group holds no more bytes than this, and at least one batch. */
const MAX_GROUP_BYTES = 1 << 29;

/**
 * The table of system calls in pieces that are streams of their own: what comes before the first batch with rows, then
 * batches until they have `rows` rows.
 */
export function* callGroups(path: string, rows: number): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    let headEnd = 0;
    let group: { at: number; end: number; rows: number } | undefined;
    for (const message of streamMessages(file)) {
      if (group === undefined && message.rows === 0) {
        headEnd = message.end;
      } else if (group === undefined) {
        group = { ...message };
      } else if (group.rows + message.rows <= rows && message.end - group.at <= MAX_GROUP_BYTES) {
        group = { at: group.at, end: message.end, rows: group.rows + message.rows };
      } else {
        yield readGroup(file, headEnd, group);
        group = { ...message };
      }
    }
    if (group !== undefined) yield readGroup(file, headEnd, group);
  } finally {
    closeSync(file);
  }
}

function readGroup(file: number, headEnd: number, { at, end }: StreamMessage): Uint8Array {
  const bytes = new Uint8Array(headEnd + end - at);
  readFully(file, bytes.subarray(0, headEnd), 0);
  readFully(file, bytes.subarray(headEnd), at);
  return bytes;
}

function readFully(file: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length; ) {
    const count = readSync(file, into, done, into.length - done, position + done);
    if (count === 0) throw new Error("The table became shorter while it was read");
    done += count;
  }
}
