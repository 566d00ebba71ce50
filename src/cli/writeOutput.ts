import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { errorCode } from "../node/procFiles.ts";
import { isOutOfSpace, writeFailure } from "../node/writeFailure.ts";
import type { CliContext } from "./context.ts";

/**
 * Writes text to a file, or to standard output where none is named. A file is replaced only when all was written; what is no regular
 * file (a pipe, /dev/null) is written to directly.
 *
 * @param onProgress told how many bytes were written so far
 */
export async function writeOutput(
  file: string | undefined,
  chunks: Iterable<string>,
  { cwd, stdout }: CliContext,
  onProgress: (bytes: number) => void = () => {},
): Promise<void> {
  if (file === undefined) {
    for (const chunk of chunks) await stdout.write(chunk);
    return;
  }
  const path = resolve(cwd, file);
  try {
    const isSpecial = await existsAsSpecial(path);
    const target = isSpecial
      ? path
      : join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(4).toString("hex")}`);
    const handle = await open(target, isSpecial ? "w" : "wx");
    try {
      await writeAll(handle, chunks, onProgress);
      await handle.close();
      if (!isSpecial) await rename(target, path);
    } catch (error) {
      if (!isSpecial) await rm(target, { force: true });
      throw error;
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === "" || error instanceof ExpectedError) throw error;
    throw new ExpectedError(`${file} cannot be written: ${writeFailure(error) ?? code}`, {
      code: isOutOfSpace(error) ? "disk-full" : "permission",
      cause: error,
    });
  }
}

async function writeAll(
  handle: FileHandle,
  chunks: Iterable<string>,
  onProgress: (bytes: number) => void,
): Promise<void> {
  let bytes = 0;
  for (const chunk of chunks) {
    // Unlike write, writeFile on a handle goes on until everything is written.
    await handle.writeFile(chunk);
    bytes += chunk.length;
    onProgress(bytes);
  }
}

async function existsAsSpecial(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}
