// Starts and stops a real VS Code server with data of its own.
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../setup/processes.mjs";
import { workbenchLocation } from "./location.mjs";

/** Settings under which nothing but what is under test moves, asks or calls home. */
const quietSettings = {
  "security.workspace.trust.enabled": false,
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "git.openRepositoryInParentFolders": "never",
};

/** How long a server that was asked to end may take before it is killed, in milliseconds. */
const stopGrace = 5000;

/** Every process below a server has this variable with the server's id, however it was started. */
const markerVariable = "GOLDENTRACE_WORKBENCH_ID";

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, unknown>} [settings] user settings on top of the quiet ones
 * @property {"random" | "none"} [token] "random" for a server that a person uses; tests go without
 * @property {NodeJS.ProcessEnv} [env] variables for the server and so for the extension host
 * @property {string} [dataDirectory] kept afterwards when given; otherwise a fresh one, removed by `stop`
 * @property {string[]} [extensions] folders of extensions that are installed where they lie; absolute
 * @property {boolean} [testDriver] honour `extension` and `tests` in the page's address. VS Code then shows no
 *   notification toasts and asks nothing, so that is for suites in the extension host, not for what a person sees
 */

/**
 * @typedef {object} LeftOver
 * @property {number} pid
 * @property {string} command its arguments, joined by blanks
 */

/** A running VS Code server. */
export class WorkbenchServer {
  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {object} state
   * @param {number} state.port
   * @param {string | undefined} state.token
   * @param {string} state.directory
   * @param {boolean} state.keep
   * @param {string} state.id
   * @param {string[]} state.output
   * @param {import("node:child_process").ChildProcess} state.watchdog
   */
  constructor(child, { port, token, directory, keep, id, output, watchdog }) {
    this.child = child;
    this.port = port;
    this.token = token;
    this.directory = directory;
    this.keep = keep;
    this.id = id;
    this.output = output;
    /** @type {Promise<void>} resolves when the server's process has ended */
    this.closed = new Promise((resolve) => {
      child.once("close", () => resolve());
    });
    this.watchdog = watchdog;
  }

  /** `host:port`, which is also the authority of `vscode-remote:` addresses. */
  get authority() {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * The page's address.
   * @param {object} [page]
   * @param {string} [page.folder] opened as the workspace; absolute
   * @param {string} [page.extension] folder of an extension under development; absolute; needs `testDriver`
   * @param {string} [page.tests] bundle that exports mocha's `run()`; absolute
   */
  url({ folder, extension, tests } = {}) {
    const url = new URL(`http://${this.authority}/`);
    const payload = [];
    if (this.token) {
      url.searchParams.set("tkn", this.token);
    }
    if (folder) {
      url.searchParams.set("folder", folder);
    }
    if (extension) {
      payload.push(["extensionDevelopmentPath", this.remoteAddress(extension)]);
    }
    if (tests) {
      payload.push(["extensionTestsPath", this.remoteAddress(tests)]);
    }
    if (payload.length > 0) {
      url.searchParams.set("payload", JSON.stringify(payload));
    }
    return url.href;
  }

  /** @param {string} file absolute */
  remoteAddress(file) {
    return `vscode-remote://${this.authority}${encodeURI(file).replace(/[?#]/g, encodeURIComponent)}`;
  }

  /**
   * Replaces the user's settings; the workbench notices by itself.
   * @param {Record<string, unknown>} settings on top of the quiet ones
   */
  async writeSettings(settings) {
    await writeSettings(this.directory, settings);
  }

  /** What the extension hosts of this server have logged so far: activations and their failures, above all. */
  async extensionHostLog() {
    const logs = path.join(this.directory, "data", "logs");
    const texts = [];
    for (const entry of await readdir(logs, { recursive: true, withFileTypes: true })) {
      if (entry.name === "remoteexthost.log") {
        texts.push(await readFile(path.join(entry.parentPath, entry.name), "utf8"));
      }
    }
    return texts.join("\n");
  }

  /**
   * The processes that were started below this server and are still there, wherever they were re-parented to.
   * @param {(command: string) => boolean} [matching]
   * @returns {Promise<LeftOver[]>}
   */
  async processes(matching = () => true) {
    const found = await processesWith(`${markerVariable}=${this.id}`);
    return found.filter(({ pid, command }) => pid !== this.child.pid && matching(command));
  }

  /**
   * Ends the server and everything below it.
   * @returns {Promise<LeftOver[]>} what the server itself had left behind; killed by now
   */
  async stop() {
    killGroup(this.child, "SIGTERM");
    const impatience = setTimeout(() => killGroup(this.child, "SIGKILL"), stopGrace);
    await this.closed;
    clearTimeout(impatience);
    // The extension host, the terminals' host and the watchers are in the same group and may take a moment longer.
    const watchdogEnded = new Promise((resolve) => this.watchdog.once("close", resolve));
    this.watchdog.stdin?.end();
    await watchdogEnded;
    const left = await processesWith(`${markerVariable}=${this.id}`);
    for (const { pid } of left) {
      signal(pid, "SIGKILL");
    }
    if (!this.keep) {
      await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
    }
    return left;
  }
}

/**
 * Starts a server on a free port of 127.0.0.1 and waits until it answers.
 * @param {ServerOptions} [options]
 * @returns {Promise<WorkbenchServer>}
 */
export async function startServer({
  settings = {},
  token = "none",
  env = {},
  dataDirectory,
  extensions = [],
  testDriver = false,
} = {}) {
  const location = workbenchLocation();
  if (!location.installed) {
    throw new Error("The VS Code server is not installed. Run: node test/setup/setup.mjs");
  }
  const directory = dataDirectory ?? (await mkdtemp(path.join(tmpdir(), "goldentrace-workbench-")));
  await writeSettings(directory, settings);
  await linkExtensions(directory, extensions);
  const id = randomUUID();
  const secret = token === "random" ? randomBytes(24).toString("hex") : undefined;
  const args = [
    location.serverMain,
    ...["--host", "127.0.0.1", "--port", "0", "--accept-server-license-terms", "--telemetry-level", "off"],
    ...(secret ? ["--connection-token", secret] : ["--without-connection-token"]),
    ...dataArguments(directory),
    ...(testDriver ? ["--enable-smoke-test-driver"] : []),
  ];
  const child = spawn(location.node, args, {
    env: childEnvironment({ ...env, [markerVariable]: id, VSCODE_IPC_HOOK_CLI: undefined }),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that all of it can be ended at once and Ctrl-C in the terminal reaches only us.
    detached: true,
  });
  const watchdog = watchOver(child);
  /** @type {string[]} */
  const output = [];
  const port = await listeningPort(child, output);
  const server = new WorkbenchServer(child, {
    port,
    token: secret,
    directory,
    keep: dataDirectory !== undefined,
    id,
    output,
    watchdog,
  });
  const response = await fetch(`http://${server.authority}/version`);
  if (!response.ok) {
    await server.stop();
    throw new Error(`The VS Code server answered ${response.status} to /version:\n${output.join("\n")}`);
  }
  return server;
}

/**
 * The server's arguments that name where it keeps its data and extensions.
 * @param {string} directory
 */
export function dataArguments(directory) {
  return [
    "--server-data-dir",
    directory,
    "--user-data-dir",
    path.join(directory, "data"),
    "--extensions-dir",
    path.join(directory, "extensions"),
  ];
}

/**
 * @param {string} directory
 * @param {Record<string, unknown>} settings
 */
async function writeSettings(directory, settings) {
  const text = JSON.stringify({ ...quietSettings, ...settings }, undefined, 2);
  for (const scope of ["User", "Machine"]) {
    await mkdir(path.join(directory, "data", scope), { recursive: true });
    await writeFile(path.join(directory, "data", scope, "settings.json"), text);
  }
}

/**
 * Starts a process that kills a server's whole group as soon as our end of its stdin is closed: when we are done, and
 * also when we die of whatever cause. Without it a killed test run leaves extension hosts behind.
 * @param {import("node:child_process").ChildProcess} child leader of its group
 */
function watchOver(child) {
  return spawn("sh", ["-c", 'read -r _; kill -s KILL -- "-$1"', "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
}

/**
 * Installs extensions without copying them: VS Code's own list of what is installed names their folders.
 * @param {string} directory the server's
 * @param {string[]} extensions
 */
async function linkExtensions(directory, extensions) {
  const entries = [];
  for (const folder of extensions) {
    const { publisher, name, version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    entries.push({
      identifier: { id: `${publisher}.${name}` },
      version,
      location: { $mid: 1, path: folder, scheme: "file" },
      metadata: { installedTimestamp: Date.now(), source: "vsix" },
    });
  }
  if (entries.length > 0) {
    await mkdir(path.join(directory, "extensions"), { recursive: true });
    await writeFile(path.join(directory, "extensions", "extensions.json"), JSON.stringify(entries));
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {string[]} output receives every line the server prints
 * @returns {Promise<number>}
 */
function listeningPort(child, output) {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: /** @type {import("node:stream").Readable} */ (stream) }).on("line", (line) => {
        output.push(line);
        const port = /Extension host agent listening on (\d+)/.exec(line)?.[1];
        if (port) {
          resolve(Number(port));
        }
      });
    }
    child.once("error", reject);
    child.once("close", (code, signalName) => {
      reject(new Error(`The VS Code server ended (${code ?? signalName}) before it listened:\n${output.join("\n")}`));
    });
  });
}

/**
 * @param {string} variable `NAME=value`
 * @returns {Promise<LeftOver[]>}
 */
async function processesWith(variable) {
  const found = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) {
      continue;
    }
    try {
      const environment = await readFile(`/proc/${entry}/environ`, "latin1");
      if (environment.split("\0").includes(variable)) {
        const command = await readFile(`/proc/${entry}/cmdline`, "utf8");
        found.push({ pid: Number(entry), command: command.replaceAll("\0", " ").trim() });
      }
    } catch {
      // Ended in the meantime, or another user's: not ours.
    }
  }
  // A zombie has no environment any more, so what is found is alive.
  return found;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} name
 */
function killGroup(child, name) {
  if (child.pid !== undefined) {
    signal(-child.pid, name);
  }
}

/**
 * @param {number} pid negative for a group
 * @param {NodeJS.Signals} name
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") {
      throw error;
    }
  }
}
