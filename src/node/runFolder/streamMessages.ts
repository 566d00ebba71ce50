import { fstatSync, readSync } from "node:fs";
import { readMessageHead } from "../../engine/trace/arrowMessage.ts";

/** What an Arrow stream has before each message: a continuation mark and the length of the metadata. */
const PREFIX_BYTES = 8;
/** Metadata of our tables has a few kilobytes. */
const MAX_METADATA_BYTES = 1 << 20;

export interface StreamMessage {
  /** Where it begins and ends in the file. */
  readonly at: number;
  readonly end: number;
  /** Rows of a record batch, 0 for other messages. */
  readonly rows: number;
}

/** The whole messages of an Arrow stream that we wrote, found without reading their bodies. */
export function* streamMessages(file: number): Generator<StreamMessage> {
  const { size } = fstatSync(file);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let at = 0;
  while (at + PREFIX_BYTES <= size && readSync(file, prefix, 0, PREFIX_BYTES, at) === PREFIX_BYTES) {
    const length = prefix.readInt32LE(4);
    if (length <= 0 || length > MAX_METADATA_BYTES) return;
    const metadata = Buffer.alloc(length);
    if (readSync(file, metadata, 0, length, at + PREFIX_BYTES) < length) return;
    const head = readMessageHead(metadata);
    if (head === undefined) return;
    const end = at + PREFIX_BYTES + length + head.bodyLength;
    if (end > size) return;
    yield { at, end, rows: head.rows };
    at = end;
  }
}
