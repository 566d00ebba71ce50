// Running other programs from the development scripts. Plain Node 20 without dependencies: this runs before `npm ci`.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** @typedef {[program: string, ...args: string[]]} Argv */

/** Something the person at the terminal has to repair: shown as its message alone, without a stack. */
export class SetupError extends Error {}

/** How often a long step says that it is still going, in milliseconds. */
const progressInterval = 15_000;

/** How many lines of a failed step's output are shown. */
const failureTail = 60;

/**
 * What `npm` sets for the script it runs and a nested `npm` would mistake for configuration: above all the user agent
 * (install scripts read the Node version from it) and `nodedir` (headers of another Node).
 */
const npmOwnVariables =
  /^npm_(package_.*|lifecycle_.*|command|execpath|node_execpath|config_(user_agent|local_prefix|global_prefix|prefix|nodedir|node_gyp|ignore_scripts|omit|include|production|workspace|global))$/i;

/**
 * The environment for a program started by a development script.
 * @param {NodeJS.ProcessEnv} [extra] set on top; a value of `undefined` removes the variable
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !npmOwnVariables.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/**
 * The absolute path of a program on PATH, as a shell would find it.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  for (const directory of (process.env.PATH ?? "").split(path.delimiter)) {
    const candidate = path.join(directory || ".", name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) {
        return candidate;
      }
    } catch {
      // Not in this directory, or not executable by us: the shell goes on to the next one, too.
    }
  }
  return undefined;
}

/**
 * Whether a short program ends with exit code 0. Its output is dropped.
 * @param {Argv} argv
 * @param {string} [input] what it gets on stdin
 */
export function succeeds([program, ...args], input = "") {
  return spawnSync(program, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}

/**
 * The program and leading arguments that run npm. With `node`, npm itself runs under that Node.
 * @param {string} [node] path of a Node binary
 * @returns {Argv}
 */
export function npmCommand(node = process.execPath) {
  const started = process.env.npm_execpath;
  const found = findProgram("npm");
  const script = started?.endsWith("npm-cli.js") ? started : found && realpathSync(found);
  if (!script) {
    throw new SetupError(
      "npm was not found on PATH. It comes with Node.js: install Node.js 20 or newer, then try again.",
    );
  }
  // A version manager's shim is not JavaScript; it then decides by itself which Node runs.
  return script.endsWith(".js") ? [node, script] : [script];
}

/**
 * Starts a program with this terminal's stdin, stdout and stderr and waits for its end.
 * @param {Argv} argv
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<number>} the exit code; 128 + signal number is not distinguished: any signal gives 128
 */
export function runAttached([program, ...args], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: childEnvironment(), ...options });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 128));
  });
}

/**
 * Runs one step of the set-up: says what it does, says every quarter of a minute that it is still going, keeps the
 * program's output to itself and shows the end of it only when the step fails. Steps may overlap.
 * @param {string} title what happens, as a person wants to read it
 * @param {Argv} argv
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, allowedCodes?: number[]}} [options]
 * @returns {Promise<number>} the exit code: 0, or one of `allowedCodes`
 */
export async function runStep(title, argv, { cwd, env = childEnvironment(), allowedCodes = [] } = {}) {
  const started = Date.now();
  const what = title.replace(/[:(].*/, "").trim();
  say(`${title} ...`);
  const folder = await mkdtemp(path.join(tmpdir(), "goldentrace-step-"));
  const logFile = path.join(folder, "output.log");
  const log = await open(logFile, "w");
  const heartbeat = setInterval(() => say(`  ${what}: still going after ${seconds(started)}`), progressInterval);
  try {
    const [program, ...args] = argv;
    const code = await new Promise((resolve, reject) => {
      const child = spawn(program, args, { ...(cwd ? { cwd } : {}), env, stdio: ["ignore", log.fd, log.fd] });
      child.once("error", reject);
      child.once("close", (status, signal) => resolve(status ?? signal));
    });
    if (code !== 0 && !allowedCodes.includes(code)) {
      const lines = (await readFile(logFile, "utf8")).trimEnd().split("\n");
      throw new SetupError(
        `${lines.slice(-failureTail).join("\n")}\n\n${title}: failed (${code}) after ${seconds(started)}. The command was: ${argv.join(" ")}`,
      );
    }
    say(`  ${what}: done in ${seconds(started)}`);
    return code;
  } finally {
    clearInterval(heartbeat);
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The exit code by which `flock` says that somebody else holds the lock. */
const lockHeld = 75;

/**
 * Runs a step while holding an exclusive lock that ends with the process, however it ends, so that two set-ups started
 * at the same time do not write into the same folder. Where `flock` is missing (not Linux), the step runs without.
 * @param {string} lockFile created when missing, and left in place
 * @param {string} title
 * @param {Argv} argv
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 */
export async function runLockedStep(lockFile, title, argv, options = {}) {
  if (!findProgram("flock")) {
    await runStep(title, argv, options);
    return;
  }
  await mkdir(path.dirname(lockFile), { recursive: true });
  const code = await runStep(title, ["flock", "-n", "-E", String(lockHeld), lockFile, ...argv], {
    ...options,
    allowedCodes: [lockHeld],
  });
  if (code === lockHeld) {
    await runStep(`${title} (waiting for another set-up that does the same)`, ["flock", lockFile, ...argv], options);
  }
}

/**
 * Prints one progress line. Progress goes to stderr: stdout belongs to what was asked for.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {number} started from `Date.now()`
 * @returns {string} the time since then, such as `12.3 s`
 */
export function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Runs a script's main function: a SetupError ends it with its message, anything else is a bug and keeps its stack.
 * @param {() => Promise<number>} main gives the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  }
}
