// `npm start`: from a fresh clone to a recorded run and a VS Code to look at it. `npm start -- --no-open` stops after
// the run's summary.
import { execFile, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { desktopCode } from "../workbench/desktop.mjs";
import { cacheDirectory, repositoryRoot } from "../workbench/location.mjs";
import { startServer } from "../workbench/server.mjs";
import { childEnvironment, runAttached, runMain, runStep, SetupError, say } from "./processes.mjs";
import { setUp } from "./setup.mjs";

const execute = promisify(execFile);

/** The workspace that is opened, and where the sample's run is kept. */
const workspace = path.join(repositoryRoot, "samples");

/** The target in the workspace's goldentrace.toml that is recorded, and the folder that `make` builds it in. */
const sample = { target: "files", folder: path.join(workspace, "c-files") };

async function main() {
  const { values } = parseArgs({ options: { "no-open": { type: "boolean" } } });
  const desktop = desktopCode();
  const open = !values["no-open"];
  await setUp({ purpose: "start", build: true, workbench: open && !desktop, browser: false });
  await runStep("Building the sample", ["make", "-C", sample.folder]);
  /** @type {import("./processes.mjs").Argv} */
  const cli = [process.execPath, path.join(repositoryRoot, "dist", "cli.mjs")];
  const recorded = await runAttached([...cli, "run", sample.target], { cwd: workspace });
  if (recorded !== 0) {
    throw new SetupError(`The sample ended with exit code ${recorded}, and 0 was expected.`);
  }
  const shown = await runAttached([...cli, "show", "latest"], { cwd: workspace });
  if (shown !== 0) {
    throw new SetupError(`"goldentrace show latest" ended with exit code ${shown}.`);
  }
  // 1 tells of a difference, and 3 that there was nothing to compare with: the report above says which.
  const compared = await runAttached([...cli, "diff", sample.target, "latest"], { cwd: workspace });
  if (compared !== 0 && compared !== 1) {
    throw new SetupError(`"goldentrace diff ${sample.target} latest" ended with exit code ${compared}.`);
  }
  const described = await execute(cli[0], [...cli.slice(1), "show", "latest", "--json"], { cwd: workspace });
  process.stdout.write(`\nThe run is kept in ${JSON.parse(described.stdout).path}\n`);
  if (!open) {
    return 0;
  }
  return desktop ? openDesktop(desktop) : openServer();
}

/**
 * Opens the sample workspace in the desktop VS Code and ends when its window is closed.
 * @param {string} executable
 */
async function openDesktop(executable) {
  say("Opening VS Code on the samples, with Goldentrace in it. Press F5 there. Ctrl-C here closes it.");
  const child = spawn(
    executable,
    [`--extensionDevelopmentPath=${repositoryRoot}`, "--wait", "--new-window", workspace],
    {
      stdio: "inherit",
      env: childEnvironment({ ELECTRON_RUN_AS_NODE: undefined }),
    },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 0));
    onStopRequest(() => child.kill());
  });
}

/** Serves VS Code on this machine alone, until Ctrl-C. */
async function openServer() {
  const dataDirectory = path.join(cacheDirectory(), "start");
  await mkdir(dataDirectory, { recursive: true });
  const server = await startServer({
    token: "random",
    dataDirectory,
    extensions: [repositoryRoot],
    settings: { "workbench.startupEditor": "readme" },
  });
  say("VS Code with Goldentrace in it is served at the address below. Press F5 there. Ctrl-C here ends it.\n");
  process.stdout.write(`${server.url({ folder: workspace })}\n`);
  const stopRequest = new Promise((resolve) => onStopRequest(() => resolve("stop")));
  const end = await Promise.race([stopRequest, server.closed]);
  await server.stop();
  if (end !== "stop") {
    say(server.output.slice(-20).join("\n"));
    throw new SetupError("The VS Code server ended by itself; its last lines are above.");
  }
  return 0;
}

/** @param {() => void} stop called at the first Ctrl-C, termination or closed terminal */
function onStopRequest(stop) {
  for (const name of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(name, stop);
  }
}

await runMain(main);
