import { stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { NormaliseContext } from "../../engine/golden/behaviourOf.ts";
import { loadConfig } from "../config.ts";
import { errorCode } from "../procFiles.ts";
import { readManifest } from "../runFolder/manifest.ts";
import { goldenNameOf, hasGolden } from "./goldenNameOf.ts";
import { type GoldenPaths, goldenPaths } from "./goldenPaths.ts";
import { goldenSettings } from "./goldenSettings.ts";
import { type LoadedGolden, loadGolden } from "./loadGolden.ts";
import { normaliseContext } from "./normaliseContext.ts";

/** Gives a golden that was read ahead; undefined when it is not the one asked for, or when it was changed since. */
export type GoldenAhead = (paths: GoldenPaths, context: NormaliseContext) => Promise<LoadedGolden | undefined>;

/**
 * Reads the golden of a run that is being recorded, a few milliseconds at a time.
 * @returns undefined when there is none
 * @throws ExpectedError when it, or the configuration, cannot be read
 */
export async function readAhead(runFolder: string, workspace: string): Promise<GoldenAhead | undefined> {
  const manifest = readManifest(runFolder);
  const config = loadConfig(workspace);
  const { dir } = goldenSettings(workspace, config, "");
  const name = goldenNameOf(manifest, workspace, config, dir);
  if (!hasGolden(dir, name)) return undefined;
  const own = goldenPaths(dir, name);
  const ownContext = normaliseContext(manifest, goldenSettings(workspace, config, name));
  // Before it is read: what is written meanwhile is seen as a change.
  const version = await versionOf(own);
  const loaded = await loadGolden(own, name, ownContext, () => new Promise((resolve) => setImmediate(resolve)));
  if (loaded === undefined) return undefined;
  return async (paths, context) => {
    const isSame = paths.golden === own.golden && isDeepStrictEqual(context, ownContext);
    return isSame && isDeepStrictEqual(await versionOf(own), version) ? loaded : undefined;
  };
}

/** What changes when one of the files is replaced or written to. */
async function versionOf({ golden, performance }: GoldenPaths): Promise<readonly (readonly bigint[] | undefined)[]> {
  return Promise.all(
    [golden, performance].map(async (path) => {
      try {
        const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
        return [ino, size, mtimeNs, ctimeNs];
      } catch (error) {
        if (errorCode(error) === "") throw error;
        return undefined;
      }
    }),
  );
}
