// `npm test`: sets the checkout up and runs everything. A failed stage does not keep the others from running. The last
// line is the sum over all of them. `npm test -- --stage unit` runs one stage alone; it may be given more than once.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "../workbench/location.mjs";
import { addCounts, formatCounts, noCounts, vitestCounts, writtenCounts } from "./counts.mjs";
import { npmCommand, runAttached, runMain, SetupError, say, seconds } from "./processes.mjs";
import { setUpPackages } from "./setup.mjs";
import { ensureWorkbench } from "./workbenchInstall.mjs";

/** @typedef {import("./counts.mjs").Counts} Counts */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {(countsFile: string) => import("./processes.mjs").Argv} argv
 * @property {(countsFile: string, exitCode: number) => Promise<Counts>} counts
 * @property {boolean} [needsWorkbench] the VS Code server and a browser
 */

/**
 * @param {string[]} parts of the path of a script in the repository
 * @returns {import("./processes.mjs").Argv}
 */
const tool = (...parts) => [process.execPath, path.join(repositoryRoot, ...parts)];

/** Biome colours its report even when it goes to a file. */
const plain = process.stdout.isTTY ? [] : ["--colors=off"];

/**
 * A stage that is one check: it holds or it does not.
 * @param {string} _countsFile
 * @param {number} exitCode
 */
const oneCheck = async (_countsFile, exitCode) => ({
  passed: exitCode === 0 ? 1 : 0,
  failed: exitCode === 0 ? 0 : 1,
  skipped: 0,
});

/** @type {Stage[]} */
const stages = [
  { name: "types", argv: () => [...tool("node_modules", "typescript", "bin", "tsc"), "-b"], counts: oneCheck },
  {
    name: "lint",
    argv: () => [...tool("node_modules", "@biomejs", "biome", "bin", "biome"), "ci", ...plain],
    counts: oneCheck,
  },
  { name: "build", argv: () => [...npmCommand(), "run", "--silent", "build"], counts: oneCheck },
  {
    name: "unit",
    argv: (countsFile) => [
      ...tool("node_modules", "vitest", "vitest.mjs"),
      ...["run", "--reporter=default", "--reporter=json", `--outputFile.json=${countsFile}`],
    ],
    counts: vitestCounts,
  },
  {
    name: "workbench",
    argv: (countsFile) => [...tool("test", "workbench", "run.mjs"), "--counts", countsFile],
    counts: writtenCounts,
    needsWorkbench: true,
  },
];

/**
 * What `.ci/run` adds.
 * @type {Stage}
 */
const packageStage = {
  name: "package",
  argv: (countsFile) => [...tool("test", "workbench", "vsix.mjs"), "--counts", countsFile],
  counts: writtenCounts,
  needsWorkbench: true,
};

async function main() {
  const { values } = parseArgs({
    options: { package: { type: "boolean" }, stage: { type: "string", multiple: true } },
  });
  const all = values.package ? [...stages, packageStage] : stages;
  const chosen = values.stage ? all.filter(({ name }) => values.stage?.includes(name)) : all;
  if (chosen.length === 0) {
    throw new SetupError(`No such stage. There are: ${all.map(({ name }) => name).join(", ")}`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "goldentrace-test-"));
  let total = noCounts;
  /** @type {string[]} */
  const summary = [];
  try {
    const workbench = chosen.some((stage) => stage.needsWorkbench);
    await setUpPackages({ purpose: "test", workbench, browser: workbench });
    // Minutes when it is not there yet, which the stages before those that need it fill.
    const server = workbench ? ensureWorkbench() : Promise.resolve();
    // Whoever needs it meets the failure below.
    server.catch(() => undefined);
    for (const { name, argv, counts, needsWorkbench } of chosen) {
      if (needsWorkbench) {
        await server;
      }
      const started = Date.now();
      say(`\n== ${name}`);
      const countsFile = path.join(folder, `${name}.json`);
      const exitCode = await runAttached(argv(countsFile), { cwd: repositoryRoot });
      const result = await counts(countsFile, exitCode);
      total = addCounts(total, result);
      const line = `${name}: ${formatCounts(result)} in ${seconds(started)}`;
      say(`== ${line}`);
      summary.push(line);
    }
  } catch (error) {
    // Whatever stopped us, the last line still says that this was not a success.
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    total = addCounts(total, { passed: 0, failed: 1, skipped: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  say(`\n${summary.join("\n")}`);
  process.stdout.write(`${formatCounts(total)}\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

await runMain(main);
