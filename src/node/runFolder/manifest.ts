import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { ExpectedError } from "../../base/errors.ts";
import { RUN_FILES, RUN_SCHEMA_VERSION } from "../../protocol/runFiles.ts";
import { type RunManifest, runManifestSchema } from "../../protocol/runFolder.ts";
import { errorCode } from "../procFiles.ts";

/**
 * Replaces `run.json` in one step: a reader sees the old one or the new one, whenever this process dies.
 * @param durable also when the machine's power is cut
 */
export function writeManifest(folder: string, manifest: RunManifest, durable: boolean): void {
  const path = join(folder, RUN_FILES.manifest);
  const temporary = `${path}.new`;
  const bytes = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  try {
    const descriptor = openSync(temporary, "w");
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      // Without it a power cut can leave the new name with no content.
      if (durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** A `run.json` that is there and cannot be used; the rest of the folder may be whole. */
export class DamagedManifestError extends ExpectedError {
  /**
   * @param problem continues a sentence that begins with the file
   * @param json what was read, where it is JSON at all
   */
  constructor(
    path: string,
    readonly problem: string,
    readonly json: unknown,
    cause: unknown,
  ) {
    super(`${path} ${problem}`, { code: "unreadable-trace", cause });
  }
}

/**
 * @throws DamagedManifestError when it cannot be used
 * @throws ExpectedError when the folder holds no run of a known version
 */
export function readManifest(folder: string): RunManifest {
  const path = join(folder, RUN_FILES.manifest);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ExpectedError(`Not a run folder: ${folder} has no ${RUN_FILES.manifest}`, {
        code: "not-found",
        cause: error,
      });
    }
    throw new DamagedManifestError(path, `cannot be read (${code})`, undefined, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DamagedManifestError(path, "is damaged: it is not JSON", undefined, error);
  }
  const version = versionOf(json);
  if (version !== undefined && version > RUN_SCHEMA_VERSION) {
    throw new ExpectedError(
      `${folder} was written by a newer Goldentrace (format ${version}, this one reads up to ${RUN_SCHEMA_VERSION})`,
      { code: "unreadable-trace", wayOut: "Update Goldentrace to open it." },
    );
  }
  const parsed = z.safeParse(runManifestSchema, json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.map(String).join(".")}`;
    throw new DamagedManifestError(path, `is damaged${where}`, json, parsed.error);
  }
  return parsed.data;
}

function versionOf(json: unknown): number | undefined {
  if (typeof json !== "object" || json === null || !("schemaVersion" in json)) return undefined;
  return typeof json.schemaVersion === "number" ? json.schemaVersion : undefined;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}
