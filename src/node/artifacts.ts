import { createHash } from "node:crypto";
import { constants, type Dirent, readdir } from "node:fs";
import { type FileHandle, mkdir, open, realpath, unlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { escapePath, glob } from "tinyglobby";
import { formatBytes, formatCount } from "../base/format.ts";
import { oneLine } from "../base/text.ts";
import type { TraceProblem } from "../engine/trace/trace.ts";
import { RUN_FILES } from "../protocol/runFiles.ts";
import type { RunArtifact } from "../protocol/runFolder.ts";
import { errorCode } from "./procFiles.ts";

/** What one run may collect; anything beyond is left out, and said. */
export const ARTIFACT_LIMITS = { files: 1000, fileBytes: 1 << 30, totalBytes: 4 * (1 << 30) } as const;

export interface CollectRequest {
  /** The target's working directory; globs are relative to it. */
  readonly cwd: string;
  readonly globs: readonly string[];
  /** The run folder; the files are copied below its `artifacts/`. */
  readonly runFolder: string;
  readonly limits?: { readonly files: number; readonly fileBytes: number; readonly totalBytes: number };
}

export interface CollectedArtifacts {
  readonly artifacts: RunArtifact[];
  /** One remark for each file or glob that could not be kept; none of them concerns the trace itself. */
  readonly problems: TraceProblem[];
}

/**
 * Copies the files that match into the run folder with their SHA-256. Only regular files whose real path lies below the
 * working directory are taken: neither links that lead out nor patterns with `..` or a root can reach other files.
 */
export async function collectArtifacts(request: CollectRequest): Promise<CollectedArtifacts> {
  const limits = request.limits ?? ARTIFACT_LIMITS;
  const artifacts: RunArtifact[] = [];
  const problems: TraceProblem[] = [];
  const refuse = (path: string, why: string): void => {
    problems.push({ kind: "artifact", message: `Artifact ${oneLine(path)} was not kept: ${why}.`, losesData: false });
  };
  if (request.globs.length === 0) return { artifacts, problems };

  const cwd = await realpath(request.cwd);
  let totalBytes = 0;
  const seen = new Set<string>();
  for (const pattern of request.globs) {
    const paths = await matches(cwd, pattern, request.runFolder);
    if (typeof paths === "string") {
      refuse(pattern, paths);
      continue;
    }
    if (paths.length === 0) refuse(pattern, "no file matches");
    for (const path of paths) {
      if (seen.has(path)) continue;
      seen.add(path);
      if (artifacts.length >= limits.files) {
        refuse(path, `a run keeps at most ${formatCount(limits.files)} files`);
        // One remark is enough: the rest of a glob that is far too wide would only repeat it.
        return { artifacts, problems };
      }
      const target = join(request.runFolder, RUN_FILES.artifacts, path);
      const room = Math.min(limits.fileBytes, limits.totalBytes - totalBytes);
      const copied = await copyArtifact(cwd, path, target, room);
      if (typeof copied === "string") {
        refuse(path, copied);
      } else {
        artifacts.push(copied);
        totalBytes += copied.bytes;
      }
    }
  }
  return { artifacts, problems };
}

export type ArtifactState = "verified" | "changed" | "missing";

/** Compares the copies in a run folder with their recorded size and SHA-256, in the order of the list. */
export async function verifyArtifacts(
  runFolder: string,
  artifacts: readonly RunArtifact[],
): Promise<(RunArtifact & { readonly state: ArtifactState })[]> {
  const verified: (RunArtifact & { state: ArtifactState })[] = [];
  for (const artifact of artifacts) {
    verified.push({ ...artifact, state: await stateOf(join(runFolder, RUN_FILES.artifacts), artifact) });
  }
  return verified;
}

async function stateOf(folder: string, artifact: RunArtifact): Promise<ArtifactState> {
  // The list comes from a file that anyone may have written: it must not make us read outside of the folder.
  const path = join(folder, artifact.path);
  if (!isBelow(folder, path)) return "missing";
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO"].includes(errorCode(error))) return "missing";
    throw error;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return "missing";
    if (stats.size !== artifact.bytes) return "changed";
    const { sha256, bytes } = await digest(file, undefined, Number.POSITIVE_INFINITY);
    return sha256 === artifact.sha256 && bytes === artifact.bytes ? "verified" : "changed";
  } finally {
    await file.close();
  }
}

/** Paths relative to `cwd`, links included, or why there can be none. */
async function matches(cwd: string, pattern: string, runFolder: string): Promise<string[] | string> {
  if (isAbsolute(pattern) || pattern.split("/").includes("..")) return "it does not lie below the working directory";
  // Runs usually lie below the working directory; a wide glob must not copy them into themselves.
  const runs = isBelow(cwd, dirname(runFolder)) ? [`${escapePath(relative(cwd, dirname(runFolder)))}/**`] : [];
  const patience = AbortSignal.timeout(SEARCH_MS);
  try {
    const paths = await glob(pattern, {
      cwd,
      dot: true,
      followSymbolicLinks: false,
      fs: { readdir: readdirWithLinks as unknown as typeof readdir },
      expandDirectories: false,
      ignore: [...runs, "**/.git/**"],
      signal: patience,
    });
    if (patience.aborted) return SEARCH_TOO_LONG;
    return paths.map((path) => path.replace(/\/$/, "")).sort();
  } catch (error) {
    if (patience.aborted) return SEARCH_TOO_LONG;
    throw error;
  }
}

/**
 * `readdir` as the library calls it, with links shown as files: they are listed, so that each can be judged by its real
 * path, and never walked into.
 */
function readdirWithLinks(
  path: string,
  options: { withFileTypes: true },
  done: (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void,
): void {
  readdir(path, options, (error, entries) => {
    for (const entry of entries ?? []) {
      if (!entry.isSymbolicLink()) continue;
      entry.isSymbolicLink = () => false;
      entry.isFile = () => true;
    }
    done(error, entries);
  });
}

/** The artifact, or why it is not one. */
async function copyArtifact(cwd: string, path: string, target: string, room: number): Promise<RunArtifact | string> {
  const source = join(cwd, path);
  let real: string;
  try {
    real = await realpath(source);
  } catch (error) {
    return `it cannot be read (${errorCode(error)})`;
  }
  if (!isBelow(cwd, source) || !isBelow(cwd, real)) return "it lies outside of the working directory";
  let file: FileHandle;
  try {
    // Opened by its real path and without following: a link put there meanwhile is refused, a FIFO does not block.
    file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return `it cannot be read (${errorCode(error)})`;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return "it is not a regular file";
    if (stats.size > room) return `its ${formatBytes(stats.size)} exceed what a run keeps`;
    return await copyTo(file, path, target, room);
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return `it could not be copied (${errorCode(error)})`;
  } finally {
    await file.close();
  }
}

async function copyTo(file: FileHandle, path: string, target: string, room: number): Promise<RunArtifact | string> {
  await mkdir(dirname(target), { recursive: true });
  const copy = await open(target, "w", 0o644);
  let whole = false;
  try {
    const { sha256, bytes, cut } = await digest(file, copy, room);
    whole = !cut;
    return cut ? "it grew beyond what a run keeps while it was copied" : { path, bytes, sha256 };
  } finally {
    await copy.close();
    if (!whole) await unlink(target);
  }
}

const CHUNK = 1 << 20;
const SEARCH_MS = 30_000;
const SEARCH_TOO_LONG = `the search took more than ${SEARCH_MS / 1000} s`;

/** Reads a file once, from its start: its SHA-256, copied on the way. Stops with `cut` at more than `room` bytes. */
async function digest(
  file: FileHandle,
  copy: FileHandle | undefined,
  room: number,
): Promise<{ sha256: string; bytes: number; cut: boolean }> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK, bytes);
    if (bytesRead === 0) return { sha256: hash.digest("hex"), bytes, cut: false };
    bytes += bytesRead;
    if (bytes > room) return { sha256: "", bytes, cut: true };
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    await copy?.writeFile(piece);
  }
}

function isBelow(folder: string, path: string): boolean {
  const between = relative(folder, path);
  return between !== "" && between !== ".." && !between.startsWith(`..${sep}`) && !between.startsWith(sep);
}
