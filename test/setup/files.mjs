// Reading files from the development scripts.
import { readFile } from "node:fs/promises";

/**
 * The text of a file, or undefined when there is no such file.
 * @param {string} file
 * @returns {Promise<string | undefined>}
 */
export async function readIfThere(file) {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
