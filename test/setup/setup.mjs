// Makes this checkout ready: system packages, npm packages, build, VS Code server. Doing it again costs a second.
// `node test/setup/setup.mjs` prepares everything that `npm test` needs.
import { fileURLToPath } from "node:url";
import { repositoryRoot, workbenchLocation } from "../workbench/location.mjs";
import { ensureNodeModules } from "./nodeModules.mjs";
import { npmCommand, runMain, runStep, SetupError } from "./processes.mjs";
import { systemPackagesInstaller } from "./systemPackages.mjs";
import { ensureWorkbench } from "./workbenchInstall.mjs";

/** The oldest Node that the scripts and their tools run on. */
const oldestNode = 20;

/**
 * @typedef {object} SetupOptions
 * @property {'start' | 'test'} purpose
 * @property {boolean} workbench also get the VS Code server
 * @property {boolean} browser also get a browser that drives it
 * @property {boolean} build also build the project
 */

/**
 * Brings this checkout and this machine to where the asked-for command can run.
 * @param {SetupOptions} options
 * @throws {SetupError} when a person has to do something first; the message says what
 */
export async function setUp({ purpose, workbench, browser, build }) {
  await setUpPackages({ purpose, workbench, browser });
  if (build) {
    await runStep("Building", [...npmCommand(), "run", "--silent", "build"], { cwd: repositoryRoot });
  }
  if (workbench) {
    await ensureWorkbench();
  }
}

/**
 * The part of the set-up that everything else needs: the packages of the system and of npm.
 * @param {Omit<SetupOptions, 'build'>} options
 * @throws {SetupError}
 */
export async function setUpPackages({ purpose, workbench, browser }) {
  if (Number(process.versions.node.split(".")[0]) < oldestNode) {
    throw new SetupError(
      `Node.js ${oldestNode} or newer is needed, and this is ${process.version} (${process.execPath}). Get it from https://nodejs.org or your version manager.`,
    );
  }
  const installSystemPackages = systemPackagesInstaller([
    purpose,
    ...(browser ? /** @type {const} */ (["browser"]) : []),
    ...(workbench && !workbenchLocation().installed ? /** @type {const} */ (["buildWorkbench"]) : []),
  ]);
  // Neither needs the other. Both are let end, so that what fails first leaves nothing behind that still writes.
  const results = await Promise.allSettled([installSystemPackages(), ensureNodeModules(repositoryRoot)]);
  for (const result of results) {
    if (result.status === "rejected") {
      throw result.reason;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    await setUp({ purpose: "test", workbench: true, browser: true, build: true });
    return 0;
  });
}
