import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CONFIG_FILE } from "./configFiles.ts";

/** What marks the root of a workspace, strongest first. */
const MARKERS = [CONFIG_FILE, ".goldentrace", ".git"];

/**
 * The workspace that a directory belongs to: the nearest folder upwards with a goldentrace.toml, else with recorded runs, else of a git
 * work tree, else the directory itself. Absolute.
 */
export function findWorkspace(directory: string): string {
  const start = resolve(directory);
  for (const marker of MARKERS) {
    for (let folder = start; ; folder = dirname(folder)) {
      if (existsSync(join(folder, marker))) return folder;
      if (dirname(folder) === folder) break;
    }
  }
  return start;
}
