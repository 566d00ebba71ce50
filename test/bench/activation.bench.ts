import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../workbench/browser.mjs";
import { repositoryRoot } from "../workbench/location.mjs";
import { startServer } from "../workbench/server.mjs";
import type { ActivationRecord } from "./activationProbe.ts";
import { calibrate, calibrationLine } from "./calibration.ts";
import type { Lateness, ProbeResult } from "./hostProbe.ts";

/**
 * What the extension, as it is packaged, costs the extension host of the served VS Code: its activation beside that of an
 * extension that does nothing, and the longest block while a program prints 50,000 log lines a second.
 * `npm run bench activation [WINDOWS [SECONDS]]`
 *
 * The time of activation is what VS Code's own "Running Extensions" counts: loading the code, and the call of `activate`.
 */

const windows = Number(process.argv[2] ?? 7);
const seconds = Number(process.argv[3] ?? 10);
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

/** An extension of the comparison. */
interface Candidate {
  readonly folder: string;
  /** Its name and that of its container. */
  readonly title: string;
  readonly main: string;
}

type Activation = Extract<ActivationRecord, { readonly main: string }>;

/** Shows the container of an extension in a new window, which activates it. */
async function activation(page: Page, { title, main }: Candidate, file: string): Promise<Activation> {
  // Not amid the window's own beginning: what is measured is the extension.
  await newestRecord(file, (record) => "ready" in record);
  await page.locator(`.activitybar .action-item .action-label[aria-label^="${title}"]`).click();
  const record = await newestRecord(file, (one) => "main" in one && one.main === main);
  if (!("main" in record)) throw new Error("unreachable");
  return record;
}

/** Waits until the last line of the probe's file is the wanted one. */
async function newestRecord(file: string, wanted: (record: ActivationRecord) => boolean): Promise<ActivationRecord> {
  const limit = performance.now() + PATIENCE_MS;
  for (;;) {
    // What follows the last line feed is still being written.
    const line = existsSync(file) ? readFileSync(file, "utf8").split("\n").at(-2) : undefined;
    const record: ActivationRecord | undefined = line === undefined ? undefined : JSON.parse(line);
    if (record !== undefined && wanted(record)) return record;
    if (performance.now() > limit) throw new Error(`The probe wrote ${line}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measureActivation(browser: Browser, temporary: string, packaged: string): Promise<string> {
  const [empty, probe, workspace] = ["empty", "activationProbe", "workspace"].map((name) => path.join(temporary, name));
  if (empty === undefined || probe === undefined || workspace === undefined) throw new Error("unreachable");
  mkdirSync(workspace);
  await writeProbe(probe, "activationProbe", "*");
  const candidates: Candidate[] = [
    { folder: packaged, title: "Goldentrace", main: path.join(packaged, "dist/extension.cjs") },
    writeEmptyExtension(empty),
  ];
  const file = path.join(temporary, "activations");
  const server = await startServer({
    extensions: [...candidates.map(({ folder }) => folder), probe],
    env: {
      GOLDENTRACE_PROBE_ACTIVATION: file,
      GOLDENTRACE_PROBE_MAINS: candidates.map(({ main }) => main).join(":"),
    },
  });
  const results = candidates.map((): Activation[] => []);
  try {
    for (let window = 0; window < windows; window++) {
      for (const [index, candidate] of candidates.entries()) {
        rmSync(file, { force: true });
        const page = await openWindow(browser, server.url({ folder: workspace }));
        results[index]?.push(await activation(page, candidate, file));
        await page.context().close();
      }
    }
  } finally {
    await server.stop();
  }
  return candidates.map(({ title }, index) => `${title}: ${activations(results[index] ?? [])}`).join("\n");
}

function activations(all: readonly Activation[]): string {
  const figure = (pick: (one: Activation) => number, digits: number): string => {
    const sorted = all.map(pick).sort((a, b) => a - b);
    const [first = 0, middle = 0, last = 0] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
    return `${middle.toFixed(digits)} ms (${first.toFixed(digits)} to ${last.toFixed(digits)})`;
  };
  return (
    `activation in ${all.length} windows, median ${figure(({ load, activate }) => load.wall + activate.wall, 1)}; ` +
    `processor time of that: loading ${figure(({ load }) => load.cpu, 1)}, ` +
    `activate ${figure(({ activate }) => activate.cpu, 1)}`
  );
}

/** What a user installs, where it can be installed from: the minified bundles beside the manifest. */
function buildPackaged(folder: string): void {
  const build = [path.join(repositoryRoot, "esbuild.mjs"), "--minify", `--dist=${path.join(folder, "dist")}`];
  execFileSync(process.execPath, build, { cwd: repositoryRoot, stdio: "inherit" });
  for (const name of ["package.json", "media", "syntaxes"]) {
    cpSync(path.join(repositoryRoot, name), path.join(folder, name), { recursive: true });
  }
}

/** An extension that only takes VS Code's API, with a view that activates it. */
function writeEmptyExtension(folder: string): Candidate {
  const title = "Empty Extension";
  mkdirSync(folder, { recursive: true });
  const manifest = {
    publisher: "goldentrace",
    name: "empty",
    displayName: title,
    version: "0.0.0",
    engines: { vscode: "^1.101.0" },
    extensionKind: ["workspace"],
    main: "./empty.cjs",
    contributes: {
      viewsContainers: { activitybar: [{ id: "empty", title, icon: "icon.svg" }] },
      views: { empty: [{ id: "empty.view", name: "View" }] },
    },
  };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(path.join(folder, "icon.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(path.join(folder, "empty.cjs"), 'require("vscode"); exports.activate = () => {};');
  return { folder, title, main: path.join(folder, "empty.cjs") };
}

/** A probe as an extension that the server can install where it lies. */
async function writeProbe(folder: string, source: string, activationEvent: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, `${source}.ts`)],
    outfile: path.join(folder, "probe.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    logLevel: "warning",
  });
  const manifest = {
    publisher: "goldentrace",
    name: source.toLowerCase(),
    version: "0.0.0",
    engines: { vscode: "^1.101.0" },
    extensionKind: ["workspace"],
    activationEvents: [activationEvent],
    main: "./probe.cjs",
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

async function measureStreaming(browser: Browser, temporary: string, packaged: string): Promise<string> {
  const [folder, probe] = [path.join(temporary, "streaming"), path.join(temporary, "hostProbe")];
  mkdirSync(path.join(folder, ".vscode"), { recursive: true });
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
  await writeProbe(probe, "hostProbe", "onStartupFinished");
  const server = await startServer({
    extensions: [packaged, probe],
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

function lateness({ p50, p99, max, worst, work }: Lateness): string {
  return (
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms ` +
    `(${worst.worked.toFixed(1)} ms of it at work, ${worst.waited.toFixed(1)} ms without a free core); ` +
    `longest stretch of work ${work.toFixed(1)} ms`
  );
}

const load = () => `load average ${loadavg()[0]?.toFixed(1)}`;

console.log(`${calibrationLine(calibrate())}; ${load()}`);
const temporary = realpathSync(mkdtempSync(path.join(tmpdir(), "goldentrace-bench-")));
try {
  const packaged = path.join(temporary, "packaged");
  buildPackaged(packaged);
  const browser = await launchBrowser();
  try {
    console.log(await measureActivation(browser, temporary, packaged));
    console.log(load());
    console.log(await measureStreaming(browser, temporary, packaged));
    console.log(load());
  } finally {
    await browser.close();
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
