// Keeps node_modules equal to package-lock.json. Started as a program with a folder it does the installing, which
// happens under a lock: `node nodeModules.mjs FOLDER`.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "../workbench/location.mjs";
import { readIfThere } from "./files.mjs";
import { childEnvironment, npmCommand, runLockedStep, runMain } from "./processes.mjs";

const thisFile = fileURLToPath(import.meta.url);

/**
 * Runs `npm ci` in a folder unless what is installed there is what its lockfile says.
 * @param {string} folder absolute
 */
export async function ensureNodeModules(folder) {
  if (await isCurrent(folder)) {
    return;
  }
  const lock = path.join(cacheDirectory(), `node-modules-${sha256(folder).slice(0, 16)}.lock`);
  await runLockedStep(lock, "Installing the npm packages", [process.execPath, thisFile, folder], { cwd: folder });
}

/**
 * Whether node_modules holds what the lockfile names. The stamp answers at once; without a stamp (somebody ran
 * `npm install` by hand) npm's own record of what it installed does, so that a good tree is not thrown away.
 * @param {string} folder
 */
async function isCurrent(folder) {
  const lockfile = await readFile(path.join(folder, "package-lock.json"), "utf8");
  const stamp = await readIfThere(stampFile(folder));
  if (stamp === sha256(lockfile)) {
    return true;
  }
  const record = await readIfThere(path.join(folder, "node_modules", ".package-lock.json"));
  if (record === undefined || !sameVersions(JSON.parse(lockfile).packages, JSON.parse(record).packages)) {
    return false;
  }
  await writeStamp(folder, lockfile);
  return true;
}

/**
 * @typedef {Record<string, {version?: string, optional?: boolean, link?: boolean}>} LockedPackages
 * @param {LockedPackages} wanted
 * @param {LockedPackages} installed
 */
function sameVersions(wanted, installed) {
  const names = Object.keys(wanted).filter((name) => name !== "");
  const extra = Object.keys(installed).some((name) => wanted[name] === undefined);
  return (
    !extra &&
    names.every((name) =>
      // Optional packages are those of other platforms, too.
      installed[name] === undefined
        ? wanted[name]?.optional === true
        : installed[name].version === wanted[name]?.version,
    )
  );
}

/** @param {string} folder */
function stampFile(folder) {
  return path.join(folder, "node_modules", ".goldentrace-lock-hash");
}

/**
 * @param {string} folder
 * @param {string} lockfile its text
 */
async function writeStamp(folder, lockfile) {
  await writeFile(stampFile(folder), sha256(lockfile));
}

/** @param {string} text */
function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

/** @param {string} folder */
async function install(folder) {
  // Whoever held the lock before may have done it already.
  if (await isCurrent(folder)) {
    return 0;
  }
  // The stamp is written after npm is done, inside the folder that npm removes first: a killed install has none.
  const lockfile = await readFile(path.join(folder, "package-lock.json"), "utf8");
  const [program, ...args] = [...npmCommand(), "ci", "--no-audit", "--no-fund"];
  const { status, error } = spawnSync(program, args, { cwd: folder, env: childEnvironment(), stdio: "inherit" });
  if (error) {
    throw error;
  }
  if (status === 0) {
    await writeStamp(folder, lockfile);
  }
  return status ?? 128;
}

if (process.argv[1] === thisFile) {
  await runMain(() => install(path.resolve(process.argv[2] ?? ".")));
}
