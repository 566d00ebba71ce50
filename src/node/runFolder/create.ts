import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { errorCode } from "../procFiles.ts";
import { isOutOfSpace, writeFailure } from "../writeFailure.ts";

export interface CreatedFolder {
  /** The folder's name, which is the run's id. */
  readonly id: string;
  readonly path: string;
}

/**
 * Makes the folder of a new run: `<name>_<YYYY-MM-DDTHH-MM-SS.mmm>_<4 hex>` (UTC) below `runsDirectory`.
 * @throws ExpectedError when it cannot be written to
 */
export function createRunFolder(runsDirectory: string, name: string, startedAtMs: number): CreatedFolder {
  try {
    makeDirectories(runsDirectory);
    if (basename(dirname(runsDirectory)) === ".goldentrace") hideFromGit(dirname(runsDirectory));
    const stamp = new Date(startedAtMs).toISOString().slice(0, -1).replaceAll(":", "-");
    for (;;) {
      const id = `${folderName(name)}_${stamp}_${randomBytes(2).toString("hex")}`;
      const path = join(runsDirectory, id);
      try {
        mkdirSync(path);
        return { id, path };
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    throw unwritable(runsDirectory, error);
  }
}

/**
 * Makes a directory and its parents. Node's own `recursive` never returns where the file system refuses with ENOENT, as
 * /proc does.
 */
export function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeDirectories(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

/** The user's error for a folder that cannot be written to; anything unexpected is returned as it is. */
export function unwritable(path: string, error: unknown): unknown {
  // Missing folders are made, so this one is in a place such as /proc.
  const reason = errorCode(error) === "ENOENT" ? "it cannot be made there" : writeFailure(error);
  if (reason === undefined) return error;
  return new ExpectedError(`Runs cannot be stored in ${path}: ${reason}`, {
    code: isOutOfSpace(error) ? "disk-full" : "permission",
    wayOut: "Choose another folder (--out on the command line, outDir in a launch configuration).",
    cause: error,
  });
}

/** A part of a path made of a run's name: letters and digits of any script, `.`, `_` and `-`. */
export function folderName(name: string): string {
  const cleaned = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replace(/^[.-]+|-+$/g, "");
  // 255 bytes is what file systems allow; the stamp takes 29.
  return [...cleaned].slice(0, 50).join("") || "run";
}

/** Runs are not part of the project's history, and must not make its work tree dirty. */
function hideFromGit(directory: string): void {
  try {
    writeFileSync(join(directory, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}
