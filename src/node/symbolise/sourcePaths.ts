import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isInside, normalizePosixPath } from "../../engine/trace/sites.ts";

/** A source file as sites name it. */
export interface SourcePath {
  /** Normalised; below the workspace's own path when the file is the same as one there. */
  readonly path: string;
  readonly inWorkspace: boolean;
  /** Undefined when there is no such file here. */
  readonly modifiedMs: number | undefined;
}

/**
 * Maps file names of debug information to paths as the user knows them. Names may be relative (`-ffile-prefix-map`), may go
 * through links into the workspace or out of it, and may be of files that are not on this machine.
 */
export class SourcePaths {
  private readonly known = new Map<string, SourcePath>();
  private readonly workspace: string;
  private readonly realWorkspace: string;

  constructor(workspace: string) {
    this.workspace = normalizePosixPath(workspace);
    this.realWorkspace = realPath(workspace) ?? this.workspace;
  }

  /** @param module absolute path of the binary whose debug information names the file */
  find(file: string, module: string): SourcePath {
    const key = file.startsWith("/") ? file : `${dirname(module)}\n${file}`;
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.locate(file, module);
      this.known.set(key, found);
    }
    return found;
  }

  private locate(file: string, module: string): SourcePath {
    if (file.startsWith("/")) return this.describe(file);
    for (const base of this.bases(module)) {
      const candidate = join(base, file);
      if (fileStats(candidate) !== undefined) return this.describe(candidate);
    }
    return { path: normalizePosixPath(file), inWorkspace: false, modifiedMs: undefined };
  }

  /** Where a relative name may start: the workspace, and the binary's directories up to it. */
  private bases(module: string): string[] {
    const bases = [this.workspace];
    let folder = dirname(module);
    while (isInside(this.workspace, folder) || isInside(this.realWorkspace, folder)) {
      bases.push(folder);
      folder = dirname(folder);
    }
    return bases;
  }

  private describe(file: string): SourcePath {
    const modifiedMs = fileStats(file)?.mtimeMs;
    const path = normalizePosixPath(file);
    // `a/../b` is `b` only where `a` is no link; the file system knows.
    const asNamed = path === file || realPath(file) === realPath(path);
    if (asNamed && isInside(this.workspace, path)) return { path, inWorkspace: true, modifiedMs };
    const real = realPath(file);
    if (real !== undefined && isInside(this.realWorkspace, real)) {
      return { path: join(this.workspace, real.slice(this.realWorkspace.length)), inWorkspace: true, modifiedMs };
    }
    return { path: asNamed ? path : (real ?? path), inWorkspace: false, modifiedMs };
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function fileStats(path: string): Stats | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}
