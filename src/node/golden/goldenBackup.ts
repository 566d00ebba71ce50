import { copyFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { loadConfig } from "../config.ts";
import { errorCode } from "../procFiles.ts";
import { readManifest } from "../runFolder/manifest.ts";
import { goldenNameOf } from "./goldenNameOf.ts";
import { goldenPaths } from "./goldenPaths.ts";
import { goldenSettings } from "./goldenSettings.ts";
import { replaceFiles } from "./replaceFiles.ts";

/** The files of a golden as they were, so that an accept can be undone. */
export interface GoldenBackup {
  readonly name: string;
  /** Path of the golden itself; absolute. */
  readonly golden: string;
  /** Holds the copies; removed by `dropBackup`. */
  readonly folder: string;
  /** Without a copy where there was no such file. */
  readonly files: readonly { readonly path: string; readonly copy: string | null }[];
}

/** The name of the golden that a run belongs to, whether there is one or not. @throws ExpectedError when run or configuration cannot be read */
export function goldenOfRun(runFolder: string, workspace: string): string {
  const config = loadConfig(workspace);
  return goldenNameOf(readManifest(runFolder), workspace, config, goldenSettings(workspace, config, "").dir);
}

/** Copies the files of a golden to a temporary folder. @throws ExpectedError for a name that no golden can have */
export async function backUpGolden(workspace: string, name: string): Promise<GoldenBackup> {
  const { dir } = goldenSettings(workspace, loadConfig(workspace), name);
  const { golden, performance, summary, analysis } = goldenPaths(dir, name);
  const folder = await mkdtemp(join(tmpdir(), "goldentrace-undo-"));
  const files: { path: string; copy: string | null }[] = [];
  for (const path of [golden, performance, summary, analysis]) {
    const copy = join(folder, basename(path));
    files.push({ path, copy: (await copied(path, copy)) ? copy : null });
  }
  return { name, golden, folder, files };
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    if (errorCode(error) === "") throw error;
    throw new ExpectedError(`${from} cannot be read (${errorCode(error)})`, { code: "permission", cause: error });
  }
}

/** What tells one version of a golden's file from another; empty when there is none. */
export async function goldenVersion({ golden }: GoldenBackup): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(golden);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return "";
  }
}

/**
 * Brings the files of a golden back to what they were.
 * @param version of the golden that is to go: another one is not overwritten
 * @throws ExpectedError when the golden was changed since, or cannot be written
 */
export async function restoreGolden(backup: GoldenBackup, version: string): Promise<void> {
  if ((await goldenVersion(backup)) !== version) {
    throw new ExpectedError(`The golden “${backup.name}” was changed since it was accepted, so nothing was undone`, {
      wayOut: "Earlier versions are in version control, where the golden was committed.",
    });
  }
  const before: { path: string; chunks: string[] }[] = [];
  for (const { path, copy } of backup.files) {
    if (copy !== null) before.push({ path, chunks: [await readFile(copy, "utf8")] });
  }
  if (before.length > 0) await replaceFiles(before);
  for (const { path, copy } of backup.files) if (copy === null) await rm(path, { force: true });
}

/** Removes the copies. */
export async function dropBackup({ folder }: GoldenBackup): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
