import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { errorCode } from "../procFiles.ts";
import { makeDirectories } from "../runFolder/create.ts";
import { isOutOfSpace, writeFailure } from "../writeFailure.ts";

export interface NewFile {
  readonly path: string;
  readonly chunks: Iterable<string>;
}

/**
 * Writes several files of one folder: all are written under other names first, and take their places only when all are there, so that a
 * full disk leaves every old file as it was.
 * @throws ExpectedError when the folder cannot be written to
 */
export async function replaceFiles(files: readonly NewFile[]): Promise<void> {
  const written: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const { path, chunks } of files) {
      makeDirectories(dirname(path));
      const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(4).toString("hex")}`);
      const handle = await open(temporary, "wx");
      written.push({ temporary, path });
      try {
        await writeChunks(handle, chunks);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const { temporary, path } of written) await rename(temporary, path);
  } catch (error) {
    for (const { temporary } of written) await rm(temporary, { force: true });
    throw unwritable(dirname(files[0]?.path ?? "."), error);
  }
}

async function writeChunks(handle: FileHandle, chunks: Iterable<string>): Promise<void> {
  // Unlike write, writeFile on a handle goes on until everything is written.
  for (const chunk of chunks) await handle.writeFile(chunk);
}

/**
 * Finds out whether files can be written to a folder before much work is done for them.
 * @throws ExpectedError when they cannot
 */
export async function refuseUnwritable(folder: string): Promise<void> {
  const probe = join(folder, `.goldentrace.${randomBytes(4).toString("hex")}`);
  try {
    makeDirectories(folder);
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === "" || error instanceof ExpectedError) return error;
  return new ExpectedError(`${folder} cannot be written to: ${writeFailure(error) ?? code}`, {
    code: isOutOfSpace(error) ? "disk-full" : "permission",
    wayOut: "What was there is unchanged.",
    cause: error,
  });
}
