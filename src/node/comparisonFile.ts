import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { ExpectedError } from "../base/errors.ts";
import { type CheckDocument, checkDocumentSchema } from "../protocol/checkDocument.ts";
import { COMPARISON_SCHEMA_VERSION, type Comparison, comparisonSchema } from "../protocol/comparison.ts";
import { describeIssues } from "../protocol/describeIssues.ts";
import { RUN_FILES } from "../protocol/runFiles.ts";
import { errorCode } from "./procFiles.ts";

/** Larger ones are not read: a comparison lists at most some hundreds of divergences. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * How a run compares with its golden, from its folder; undefined when it was not compared.
 * @throws ExpectedError when the file is damaged or from a newer version
 */
export async function readComparison(runFolder: string): Promise<Comparison | undefined> {
  const path = join(runFolder, RUN_FILES.comparison);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    if (errorCode(error) === "") throw error;
    throw new ExpectedError(`${path} cannot be read (${errorCode(error)})`, { cause: error });
  }
  if (bytes.length > MAX_BYTES) throw damaged(path, "it is too large");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
  return parseComparison(value, path);
}

/** What `check --json` printed. @throws Error when it is something else: it is our own program that printed it */
export function parseCheckDocument(text: string): CheckDocument {
  return z.parse(checkDocumentSchema, JSON.parse(text));
}

/** @param origin named in errors @throws ExpectedError when it is no comparison that this version understands */
export function parseComparison(value: unknown, origin: string): Comparison {
  const version = typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : 0;
  if (typeof version === "number" && version > COMPARISON_SCHEMA_VERSION) {
    throw new ExpectedError(`${origin} was written by a newer version of Goldentrace`, {
      wayOut: "Update Goldentrace.",
    });
  }
  const parsed = z.safeParse(comparisonSchema, value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw damaged(origin, describeIssues(parsed.error.issues.slice(0, 1)));
}

function damaged(path: string, why: string, cause?: unknown): ExpectedError {
  return new ExpectedError(`${path} is damaged: ${why}`, { wayOut: "Compare the run with its golden again.", cause });
}
