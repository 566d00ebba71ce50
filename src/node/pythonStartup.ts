import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Absolute path of the folder with Goldentrace's `sitecustomize.py`, for `traceEnvironment`; undefined when it was not
 * installed with this program. It lies beside the bundles, and in `src/agent` when running from source.
 */
export function pythonStartupDirectory(): string | undefined {
  const here = typeof __dirname === "string" ? __dirname : path.dirname(fileURLToPath(import.meta.url));
  const places = [path.join(here, "agent", "startup"), path.join(here, "..", "agent", "startup")];
  return places.find((place) => existsSync(path.join(place, "sitecustomize.py")));
}
