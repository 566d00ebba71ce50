import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe } from "vitest";

/** Files that other tools wrote, as they are found in the wild. They are not part of the project and may be missing. */
const ROOT = path.resolve(import.meta.dirname, "../../../shared/data");

/** A suite over a folder of such files; skipped, saying so, where the folder is missing. */
export function describeSharedData(name: string, folder: string, body: (files: SharedFiles) => void): void {
  const directory = path.join(ROOT, folder);
  if (existsSync(directory)) describe(name, () => body(new SharedFiles(directory)));
  else
    describe.skip(`${name} (skipped: ../shared/data/${folder} is not there)`, () => body(new SharedFiles(directory)));
}

export class SharedFiles {
  constructor(private readonly directory: string) {}

  /** Names of the files that end so; empty where the folder is missing. */
  names(ending: string): string[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(ending))
      .sort();
  }

  read(name: string): Uint8Array {
    return readFileSync(path.join(this.directory, name));
  }
}
