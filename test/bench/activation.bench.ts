import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as esbuild from "esbuild";
import { type Browser, errors, type Page } from "playwright-core";
import { launchBrowser } from "../workbench/browser.mjs";
import { repositoryRoot } from "../workbench/location.mjs";
import { startServer } from "../workbench/server.mjs";
import { calibrate, calibrationLine } from "./calibration.ts";
import type { Lateness, ProbeResult } from "./hostProbe.ts";

/**
 * What the extension costs the extension host of the served VS Code: its activation, and the longest block while a program
 * prints 50,000 log lines a second. `npm run build && npm run bench activation [RUNS [SECONDS]]`
 *
 * Activation is what VS Code's own "Running Extensions" says: loading the code, and the call of `activate`.
 */

const runs = Number(process.argv[2] ?? 7);
const seconds = Number(process.argv[3] ?? 10);
const TARGET_MS = 50;
const LINES_PER_MS = 50;
const PATIENCE_MS = 60_000;

/** A fresh window, and with it a fresh extension host. */
async function openWindow(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator(".monaco-workbench .part.statusbar .statusbar-item").first().waitFor();
  // VS Code sets this mark when the extension host is up and every contribution is known.
  await page.waitForFunction(() => performance.getEntriesByName("code/didLoadExtensions").length > 0);
  return page;
}

async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(".quick-input-widget input[type=text]");
  while (!(await input.isVisible())) {
    // Before its key bindings are in place the window drops keys.
    await page.keyboard.press("F1");
    try {
      await input.waitFor({ timeout: 1000 });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
  }
  await input.fill(`>${title}`);
  await page.locator(".quick-input-widget .quick-input-list .monaco-list-row", { hasText: title }).first().click();
}

/** Shows the container of a window that has just been opened; returns what that took to activate, in milliseconds. */
async function activationMs(page: Page): Promise<number> {
  await page.locator('.activitybar .action-item .action-label[aria-label^="Goldentrace"]').click();
  await page.locator("iframe.webview.ready").first().waitFor();
  await runCommand(page, "Show Running Extensions");
  const row = page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "Goldentrace" });
  const time = row.locator(".activation-time", { hasText: /\d+ms/ });
  await time.waitFor();
  const text = await time.innerText();
  const found = /(\d+)ms/.exec(text)?.[1];
  if (found === undefined) throw new Error(`VS Code shows no activation time but "${text}"`);
  return Number(found);
}

async function measureActivation(browser: Browser, folder: string): Promise<string> {
  const server = await startServer({ extensions: [repositoryRoot] });
  const times: number[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const page = await openWindow(browser, server.url({ folder }));
      times.push(await activationMs(page));
      await page.context().close();
    }
  } finally {
    await server.stop();
  }
  const sorted = [...times].sort((a, b) => a - b);
  return (
    `activation, ${runs} windows: median ${sorted[runs >> 1]} ms, max ${sorted.at(-1)} ms; ` +
    `target ${TARGET_MS} ms; in order: ${times.join(", ")}`
  );
}

/** The probe as an extension that the server can install where it lies. */
async function writeProbe(folder: string): Promise<void> {
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, "hostProbe.ts")],
    outfile: path.join(folder, "hostProbe.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    logLevel: "warning",
  });
  const manifest = {
    publisher: "goldentrace",
    name: "host-probe",
    version: "0.0.0",
    engines: { vscode: "^1.101.0" },
    extensionKind: ["workspace"],
    activationEvents: ["onStartupFinished"],
    main: "./hostProbe.cjs",
  };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
}

async function probeResult(browser: Browser, file: string): Promise<ProbeResult> {
  const limit = performance.now() + 2 * PATIENCE_MS + seconds * 1000;
  while (!existsSync(file)) {
    if (!browser.isConnected()) throw new Error("The browser ended before the recording");
    if (performance.now() > limit) throw new Error("The recording in VS Code did not end");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

async function measureStreaming(browser: Browser, temporary: string): Promise<string> {
  const [folder, probe] = [path.join(temporary, "streaming"), path.join(temporary, "probe")];
  for (const made of [path.join(folder, ".vscode"), probe]) mkdirSync(made, { recursive: true });
  const program = path.join(temporary, "emitLines");
  const times = path.join(temporary, "times");
  const resultFile = path.join(temporary, "result.json");
  execFileSync("cc", ["-O2", "-o", program, path.join(import.meta.dirname, "emitLines.c")]);
  const args = [String(LINES_PER_MS), String(seconds), times];
  const configuration = { type: "goldentrace", request: "launch", name: "Record lines", program, args };
  writeFileSync(
    path.join(folder, ".vscode/launch.json"),
    JSON.stringify({ version: "0.2.0", configurations: [configuration] }),
  );
  await writeProbe(probe);
  const server = await startServer({
    extensions: [repositoryRoot, probe],
    env: { GOLDENTRACE_PROBE_RESULT: resultFile },
  });
  try {
    const page = await openWindow(browser, server.url({ folder }));
    const result = await probeResult(browser, resultFile);
    await page.context().close();
    if ("error" in result) throw new Error(result.error);
    const written = readFileSync(times);
    const elapsed = Number(written.readBigInt64LE(written.length - 8) - written.readBigInt64LE(0)) / 1e9;
    const rate = Math.round(((written.length / 8) * LINES_PER_MS) / elapsed);
    return (
      `extension host while a program prints ${rate} lines/s for ${seconds} s, a timer of 5 ms came late by ` +
      `${lateness(result.recording)}; idle before: ${lateness(result.idle)}`
    );
  } finally {
    await server.stop();
  }
}

function lateness({ p50, p99, max }: Lateness): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
}

console.log(calibrationLine(calibrate()));
const temporary = realpathSync(mkdtempSync(path.join(tmpdir(), "goldentrace-bench-")));
try {
  const empty = path.join(temporary, "empty");
  mkdirSync(empty);
  const browser = await launchBrowser();
  try {
    console.log(await measureActivation(browser, empty));
    console.log(await measureStreaming(browser, temporary));
  } finally {
    await browser.close();
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
