// The browser that drives the workbench: the system's Chromium, headless, through playwright-core.
import { chromium } from "playwright-core";
import { findProgram } from "../setup/processes.mjs";
import { browserNames } from "../setup/systemPackages.mjs";

/** Chromium in a container has no sandbox and no GPU, and has no business on the network beyond the page. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the browser. `CHROMIUM_PATH` names another one than that on PATH.
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchBrowser() {
  const executablePath =
    process.env.CHROMIUM_PATH ?? browserNames.map(findProgram).find((program) => program !== undefined);
  if (!executablePath) {
    throw new Error(`No browser on PATH (${browserNames.join(", ")}). Run: node test/setup/setup.mjs`);
  }
  return chromium.launch({ executablePath, headless: true, args: flags });
}
