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

/** @throws ExpectedError when the folder holds no readable run of a known version */
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
    throw new ExpectedError(`${path} cannot be read (${code})`, { code: "unreadable-trace", cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ExpectedError(`${path} is damaged: it is not JSON`, { code: "unreadable-trace", cause: error });
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
    throw new ExpectedError(`${path} is damaged${where}`, { code: "unreadable-trace", cause: parsed.error });
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
