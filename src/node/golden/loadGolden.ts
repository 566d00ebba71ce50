import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ExpectedError } from "../../base/errors.ts";
import type { NormaliseContext } from "../../engine/golden/behaviourOf.ts";
import { readPerformance } from "../../engine/golden/file/performanceFile.ts";
import { goldenInSteps, readGolden, refuseTooLarge } from "../../engine/golden/file/readGolden.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import type { GoldenPerformance } from "../../protocol/goldenFile.ts";
import { errorCode } from "../procFiles.ts";
import type { GoldenPaths } from "./goldenPaths.ts";

export interface LoadedGolden {
  readonly golden: Golden;
  /** Absolute path of its file. */
  readonly path: string;
  /** What could not be read beside it. */
  readonly notes: readonly string[];
}

/**
 * Reads a golden and what is known of its performance; undefined when there is none.
 * @param turn gives others their turn every few milliseconds; without it, all is read at once
 * @throws ExpectedError when there is one that cannot be used
 */
export async function loadGolden(
  paths: GoldenPaths,
  name: string,
  context: NormaliseContext,
  turn?: () => Promise<void>,
): Promise<LoadedGolden | undefined> {
  const path = paths.golden;
  const bytes = await readBounded(path, name);
  if (bytes === undefined) return undefined;
  const steps = goldenInSteps(bytes, { file: path, name, context });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await turn?.();
  const golden = step.value;
  const { performance, notes } = await loadPerformance(paths.performance, name);
  return { golden: { ...golden, performance }, path, notes };
}

/** A file that holds a golden, wherever it lies. @throws ExpectedError */
export async function loadGoldenFile(path: string, name: string, context: NormaliseContext): Promise<Golden> {
  const bytes = await readBounded(path, name);
  if (bytes === undefined) throw new ExpectedError(`There is no file ${path}`, { code: "not-found" });
  return readGolden(bytes, { file: path, name, context });
}

async function loadPerformance(
  path: string,
  name: string,
): Promise<{ readonly performance: GoldenPerformance | undefined; readonly notes: readonly string[] }> {
  try {
    const bytes = await readBounded(path, name);
    return { performance: bytes === undefined ? undefined : readPerformance(bytes, { file: path, name }), notes: [] };
  } catch (error) {
    // What the program does can be compared without what it cost.
    if (!(error instanceof ExpectedError)) throw error;
    return { performance: undefined, notes: [`Performance was not compared: ${error.message}`] };
  }
}

/** @returns undefined when there is no such file @throws ExpectedError when it is no plain file, too large or not readable */
async function readBounded(path: string, name: string): Promise<Uint8Array | undefined> {
  try {
    // Opening a FIFO for reading would wait for a writer.

    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new ExpectedError(`${path} is not a file`, { code: "unreadable-trace" });
      refuseTooLarge(stat.size, { file: path, name });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (error instanceof ExpectedError || code === "") throw error;
    throw new ExpectedError(`${path} cannot be read (${code})`, { code: "unreadable-trace", cause: error });
  }
}
