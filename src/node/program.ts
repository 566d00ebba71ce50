import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { shellWord } from "../engine/write/shellWord.ts";
import { errorCode } from "./procFiles.ts";

/** What a shell would execute for a command. */
export interface ResolvedProgram {
  /** Absolute path of the file found. */
  readonly path: string;
  /** What to execute: the command as given (its path where there is no PATH to find it by), or `/bin/sh` with the file for a script without `#!`, as shells do. */
  readonly argv: readonly string[];
  /** The file (or its interpreter's file) changes the user or group when executed. */
  readonly setuid: boolean;
}

/** Where execvp(3) looks without PATH. */
export const DEFAULT_PATH = "/bin:/usr/bin";

/** The kernel reads this much of a file to find out what it is (BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;

/** Interpreters may be scripts themselves; the kernel gives up at this depth. */
const MAX_INTERPRETERS = 5;

/**
 * Finds the program that a shell would execute and checks all that can make execve(2) fail, so that a recorder never
 * starts in vain.
 * @param program with a slash: a path relative to `cwd`; without: searched in `env.PATH`
 * @throws ExpectedError with code `not-found` (a shell's 127) or `not-executable` (126)
 */
export function resolveProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): ResolvedProgram {
  const path = program.includes("/") ? resolve(cwd, program) : searchPath(program, cwd, env);
  const kind = checkExecutable(path, program, cwd, 0);
  const setuid = (statSync(path).mode & 0o6000) !== 0;
  // Without PATH tracers do not look where execvp(3) does.
  const named = program.includes("/") || env.PATH !== undefined ? program : path;
  if (kind === "shell-script") return { path, argv: ["/bin/sh", path, ...args], setuid };
  return { path, argv: [named, ...args], setuid };
}

/** Checks the directory a program is started in. */
export function checkDirectory(cwd: string): void {
  try {
    if (!statSync(cwd).isDirectory()) throw new ExpectedError(`Not a directory: ${cwd}`, { code: "not-found" });
    accessSync(cwd, constants.X_OK);
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") {
      throw new ExpectedError(`The working directory does not exist: ${cwd}`, { code: "not-found", cause: error });
    }
    throw new ExpectedError(`The working directory cannot be entered: ${cwd}`, { code: "permission", cause: error });
  }
}

/** Finds an executable file in the directories of PATH; undefined when there is none. */
export function findOnPath(name: string, path: string = process.env.PATH ?? DEFAULT_PATH): string | undefined {
  return candidates(name, process.cwd(), path).find((candidate) => fileKind(candidate) === "executable");
}

function candidates(name: string, cwd: string, path: string): string[] {
  // An empty entry means the current directory.
  return path.split(delimiter).map((entry) => (isAbsolute(entry) ? join(entry, name) : resolve(cwd, entry, name)));
}

function searchPath(name: string, cwd: string, env: Readonly<Record<string, string>>): string {
  if (name === "") throw new ExpectedError("No program was named", { code: "not-found" });
  // Names of directories, never of programs.
  if (name === "." || name === "..") throw isDirectory(resolve(cwd, name));
  const path = env.PATH ?? DEFAULT_PATH;
  let denied: string | undefined;
  for (const candidate of candidates(name, cwd, path)) {
    const kind = fileKind(candidate);
    if (kind === "executable") return candidate;
    if (kind === "denied") denied ??= candidate;
  }
  if (denied !== undefined) throw notExecutable(denied);
  throw new ExpectedError(`Program not found on PATH: ${name}`, {
    code: "not-found",
    wayOut: otherProgram(name, cwd, path),
  });
}

/** What a name that is not on PATH may have meant. */
function otherProgram(name: string, cwd: string, path: string): string {
  if (fileKind(resolve(cwd, name)) !== "other") return `For the one in this folder: ./${shellWord(name)}`;
  const near = nearest(name, programsOn(path));
  return near === undefined ? "Check the spelling, install it, or give its path." : `Did you mean: ${near}`;
}

function programsOn(path: string): string[] {
  return path.split(delimiter).flatMap((directory) => {
    try {
      return isAbsolute(directory) ? readdirSync(directory) : [];
    } catch {
      // PATH names what is not there as often as not.
      return [];
    }
  });
}

function isDirectory(path: string): ExpectedError {
  return new ExpectedError(`Is a directory, not a program: ${path}`, { code: "not-executable" });
}

function fileKind(path: string): "executable" | "denied" | "other" {
  try {
    if (!statSync(path).isFile()) return "other";
    accessSync(path, constants.X_OK);
    return "executable";
  } catch (error) {
    return errorCode(error) === "EACCES" ? "denied" : "other";
  }
}

function notExecutable(path: string): ExpectedError {
  return new ExpectedError(`Permission denied: ${path} is not executable`, {
    code: "not-executable",
    wayOut: `If it should be: chmod +x ${shellWord(path)}`,
  });
}

function checkExecutable(path: string, asked: string, cwd: string, depth: number): "executable" | "shell-script" {
  let directory: boolean;
  try {
    directory = statSync(path).isDirectory();
  } catch (error) {
    if (errorCode(error) === "EACCES") {
      throw new ExpectedError(`Permission denied: ${path}`, { code: "not-executable", cause: error });
    }
    throw new ExpectedError(`No such program: ${asked}`, {
      code: "not-found",
      wayOut: `Looked for ${path}. Is it built?`,
      cause: error,
    });
  }
  if (directory) throw isDirectory(path);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw notExecutable(path);
  }
  const head = readHead(path);
  // Execute-only files cannot be looked into; the kernel still runs them.
  if (head === undefined) return "executable";
  if (head.length >= 2 && head.toString("latin1", 0, 2) === "#!") {
    checkInterpreter(head, path, cwd, depth);
    return "executable";
  }
  if (head.length >= 4 && head.readUInt32BE(0) === 0x7f454c46) {
    const loader = elfInterpreter(path, head);
    if (loader !== undefined) checkRequired(loader, path, "dynamic loader");
    return "executable";
  }
  if (handledByBinfmt(path, head)) return "executable";
  // A shell runs a text file without `#!` itself; a NUL in its first line makes it a binary.
  const firstLine = head.subarray(0, head.includes(10) ? head.indexOf(10) : head.length);
  if (firstLine.includes(0)) {
    throw new ExpectedError(`Not a program for this machine: ${path}`, { code: "not-executable" });
  }
  return "shell-script";
}

function checkInterpreter(head: Buffer, path: string, cwd: string, depth: number): void {
  const feed = head.indexOf(10);
  const line = head.toString("utf8", 2, feed === -1 ? head.length : feed).trim();
  const interpreter = /^[^ \t]+/.exec(line)?.[0];
  if (interpreter === undefined) {
    throw new ExpectedError(`The first line of ${path} names no interpreter`, { code: "not-executable" });
  }
  const interpreterPath = resolve(cwd, interpreter);
  checkRequired(interpreterPath, path, "interpreter");
  if (depth < MAX_INTERPRETERS) checkExecutable(interpreterPath, interpreter, cwd, depth + 1);
}

function checkRequired(required: string, path: string, what: string): void {
  try {
    statSync(required);
  } catch (error) {
    throw new ExpectedError(`${path} needs the ${what} ${required}, which does not exist`, {
      code: "not-found",
      wayOut: `Install it, or correct the ${what === "interpreter" ? "first line of the script" : "program"}.`,
      cause: error,
    });
  }
}

function readHead(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

const PT_INTERP = 3;

/** The dynamic loader that an ELF file asks for (elf(5)), undefined for static programs and unusual headers. */
function elfInterpreter(path: string, head: Buffer): string | undefined {
  const wide = head[4] === 2;
  // Big-endian files are for other machines.
  if (head.length < 64 || head[5] !== 1) return undefined;
  const tableOffset = wide ? Number(head.readBigUInt64LE(32)) : head.readUInt32LE(28);
  const entrySize = head.readUInt16LE(wide ? 54 : 42);
  const entries = head.readUInt16LE(wide ? 56 : 44);
  if (entrySize < (wide ? 56 : 32) || entrySize > 1024 || entries > 1024) return undefined;
  const descriptor = openSync(path, "r");
  try {
    const table = Buffer.alloc(entrySize * entries);
    if (readSync(descriptor, table, 0, table.length, tableOffset) < table.length) return undefined;
    for (let at = 0; at < table.length; at += entrySize) {
      if (table.readUInt32LE(at) !== PT_INTERP) continue;
      const offset = wide ? Number(table.readBigUInt64LE(at + 8)) : table.readUInt32LE(at + 4);
      const size = wide ? Number(table.readBigUInt64LE(at + 32)) : table.readUInt32LE(at + 16);
      if (size < 2 || size > 4096) return undefined;
      const name = Buffer.alloc(size);
      const length = readSync(descriptor, name, 0, size, offset);
      const end = name.indexOf(0);
      return name.toString("utf8", 0, end === -1 ? length : end);
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the kernel has a handler for other kinds of programs that could take this file (binfmt_misc). */
function handledByBinfmt(path: string, head: Buffer): boolean {
  return head.length > 0 && binfmtHandlers().some((handler) => matches(handler, path, head));
}

interface BinfmtHandler {
  readonly extension: string | undefined;
  readonly offset: number;
  readonly magic: Buffer | undefined;
  readonly mask: Buffer | undefined;
}

function matches(handler: BinfmtHandler, path: string, head: Buffer): boolean {
  if (handler.extension !== undefined) return path.endsWith(handler.extension);
  const { magic, mask, offset } = handler;
  if (magic === undefined) return false;
  return magic.every((byte, index) => {
    const bits = mask?.[index] ?? 0xff;
    return ((head[offset + index] ?? 0) & bits) === (byte & bits);
  });
}

function binfmtHandlers(): BinfmtHandler[] {
  const directory = "/proc/sys/fs/binfmt_misc";
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name !== "register" && name !== "status")
    .map((name) => readFileSync(join(directory, name), "utf8"))
    .filter((text) => text.startsWith("enabled"))
    .map((text) => ({
      extension: /^extension (.*)$/m.exec(text)?.[1],
      offset: Number(/^offset (\d+)$/m.exec(text)?.[1] ?? 0),
      magic: hex(/^magic ([0-9a-f]+)$/m.exec(text)?.[1]),
      mask: hex(/^mask ([0-9a-f]+)$/m.exec(text)?.[1]),
    }));
}

function hex(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text, "hex");
}
