// Installs the VS Code server of test/workbench/package.json into the cache. Started as a program it does the
// installing, which happens under a lock: `node workbenchInstall.mjs`.
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, workbenchLocation, workbenchPackage } from "../workbench/location.mjs";
import { childEnvironment, npmCommand, runLockedStep, runMain, SetupError } from "./processes.mjs";

const thisFile = fileURLToPath(import.meta.url);

/** Folders with this start are installations under way; the lock's holder may take any of them for abandoned. */
const unfinishedPrefix = ".unfinished-workbench-";

/** Parts of the server that are built here; loading them shows that the build works. */
const nativeModules = ["node-pty", "@vscode/spdlog", "@parcel/watcher", "@vscode/sqlite3", "kerberos"];

/** Installs the server unless it is there. */
export async function ensureWorkbench() {
  if (workbenchLocation().installed) {
    return;
  }
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new SetupError(
      `The embedded VS Code server is for Linux on x64 or arm64, and this is ${process.platform} on ${process.arch}. Install VS Code, so that "code" is on PATH, and try again.`,
    );
  }
  await runLockedStep(
    path.join(cacheDirectory(), "workbench.lock"),
    "Installing the VS Code server (once, about two minutes)",
    [process.execPath, thisFile],
  );
}

async function install() {
  const target = workbenchLocation();
  // Whoever held the lock before may have done it already.
  if (target.installed) {
    return 0;
  }
  for (const name of await readdir(cacheDirectory())) {
    if (name.startsWith(unfinishedPrefix)) {
      await rm(path.join(cacheDirectory(), name), { recursive: true, force: true });
    }
  }
  const folder = path.join(cacheDirectory(), `${unfinishedPrefix}${process.pid}`);
  await mkdir(folder);
  for (const file of ["package.json", "package-lock.json"]) {
    await copyFile(path.join(workbenchPackage, file), path.join(folder, file));
  }
  // The server's install script insists on the server's Node, which arrives with the same installation: so first
  // everything without scripts, and then that one script (the only one needed) under the Node that has arrived.
  check(folder, [...npmCommand(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
  const unfinished = workbenchLocation(folder);
  check(
    folder,
    [...npmCommand(unfinished.node), "rebuild", "code-server", "--foreground-scripts", "--no-audit", "--no-fund"],
    {
      PATH: `${path.dirname(unfinished.node)}${path.delimiter}${process.env.PATH}`,
      npm_config_nodedir: unfinished.nodeHeaders,
      npm_config_jobs: "max",
    },
  );
  check(unfinished.vscode, [
    unfinished.node,
    "-e",
    `${JSON.stringify(nativeModules)}.forEach((name) => require(name))`,
  ]);
  await rename(folder, target.directory);
  return 0;
}

/**
 * @param {string} cwd
 * @param {import("./processes.mjs").Argv} argv
 * @param {NodeJS.ProcessEnv} [variables]
 */
function check(cwd, [program, ...args], variables = {}) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd,
    env: childEnvironment(variables),
    stdio: "inherit",
  });
  if (error) {
    throw error;
  }
  if (status !== 0) {
    throw new SetupError(`${[program, ...args].join(" ")} failed (${status ?? signal}) in ${cwd}`);
  }
}

if (process.argv[1] === thisFile) {
  await runMain(install);
}
