/** A file as annotations name it. */
export interface Place {
  /** Relative to the root with forward slashes, never leaving it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * Path of a file relative to a root.
 * @param root absolute
 * @param workspace absolute; what a relative `file` is relative to
 * @returns null for files outside of the root, and for the root itself
 */
export function pathBelow(root: string, workspace: string, file: string): string | null {
  if (file === "" || file.includes("\0")) return null;
  const from = segments(root);
  const to = segments(file.startsWith("/") ? file : `${workspace}/${file}`);
  if (to.length <= from.length || from.some((segment, index) => to[index] !== segment)) return null;
  return to.slice(from.length).join("/");
}

/** A place below the root; null for one outside of it, or without a line. */
export function placeBelow(
  root: string,
  workspace: string,
  site: { readonly file: string; readonly line: number } | null,
): Place | null {
  if (site === null || !Number.isInteger(site.line) || site.line < 1) return null;
  const file = pathBelow(root, workspace, site.file);
  return file === null ? null : { file, line: site.line };
}

/** Segments of an absolute path, `.` and `..` worked out. */
function segments(path: string): string[] {
  const result: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") result.pop();
    else if (segment !== "" && segment !== ".") result.push(segment);
  }
  return result;
}
