import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { ExpectedError } from "../base/errors.ts";
import { READERS, sniffReader } from "../engine/read/index.ts";
import { MAX_TEXT_BYTES } from "../engine/read/renacer/readText.ts";
import { SNIFF_LENGTH, type TraceReader } from "../engine/read/traceReader.ts";
import type { Trace } from "../engine/trace/trace.ts";
import { errorCode } from "./procFiles.ts";

/** Longer than any mark of a format. */
const OVERLAP = 1024;

/**
 * Reads a trace file of any known format, found by its content.
 * @returns the trace, and the id of its format
 * @throws ExpectedError when the file cannot be read or holds no trace
 */
export async function readTraceFile(path: string): Promise<{ trace: Trace; format: string }> {
  try {
    const reader = await readerFor(path);
    if (reader === undefined) {
      throw new ExpectedError(`${path} is not a trace in a known format`, {
        code: "unreadable-trace",
        wayOut: `Known are run folders, and ${READERS.map((known) => known.description).join(", ")}.`,
      });
    }
    return { trace: await reader.read(createReadStream(path)), format: reader.id };
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof ExpectedError || code === "") throw error;
    throw new ExpectedError(`${path} cannot be read (${code})`, {
      code: code === "ENOENT" ? "not-found" : "unreadable-trace",
      cause: error,
    });
  }
}

/** Finds the format by the file's beginning, and where that tells nothing, by what stands behind a program's output. */
async function readerFor(path: string): Promise<TraceReader | undefined> {
  const handle = await open(path, "r");
  try {
    const buffer = new Uint8Array(SNIFF_LENGTH);
    const start = await handle.read(buffer, 0, SNIFF_LENGTH, 0);
    const found = sniffReader(buffer.subarray(0, start.bytesRead));
    if (found !== undefined || start.bytesRead < SNIFF_LENGTH) return found;
    let late: TraceReader | undefined;
    // Pieces overlap: the mark may lie across the end of one.
    for (let at = SNIFF_LENGTH - OVERLAP; at < MAX_TEXT_BYTES; at += SNIFF_LENGTH - OVERLAP) {
      const { bytesRead } = await handle.read(buffer, 0, SNIFF_LENGTH, at);
      const piece = buffer.subarray(0, bytesRead);
      const candidates = READERS.slice(0, late === undefined ? READERS.length : READERS.indexOf(late));
      late = candidates.find(({ anywhere, sniff }) => anywhere === true && sniff(piece)) ?? late;
      if (bytesRead < SNIFF_LENGTH || late === READERS[0]) break;
    }
    return late;
  } finally {
    await handle.close();
  }
}
