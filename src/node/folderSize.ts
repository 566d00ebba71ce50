import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./procFiles.ts";

/** Bytes of all regular files below a folder; links are not followed. What vanishes or cannot be read meanwhile counts nothing. */
export async function folderSize(folder: string): Promise<number> {
  let total = 0;
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) total += await folderSize(path);
      else if (entry.isFile()) total += (await lstat(path)).size;
    }
  } catch (error) {
    if (!["ENOENT", "EACCES", "EPERM"].includes(errorCode(error))) throw error;
  }
  return total;
}
