import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { oneLine } from "../../base/text.ts";
import type { BehaviourSite } from "../../engine/golden/behaviour.ts";
import type { CompareOptions } from "../../engine/golden/compare/options.ts";
import { mapLines } from "../../engine/golden/lineMap.ts";
import { isInside } from "../../engine/trace/sites.ts";
import { errorCode } from "../procFiles.ts";
import { runTool, type ToolResult } from "../runTool.ts";

/** Larger files are generated; their lines are not followed. */
const MAX_SOURCE_BYTES = 1 << 20;
/** Changed files whose earlier version git is asked for. */
const MAX_CHANGED = 300;
const MAX_SOURCES = 5000;
const GIT_PATIENCE_MS = 5000;
const AT_ONCE = 4;

export interface SourceFile {
  readonly text: string;
  /** Git's id of a file of this content: SHA-1 of `blob LENGTH\0CONTENT`. */
  readonly blob: string;
  readonly modifiedMs: number;
}

/** A source file of the workspace; undefined when it is gone, outside, too large or no plain file. */
export async function readSource(workspace: string, file: string): Promise<SourceFile | undefined> {
  const path = resolve(workspace, file);
  if (!isInside(workspace, path)) return undefined;
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > MAX_SOURCE_BYTES) return undefined;
      const bytes = await handle.readFile();
      return { text: bytes.toString("utf8"), blob: blobId(bytes), modifiedMs: stat.mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return undefined;
  }
}

/** @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/**
 * The source files that a behaviour's lines are in, with the ids of their content. A file that was changed since the recording began is
 * left out: its lines are not those that were recorded.
 */
export async function identifySources(
  workspace: string,
  sites: readonly BehaviourSite[],
  recordedMs: number,
): Promise<Record<string, string>> {
  const files = [...new Set(sites.map(({ file }) => file))]
    .filter((file) => !file.startsWith("/"))
    .slice(0, MAX_SOURCES);
  const found: [string, string][] = [];
  for (const file of files) {
    const source = await readSource(workspace, file);
    if (source !== undefined && source.modifiedMs <= recordedMs) found.push([file, source.blob]);
  }
  // fromEntries defines properties: a name like __proto__ is a name like any other.
  return Object.fromEntries(found);
}

/**
 * Puts the content of source files into the object store of their repository, so that lines can be followed from an accepted version that
 * was never committed. Git removes such objects when nothing referred to them for two weeks; from then on lines are matched by function.
 * @returns whether all of them are stored
 */
export async function keepSources(workspace: string, sources: Readonly<Record<string, string>>): Promise<boolean> {
  const files = Object.keys(sources);
  for (let from = 0; from < files.length; from += 100) {
    const part = files.slice(from, from + 100);
    const paths = part.map((file) => resolve(workspace, file));
    const result = await git(workspace, ["hash-object", "-w", "--no-filters", "--", ...paths]);
    const ids = result?.code === 0 ? result.stdout.trim().split("\n") : [];
    if (part.some((file, index) => ids[index] !== sources[file])) return false;
  }
  return true;
}

/**
 * Follows lines of a golden's sources to the sources as they are now.
 * @param sources of the golden's header
 */
export async function followLines(
  workspace: string,
  sources: Readonly<Record<string, string>>,
): Promise<NonNullable<CompareOptions["mapSite"]>> {
  const entries = Object.entries(sources).slice(0, MAX_SOURCES);
  const unchanged = new Set<string>();
  const gone = new Set<string>();
  const changed: { readonly file: string; readonly blob: string; readonly text: string }[] = [];
  for (const [file, blob] of entries) {
    const source = await readSource(workspace, file);
    if (source === undefined) gone.add(file);
    else if (source.blob === blob) unchanged.add(file);
    else if (changed.length < MAX_CHANGED) changed.push({ file, blob, text: source.text });
  }
  const maps = new Map<string, Int32Array>();
  for (let from = 0; from < changed.length; from += AT_ONCE) {
    const part = changed.slice(from, from + AT_ONCE);
    const olds = await Promise.all(part.map(({ blob }) => blobText(workspace, blob)));
    for (const [index, { file, text }] of part.entries()) {
      const old = olds[index];
      if (old !== undefined) maps.set(file, mapLines(old, text));
    }
  }
  return (file, line) => {
    if (unchanged.has(file)) return { file, line };
    if (gone.has(file)) return null;
    const map = maps.get(file);
    if (map === undefined) return undefined;
    const now = map[line - 1] ?? 0;
    return now === 0 ? null : { file, line: now };
  };
}

/** Ids that files of the workspace had in a commit; those that it lacks are left out. */
export async function blobsOfCommit(
  workspace: string,
  commit: string,
  files: readonly string[],
): Promise<Record<string, string>> {
  if (!/^[0-9a-f]{40}$/.test(commit)) return {};
  const found: [string, string][] = [];
  for (const file of files.slice(0, MAX_CHANGED)) {
    if (file.startsWith("/")) continue;
    const result = await git(workspace, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${commit}:./${file}`,
    ]);
    if (result?.code === 0) found.push([file, result.stdout.trim()]);
  }
  return Object.fromEntries(found);
}

async function blobText(workspace: string, blob: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(blob)) return undefined;
  const result = await git(workspace, ["cat-file", "blob", blob]);
  return result?.code === 0 ? result.stdout : undefined;
}

/** Git without anything that a repository could make it run: no hooks, filters, monitors, nor fetching of missing objects. */
function git(cwd: string, args: readonly string[]): Promise<ToolResult | undefined> {
  return runTool(
    "git",
    ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", ...args],
    {
      cwd,
      timeoutMs: GIT_PATIENCE_MS,
      env: { ...process.env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", GIT_OPTIONAL_LOCKS: "0" },
    },
  );
}

/** What to tell of source files without an id; undefined when all have one. */
export function unidentified(
  sites: readonly BehaviourSite[],
  sources: Readonly<Record<string, string>>,
): string | undefined {
  const files = new Set(sites.map(({ file }) => file).filter((file) => !Object.hasOwn(sources, file)));
  const [first] = files;
  if (first === undefined) return undefined;
  const more = files.size === 1 ? "" : ` and ${files.size - 1} more`;
  return `Lines of ${oneLine(first)}${more} cannot be followed through edits: the file changed since it was recorded, or lies outside.`;
}
