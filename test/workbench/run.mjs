// Runs the extension in a real VS Code: `node test/workbench/run.mjs [--suite] [--ui [FILTER]] [--counts FILE]`.
// The API suite (suite/*.suite.ts) runs inside the extension host: of the desktop VS Code where there is one and a
// display, else of the served one. The UI tests (ui/*.ui.ts) drive the served one with a browser.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { addCounts, formatCounts, noCounts, vitestCounts } from "../setup/counts.mjs";
import { childEnvironment, runAttached, runMain, say } from "../setup/processes.mjs";
import { launchBrowser } from "./browser.mjs";
import { desktopCode } from "./desktop.mjs";
import { repositoryRoot, workbenchPackage } from "./location.mjs";
import { startServer } from "./server.mjs";

/** @typedef {import("../setup/counts.mjs").Counts} Counts */

/** After this the extension host counts as hung, in milliseconds. */
const suiteLimit = 10 * 60_000;

const builtSuite = path.join(repositoryRoot, "dist", "test", "suite");

/**
 * Bundles the API suite: one file per suite, so that none can be forgotten in a list.
 */
export async function buildSuite() {
  const { build } = await import("esbuild");
  const folder = path.join(workbenchPackage, "suite");
  const entries = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  await rm(builtSuite, { recursive: true, force: true });
  await build({
    entryPoints: entries.map((name) => path.join(folder, name)),
    outdir: builtSuite,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    sourcemap: "inline",
    // Mocha loads parts of itself by name and comes from node_modules.
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return path.join(builtSuite, "index.cjs");
}

/**
 * Runs the API suite in the extension host.
 * @param {{workspace: string, extension?: string, grep?: string}} options
 * @returns {Promise<Counts>}
 */
export async function runSuite({ workspace, extension = repositoryRoot, grep }) {
  const tests = await buildSuite();
  const folder = await mkdtemp(path.join(tmpdir(), "goldentrace-suite-"));
  const resultFile = path.join(folder, "result.json");
  const env = { GOLDENTRACE_SUITE_RESULT: resultFile, ...(grep ? { GOLDENTRACE_SUITE_GREP: grep } : {}) };
  const desktop = desktopCode();
  try {
    say(`API suite in the extension host of ${desktop ? `the desktop VS Code (${desktop})` : "the served VS Code"}`);
    const problem = desktop
      ? await runInDesktop(desktop, { workspace, extension, tests, env, folder })
      : await runInServer({ workspace, extension, tests, env });
    return await reportSuite(resultFile, problem);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {{workspace: string, extension: string, tests: string, env: NodeJS.ProcessEnv}} options
 * @returns {Promise<string | undefined>} why the run as a whole is not to be believed
 */
async function runInServer({ workspace, extension, tests, env }) {
  const server = await startServer({ env, testDriver: true });
  const browser = await launchBrowser();
  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const pageLog = [];
    page.on("console", (message) => pageLog.push(message.text()));
    // The workbench calls this function, where the page has one, when the extension host has ended after its tests.
    /** @type {Promise<number | "limit" | "crash">} */
    const ended = new Promise((resolve) => {
      void page.exposeFunction("codeAutomationExit", (/** @type {number} */ code) => resolve(code));
      page.once("crash", () => resolve("crash"));
      limit = setTimeout(() => resolve("limit"), suiteLimit);
    });
    await page.exposeFunction("codeAutomationLog", (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
      pageLog.push(args.map(String).join(" "));
    });
    await page.goto(server.url({ folder: workspace, extension, tests }));
    const code = await ended;
    if (typeof code === "number") {
      return code === 0 ? undefined : `the extension host ended with ${code}:\n${pageLog.slice(-20).join("\n")}`;
    }
    const why = code === "crash" ? "the page crashed" : `no end after ${suiteLimit / 60_000} minutes`;
    return `${why}:\n${pageLog.slice(-20).join("\n")}`;
  } finally {
    clearTimeout(limit);
    await browser.close();
    await server.stop();
  }
}

/**
 * @param {string} vscodeExecutablePath
 * @param {{workspace: string, extension: string, tests: string, env: NodeJS.ProcessEnv, folder: string}} options
 * @returns {Promise<string | undefined>}
 */
async function runInDesktop(vscodeExecutablePath, { workspace, extension, tests, env, folder }) {
  const { runTests } = await import("@vscode/test-electron");
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: extension,
      extensionTestsPath: tests,
      extensionTestsEnv: /** @type {Record<string, string>} */ (env),
      launchArgs: [
        workspace,
        "--disable-extensions",
        "--disable-workspace-trust",
        "--skip-welcome",
        "--skip-release-notes",
        ...["--user-data-dir", path.join(folder, "data"), "--extensions-dir", path.join(folder, "extensions")],
      ],
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Prints what the suite reported.
 * @param {string} resultFile
 * @param {string | undefined} problem
 * @returns {Promise<Counts>}
 */
async function reportSuite(resultFile, problem) {
  if (!existsSync(resultFile)) {
    say(`The suite ended without a result: ${problem ?? "its entry did not run"}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  /** @type {import("./suite/index.ts").SuiteResult} */
  const { tests } = JSON.parse(await readFile(resultFile, "utf8"));
  const signs = { passed: "✓", failed: "✗", skipped: "-" };
  for (const { title, state, milliseconds, error } of tests) {
    say(` ${signs[state]} ${title} (${milliseconds} ms)${error ? `\n${error}` : ""}`);
  }
  const count = (/** @type {string} */ state) => tests.filter((test) => test.state === state).length;
  const counts = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  if (tests.length === 0 || (problem !== undefined && counts.failed === 0)) {
    say(`The run failed as a whole: ${problem ?? "no test was found"}`);
    return { ...counts, failed: counts.failed + 1 };
  }
  return counts;
}

/**
 * Runs the UI tests.
 * @param {string[]} filters parts of file names
 * @param {NodeJS.ProcessEnv} [variables] for the tests
 * @returns {Promise<Counts>}
 */
export async function runUserInterfaceTests(filters, variables = {}) {
  say("UI tests in a browser on the served VS Code");
  const folder = await mkdtemp(path.join(tmpdir(), "goldentrace-ui-"));
  const outputFile = path.join(folder, "vitest.json");
  try {
    const code = await runAttached(
      [
        process.execPath,
        path.join(repositoryRoot, "node_modules", "vitest", "vitest.mjs"),
        "run",
        ...["--root", workbenchPackage],
        ...["--reporter=default", "--reporter=json", `--outputFile.json=${outputFile}`],
        ...filters,
      ],
      { cwd: repositoryRoot, env: childEnvironment(variables) },
    );
    return await vitestCounts(outputFile, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      suite: { type: "boolean" },
      ui: { type: "boolean" },
      "build-only": { type: "boolean" },
      grep: { type: "string" },
      counts: { type: "string" },
    },
  });
  if (values["build-only"]) {
    await buildSuite();
    return 0;
  }
  const all = !values.suite && !values.ui;
  let counts = noCounts;
  if (all || values.suite) {
    const workspace = await mkdtemp(path.join(tmpdir(), "goldentrace-workspace-"));
    try {
      counts = addCounts(counts, await runSuite({ workspace, ...(values.grep ? { grep: values.grep } : {}) }));
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
  }
  if (all || values.ui) {
    counts = addCounts(counts, await runUserInterfaceTests(positionals));
  }
  if (values.counts) {
    await writeFile(values.counts, JSON.stringify(counts));
  }
  say(`Workbench: ${formatCounts(counts)}`);
  return counts.failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(main);
}
