import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import {
  GOLDEN_ANALYSIS,
  goldenFileName,
  goldenPerformanceName,
  goldenSummaryName,
} from "../../protocol/goldenFile.ts";
import { errorCode } from "../procFiles.ts";

/** Where the parts of a golden are; absolute paths. */
export interface GoldenPaths {
  readonly golden: string;
  readonly summary: string;
  readonly performance: string;
  readonly analysis: string;
}

/** Names of files may have 255 bytes; the longest ending takes 17. */
const MAX_NAME_BYTES = 200;

/**
 * The files of a golden in a folder. Names are used as they are, so that the file of a golden is found at once; what no file name can
 * hold becomes `-`.
 * @throws ExpectedError for a name that makes no file name
 */
export function goldenPaths(dir: string, name: string): GoldenPaths {
  const stem = goldenStem(name);
  return {
    golden: join(dir, goldenFileName(stem)),
    summary: join(dir, goldenSummaryName(stem)),
    performance: join(dir, goldenPerformanceName(stem)),
    analysis: join(dir, GOLDEN_ANALYSIS),
  };
}

function goldenStem(name: string): string {
  const stem = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._+@=,-]+/gu, "-")
    .replace(/^[.-]+|-+$/g, "");
  const problem =
    stem === ""
      ? "holds no letter or digit"
      : Buffer.byteLength(stem) > MAX_NAME_BYTES
        ? "is too long"
        : stem.endsWith("_performance")
          ? "ends like the file of another golden's performance"
          : undefined;
  if (problem === undefined) return stem;
  throw new ExpectedError(`${JSON.stringify(name)} cannot be the name of a golden: it ${problem}`, {
    code: "usage",
    wayOut: "Rename the target, or give the golden another name: goldentrace accept --name NAME",
  });
}

/** Whether there can be a golden of that name. */
export function isGoldenName(name: string): boolean {
  try {
    goldenStem(name);
    return true;
  } catch (error) {
    if (error instanceof ExpectedError) return false;
    throw error;
  }
}

/**
 * Two names whose goldens would be one file, on some file system: those of macOS and Windows do not tell upper from lower case.
 * @throws ExpectedError naming both
 */
export function refuseCollisions(dir: string, names: readonly string[]): void {
  const owners = new Map<string, string>();
  for (const name of new Set(names)) {
    for (const path of [goldenPaths(dir, name).golden, goldenPaths(dir, name).performance]) {
      const owner = owners.get(path.toLowerCase());
      if (owner !== undefined && owner !== name) {
        throw new ExpectedError(
          `The targets ${JSON.stringify(owner)} and ${JSON.stringify(name)} have one golden file`,
          {
            code: "usage",
            wayOut: `Rename one of them: both are ${path}`,
          },
        );
      }
      owners.set(path.toLowerCase(), name);
    }
  }
}

/** Names of the goldens in a folder, sorted; none when the folder does not exist. */
export async function goldenNames(dir: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(dir);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === "") throw error;
    throw new ExpectedError(`${dir} cannot be read (${errorCode(error)})`, { cause: error });
  }
  return entries
    .filter((entry) => entry.endsWith(".json") && !entry.endsWith("_performance.json") && !entry.startsWith("."))
    .map((entry) => entry.slice(0, -".json".length))
    .sort();
}
