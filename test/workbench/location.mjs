// Where the VS Code server for the workbench tests and for `npm start` is kept.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The nested package that names the server's version. */
export const workbenchPackage = path.dirname(fileURLToPath(import.meta.url));

/** The repository. */
export const repositoryRoot = path.resolve(workbenchPackage, "..", "..");

/** Where the development scripts keep what is expensive to make again. */
export function cacheDirectory() {
  const base = process.env.XDG_CACHE_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), ".cache"), "goldentrace");
}

/**
 * @typedef {object} WorkbenchLocation
 * @property {string} directory the installed package; it appears by a rename, so it is complete when it is there
 * @property {string} node the Node binary that the server needs
 * @property {string} nodeHeaders the folder with that Node's headers
 * @property {string} serverMain the server's script
 * @property {string} vscode the server's folder
 * @property {boolean} installed
 */

/**
 * The place of the server that the nested package's lockfile names, whether installed or not.
 * @param {string} [directory] look there instead of in the cache
 * @returns {WorkbenchLocation}
 */
export function workbenchLocation(directory = cachedDirectory()) {
  const nodeHeaders = path.join(directory, "node_modules", `node-linux-${process.arch}`);
  const vscode = path.join(directory, "node_modules", "code-server", "lib", "vscode");
  return {
    directory,
    node: path.join(nodeHeaders, "bin", "node"),
    nodeHeaders,
    vscode,
    serverMain: path.join(vscode, "out", "server-main.js"),
    installed: existsSync(directory),
  };
}

/** One folder per content of the lockfile, so that two checkouts with the same versions share an installation. */
function cachedDirectory() {
  const lockfile = readFileSync(path.join(workbenchPackage, "package-lock.json"));
  const hash = createHash("sha256").update(lockfile).update(process.arch).digest("hex");
  return path.join(cacheDirectory(), `workbench-${hash.slice(0, 16)}`);
}
