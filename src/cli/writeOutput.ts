import { randomBytes } from "node:crypto";
import { access, constants, type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { shellWord } from "../engine/write/shellWord.ts";
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
    const target = isSpecial ? path : besides(path);
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

/**
 * Tries whether `writeOutput` can write a file, without changing what is there: for what is written at the end of long work.
 * @throws ExpectedError with the way out
 */
export async function refuseUnwritableOutput(file: string, { cwd }: Pick<CliContext, "cwd">): Promise<void> {
  const path = resolve(cwd, file);
  try {
    if (await existsAsSpecial(path)) {
      await access(path, constants.W_OK);
      // The way in which a folder of that name would fail.
      if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
      return;
    }
    const trial = besides(path);
    await (await open(trial, "wx")).close();
    await rm(trial, { force: true });
  } catch (error) {
    const code = errorCode(error);
    if (code === "") throw error;
    throw new ExpectedError(`${file} cannot be written: ${writeFailure(error) ?? code}`, {
      code: "usage",
      wayOut:
        code === "ENOENT"
          ? `Make its folder first: mkdir -p ${shellWord(dirname(path))}`
          : "Name a file in a folder that you may write to.",
      cause: error,
    });
  }
}

/** A name for a file that is not there yet, in the same folder. */
function besides(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(4).toString("hex")}`);
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
