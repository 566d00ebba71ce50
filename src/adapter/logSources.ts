import { statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { stripEscapes, visibleEnd } from "../engine/read/logs/lineText.ts";
import { parseLine } from "../engine/read/logs/parseLine.ts";

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

  /** The position that a log line names, when its file is one of the workspace's. */
  ofLine(line: string): { readonly file: string; readonly line: number } | undefined {
    const site = parseLine(visibleEnd(stripEscapes(line)))?.site;
    const file = site === undefined ? undefined : this.find(site.file);
    return site === undefined || file === undefined ? undefined : { file, line: site.line };
  }

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
