import {
  GOLDEN_SCHEMA_VERSION,
  type GoldenPerformance,
  goldenPerformanceSchema,
} from "../../../protocol/goldenFile.ts";
import { hasPrototypeKey, scanJson } from "../../read/renacer/jsonScan.ts";
import { checked, prototypeKey } from "./goldenHeader.ts";
import { refuseTooLarge } from "./readGolden.ts";
import { type GoldenSource, refusal } from "./refusal.ts";

const MAX_PERFORMANCE_BYTES = 64 << 20;

/** The text of `<name>_performance.json`, one sample a line. Ends with a line feed. */
export function performanceText({ name, machine, samples }: GoldenPerformance): string {
  const { arch, cpus, kernel, hostname, recorder } = machine;
  const lines = samples.map((sample) => `\n    ${JSON.stringify(sample)}`);
  return [
    "{",
    `  "schemaVersion": ${GOLDEN_SCHEMA_VERSION},`,
    `  "name": ${JSON.stringify(name)},`,
    `  "machine": ${JSON.stringify({ arch, cpus, kernel, hostname, recorder })},`,
    `  "samples": [${lines.join(",")}${lines.length === 0 ? "" : "\n  "}]`,
    "}\n",
  ].join("\n");
}

/**
 * Reads `<name>_performance.json`.
 * @throws ExpectedError when it is damaged, too large or made by a newer Goldentrace
 */
export function readPerformance(bytes: Uint8Array, source: GoldenSource): GoldenPerformance {
  refuseTooLarge(bytes.length, source, MAX_PERFORMANCE_BYTES);
  const text = new TextDecoder().decode(bytes);
  const value = parse(text.trim(), source);
  if (hasPrototypeKey(value)) throw prototypeKey(source);
  const version = (value as { schemaVersion?: unknown }).schemaVersion;
  if (typeof version === "number" && version > GOLDEN_SCHEMA_VERSION) {
    throw refusal(source, "was made by a newer Goldentrace", "Update Goldentrace to compare with it.");
  }
  return checked(goldenPerformanceSchema, value, source, "");
}

function parse(text: string, source: GoldenSource): object {
  if (!text.startsWith("{")) throw refusal(source, "holds no performance samples");
  const scan = scanJson(text, 0);
  if (scan.tooDeep) throw refusal(source, "is nested too deeply");
  if (scan.end === -1) throw refusal(source, "is cut off");
  if (scan.longIntegers.length > 0) throw refusal(source, "has numbers beyond 2^53");
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal(source, "is not valid JSON: it is damaged");
  }
}
