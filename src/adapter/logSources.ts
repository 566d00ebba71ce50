import { statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";

/** Names remembered; a log that names ever new files must not fill the memory. */
const MAX_NAMES = 4096;

/** Finds the files that log lines name, as far as they lie inside the workspace. */
export class LogSources {
  private readonly known = new Map<string, string | undefined>();

  /** @param directories where relative names may begin, best first */
  constructor(
    private readonly workspace: string,
    private readonly directories: readonly string[],
  ) {}

  /** Absolute path of an existing file inside the workspace, else undefined. */
  find(file: string): string | undefined {
    if (this.known.has(file)) return this.known.get(file);
    if (this.known.size >= MAX_NAMES) this.known.clear();
    const found = this.look(file);
    this.known.set(file, found);
    return found;
  }

  private look(file: string): string | undefined {
    if (file === "" || file.includes("\0")) return undefined;
    return this.directories
      .map((directory) => resolve(directory, file))
      .find((path) => this.isInside(path) && isFile(path));
  }

  private isInside(path: string): boolean {
    const below = relative(this.workspace, path);
    return below !== "" && !isAbsolute(below) && below.split(/[\\/]/)[0] !== "..";
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
