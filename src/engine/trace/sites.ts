import type { Site } from "./trace.ts";

/** A POSIX path with `.`, `..` and doubled slashes resolved as text; trailing slashes removed. */
export function normalizePosixPath(path: string): string {
  const absolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !absolute) parts.push(part);
  }
  const joined = parts.join("/");
  if (absolute) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** Whether an absolute file lies below an absolute directory, as text: links are not followed. */
export function isInside(directory: string, file: string): boolean {
  if (!file.startsWith("/") || !directory.startsWith("/")) return false;
  const folder = normalizePosixPath(directory);
  const path = normalizePosixPath(file);
  return path !== folder && path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** A file below the workspace as a path relative to it; other files as they are. */
export function relativeToWorkspace(workspace: string, file: string): string {
  return isInside(workspace, file) ? file.slice(workspace.length).replace(/^\/+/, "") : file;
}

/**
 * The site of each node of a stack table: walking outwards from the node's frame, the first source frame (inlined ones
 * first) with a line in a file of the workspace; -1 when there is none.
 * @param parent caller of each node, -1 at the outermost; a table whose callers form a ring has no site on the ring
 * @param frame frame of each node, an index into `frameSites`
 * @param frameSites sites of each frame, innermost inlined first
 */
export function siteOfStacks(
  parent: Int32Array,
  frame: Int32Array,
  frameSites: readonly (readonly number[])[],
  sites: readonly Site[],
  workspace: string,
): Int32Array {
  const inside = sites.map((site) => site.line > 0 && isInside(workspace, site.file));
  const ofFrame = frameSites.map((candidates) => candidates.find((site) => inside[site] === true) ?? -1);

  const unknown = -2;
  const result = new Int32Array(parent.length).fill(unknown);
  const path: number[] = [];
  for (let start = 0; start < parent.length; start++) {
    let node = start;
    let site = unknown;
    while (site === unknown) {
      if (node < 0 || node >= parent.length) {
        site = -1;
      } else if (result[node] !== unknown) {
        site = result[node] ?? -1;
      } else {
        // Marked while walked, so that a ring of callers ends the walk.
        result[node] = -1;
        path.push(node);
        const own = ofFrame[frame[node] ?? -1] ?? -1;
        if (own !== -1) site = own;
        else node = parent[node] ?? -1;
      }
    }
    for (const walked of path) result[walked] = site;
    path.length = 0;
  }
  return result;
}
