// What the development scripts need from the operating system, how to see whether it is there, and how to get it.
import { existsSync } from "node:fs";
import { childEnvironment, findProgram, runStep, SetupError, say, succeeds } from "./processes.mjs";

/** @typedef {'start' | 'test' | 'browser' | 'buildWorkbench'} Purpose */

/**
 * @typedef {object} Need
 * @property {string} what as a person calls it
 * @property {string} apt the Debian package
 * @property {Purpose[]} purposes
 * @property {() => boolean} present
 * @property {boolean} [optional] without it the tests that need it are skipped, and say so
 */

/** The names under which distributions install Chromium; Chrome does as well. */
export const browserNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** @param {string} program */
const onPath = (program) => () => findProgram(program) !== undefined;

/** @type {Need[]} */
const needs = [
  { what: "strace", apt: "strace", purposes: ["start", "test"], present: onPath("strace") },
  {
    what: "a C compiler",
    apt: "build-essential",
    purposes: ["start", "test", "buildWorkbench"],
    present: onPath("cc"),
  },
  { what: "a C++ compiler", apt: "build-essential", purposes: ["test", "buildWorkbench"], present: onPath("c++") },
  { what: "make", apt: "build-essential", purposes: ["start", "test", "buildWorkbench"], present: onPath("make") },
  { what: "addr2line", apt: "binutils", purposes: ["start", "test"], present: onPath("addr2line") },
  { what: "python3", apt: "python3", purposes: ["start", "test", "buildWorkbench"], present: onPath("python3") },
  { what: "git", apt: "git", purposes: ["start", "test"], present: onPath("git") },
  { what: "clang", apt: "clang", purposes: ["test"], present: onPath("clang"), optional: true },
  { what: "a Rust compiler", apt: "rustc", purposes: ["test"], present: onPath("rustc"), optional: true },
  {
    what: "Chromium",
    apt: "chromium",
    purposes: ["browser"],
    present: () => browserNames.some((name) => findProgram(name) !== undefined),
  },
  {
    what: "the Kerberos headers",
    apt: "libkrb5-dev",
    purposes: ["buildWorkbench"],
    present: () => succeeds(["cc", "-E", "-x", "c", "-"], "#include <gssapi/gssapi.h>\n"),
  },
];

/**
 * Looks for what is missing. Where this user may install it (root, or sudo without a password, on a machine with
 * apt-get), the answer is what does so; elsewhere it fails at once with the one line to run. What is only nice to have
 * never stops it.
 * @param {Purpose[]} purposes
 * @returns {() => Promise<void>}
 */
export function systemPackagesInstaller(purposes) {
  const missing = missingNeeds(purposes);
  const apt = missing.length === 0 ? undefined : aptCommand();
  if (apt === undefined) {
    refuseOrWarn(missing);
    return async () => undefined;
  }
  return () => install(apt, missing, purposes);
}

/**
 * @param {import("./processes.mjs").Argv} apt
 * @param {Need[]} missing
 * @param {Purpose[]} purposes
 */
async function install(apt, missing, purposes) {
  const env = childEnvironment();
  await runStep("Reading the lists of system packages", [...apt, "update"], { env });
  for (const group of [missing.filter((need) => !need.optional), missing.filter((need) => need.optional)]) {
    const packages = packageNames(group);
    if (packages.length === 0) {
      continue;
    }
    try {
      await runStep(
        `Installing system packages: ${packages.join(" ")}`,
        [...apt, "install", "-y", "--no-install-recommends", ...packages],
        { env },
      );
    } catch (error) {
      if (!(error instanceof SetupError) || group.some((need) => !need.optional)) {
        throw error;
      }
      say(error.message);
    }
  }
  refuseOrWarn(missingNeeds(purposes));
}

/** @param {Purpose[]} purposes */
function missingNeeds(purposes) {
  return needs.filter((need) => need.purposes.some((purpose) => purposes.includes(purpose)) && !need.present());
}

/** @param {Need[]} missing */
function refuseOrWarn(missing) {
  const required = missing.filter((need) => !need.optional);
  if (required.length > 0) {
    throw new SetupError(
      `Missing on this machine: ${required.map((need) => need.what).join(", ")}. Install with:\n\n  ${installLine(packageNames(missing))}\n\nthen run the same command again.`,
    );
  }
  if (missing.length > 0) {
    const what = missing.map((need) => need.what).join(", ");
    say(
      `Missing on this machine: ${what}. Tests that need it are skipped. To get it: ${installLine(packageNames(missing))}`,
    );
  }
}

/** @param {Need[]} missing */
function packageNames(missing) {
  return [...new Set(missing.map((need) => need.apt))];
}

/** @param {string[]} packages */
function installLine(packages) {
  const prefix = process.getuid?.() === 0 ? "" : "sudo ";
  // Without apt-get the Debian names still tell a person what to look for.
  const manager = existsSync("/etc/debian_version") || findProgram("apt-get") ? "apt-get" : "your package manager's";
  return manager === "apt-get"
    ? `${prefix}apt-get update && ${prefix}apt-get install -y --no-install-recommends ${packages.join(" ")}`
    : `${manager} equivalent of the Debian packages: ${packages.join(" ")}`;
}

/** @returns {import("./processes.mjs").Argv | undefined} how to run apt-get; undefined when there is none or we may not */
function aptCommand() {
  if (!findProgram("apt-get")) {
    return undefined;
  }
  /** @type {import("./processes.mjs").Argv} */
  const apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
  if (process.getuid?.() === 0) {
    return apt;
  }
  return findProgram("sudo") && succeeds(["sudo", "-n", "true"]) ? ["sudo", "-n", ...apt] : undefined;
}
