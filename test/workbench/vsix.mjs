// Packages the extension, installs the package into a VS Code server that has never seen it, and uses it there:
// `node test/workbench/vsix.mjs [--package-only] [--counts FILE]`. Prints the package's path.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { addCounts, formatCounts } from "../setup/counts.mjs";
import { childEnvironment, runMain, runStep, SetupError, say } from "../setup/processes.mjs";
import { repositoryRoot, workbenchLocation } from "./location.mjs";
import { runUserInterfaceTests } from "./run.mjs";
import { dataArguments } from "./server.mjs";

const execute = promisify(execFile);

/** The largest package that is published, in bytes. */
const largestPackage = 5 * 1024 * 1024;

/**
 * Builds the minified bundles and packs them.
 * @returns {Promise<string>} the VSIX file
 */
export async function packageExtension() {
  const { name, version } = await manifest();
  const file = path.join(repositoryRoot, `${name}-${version}.vsix`);
  const tool = (/** @type {string[]} */ ...parts) => path.join(repositoryRoot, ...parts);
  await runStep("Building what is packaged", [process.execPath, tool("esbuild.mjs"), "--minify"], {
    cwd: repositoryRoot,
  });
  await runStep(
    `Packaging ${path.basename(file)}`,
    [
      process.execPath,
      tool("node_modules", "@vscode", "vsce", "vsce"),
      ...["package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"],
      ...["--out", file],
    ],
    { cwd: repositoryRoot },
  );
  const { size } = await stat(file);
  say(`${file}: ${(size / 1024).toFixed(0)} KiB`);
  if (size > largestPackage) {
    throw new SetupError(`${file} has ${size} bytes, more than the ${largestPackage} that are allowed.`);
  }
  return file;
}

/**
 * Installs a package into an empty server.
 * @param {string} file
 * @param {string} directory the server's data
 */
async function installInto(file, directory) {
  const { publisher, name, version } = await manifest();
  const { node, serverMain } = workbenchLocation();
  const server = [serverMain, "--accept-server-license-terms", ...dataArguments(directory)];
  await runStep("Installing the package into an empty VS Code server", [node, ...server, "--install-extension", file]);
  const { stdout } = await execute(node, [...server, "--list-extensions", "--show-versions"], {
    env: childEnvironment(),
  });
  const installed = stdout.split("\n").filter((line) => line.includes("@"));
  const wanted = `${publisher}.${name}@${version}`;
  if (installed.length !== 1 || installed[0] !== wanted) {
    throw new SetupError(`Expected the server to list ${wanted} alone, and it lists: ${stdout}`);
  }
}

/** @returns {Promise<{publisher: string, name: string, version: string}>} */
async function manifest() {
  return JSON.parse(await readFile(path.join(repositoryRoot, "package.json"), "utf8"));
}

async function main() {
  const { values } = parseArgs({ options: { "package-only": { type: "boolean" }, counts: { type: "string" } } });
  const file = await packageExtension();
  if (values["package-only"]) {
    process.stdout.write(`${file}\n`);
    return 0;
  }
  const directory = await mkdtemp(path.join(tmpdir(), "goldentrace-vsix-"));
  try {
    await installInto(file, directory);
    // Packaging and installing are one check more than the tests that follow.
    const counts = addCounts(
      { passed: 1, failed: 0, skipped: 0 },
      await runUserInterfaceTests([], { GOLDENTRACE_INSTALLED_DATA: directory }),
    );
    if (values.counts) {
      await writeFile(values.counts, JSON.stringify(counts));
    }
    say(`Package: ${formatCounts(counts)}`);
    return counts.failed === 0 ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(main);
}
