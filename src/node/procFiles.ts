import { closeSync, openSync, readdirSync, readSync } from "node:fs";

const buffer = Buffer.allocUnsafe(16 * 1024);
/** Lists (`children`) are handed out in pieces of at most a page; single records are whole in the first piece. */
const PIECE = 3000;
const MAX_BYTES = 4 << 20;

/**
 * A file below `/proc` as Latin-1, read synchronously; undefined when the process is gone.
 * @throws the system's error for anything else, permission refused included
 */
export function readProcFile(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  try {
    let text = "";
    for (;;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, null);
      text += buffer.toString("latin1", 0, count);
      if (count < PIECE || text.length > MAX_BYTES) return text;
    }
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The numeric entries of a directory below `/proc`; empty when the process is gone. */
export function listNumbers(path: string): number[] {
  try {
    return readdirSync(path)
      .map(Number)
      .filter((entry) => Number.isSafeInteger(entry) && entry > 0);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** The system's code of an error (`ENOENT`, `EACCES`, …), or empty. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ESRCH";
}
