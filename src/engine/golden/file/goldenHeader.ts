import * as z from "zod/mini";
import { oneLine, truncate } from "../../../base/text.ts";
import { GOLDEN_SCHEMA_VERSION, type GoldenHeader, goldenHeaderSchema } from "../../../protocol/goldenFile.ts";
import { hasPrototypeKey } from "../../read/renacer/jsonScan.ts";
import { type GoldenSource, refusal } from "./refusal.ts";

/**
 * Checks the part of a golden file that is Goldentrace's own.
 * @throws ExpectedError
 */
export function checkHeader(value: unknown, source: GoldenSource): GoldenHeader {
  refuseNewer(value, source);
  if (hasPrototypeKey(value)) throw prototypeKey(source);
  const header = checked(goldenHeaderSchema, value, source, "goldentrace");
  const { threads } = header;
  const keys = new Set(threads.map(({ key }) => key));
  if (keys.size < threads.length) throw refusal(source, "lists two threads under one name; it was changed by hand");
  for (const [index, { parent }] of threads.entries()) {
    const known = parent === -1 || (Number.isInteger(parent) && parent >= 0 && parent < threads.length);
    if (!known || parent === index) throw refusal(source, `has a thread whose parent (${parent}) it does not list`);
  }
  return header;
}

function refuseNewer(value: unknown, source: GoldenSource): void {
  const version =
    typeof value === "object" && value !== null ? (value as { schemaVersion?: unknown }).schemaVersion : 0;
  if (typeof version !== "number" || version <= GOLDEN_SCHEMA_VERSION) return;
  throw refusal(
    source,
    `was made by a newer Goldentrace (schema ${version}, this one knows ${GOLDEN_SCHEMA_VERSION})`,
    "Update Goldentrace to compare with it.",
  );
}

export function prototypeKey(source: GoldenSource): Error {
  return refusal(source, 'has a key "__proto__", which no recorder writes');
}

/**
 * A value that fits a schema.
 * @param part where it stands in the file
 * @throws ExpectedError naming the first thing that does not fit
 */
export function checked<T extends z.core.$ZodType>(
  schema: T,
  value: unknown,
  source: GoldenSource,
  part: string,
): z.core.output<T> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = [part, ...(issue?.path ?? []).map(String)].filter((each) => each !== "").join(".");
  throw refusal(source, `is damaged at ${truncate(oneLine(place), 80)}: ${oneLine(issue?.message ?? "invalid")}`);
}
