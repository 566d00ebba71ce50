import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { ExpectedError } from "../base/errors.ts";
import { READERS, sniffReader } from "../engine/read/index.ts";
import { SNIFF_LENGTH } from "../engine/read/traceReader.ts";
import type { Trace } from "../engine/trace/trace.ts";
import { errorCode } from "./procFiles.ts";

/**
 * Reads a trace file of any known format, found by its content.
 * @returns the trace, and the id of its format
 * @throws ExpectedError when the file cannot be read or holds no trace
 */
export async function readTraceFile(path: string): Promise<{ trace: Trace; format: string }> {
  try {
    const reader = sniffReader(await readStart(path));
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

async function readStart(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(SNIFF_LENGTH), 0, SNIFF_LENGTH, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
