import { ExpectedError } from "../../base/errors.ts";
import { soFar } from "../../engine/view/soFar.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import { loadConfig } from "../config.ts";
import { isProbeFailure, probeStrace } from "../recorders/straceProbe.ts";
import { openRun } from "../runFolder/openRun.ts";
import { symboliseTrace } from "../symbolise/symboliseTrace.ts";
import { compareSubject } from "./compareSubject.ts";
import { lineMapper } from "./compareWithGolden.ts";
import { goldenNameOf, hasGolden } from "./goldenNameOf.ts";
import { goldenPaths } from "./goldenPaths.ts";
import { goldenSettings } from "./goldenSettings.ts";
import { loadGolden } from "./loadGolden.ts";
import { subjectOf } from "./subject.ts";

/**
 * What a run that is being recorded has done more than its golden by now. Nothing is stored: its end decides.
 * @returns undefined when there is no golden for it, and when it cannot be compared yet
 */
export async function compareSoFar(runFolder: string, workspace: string): Promise<Comparison | undefined> {
  try {
    const opened = await openRun(runFolder);
    const { manifest } = opened;
    if (manifest.state !== "recording" || manifest.recorder.attachedPid !== null) return undefined;
    const config = loadConfig(workspace);
    const { dir } = goldenSettings(workspace, config, "");
    const name = goldenNameOf(manifest, workspace, config, dir);
    if (!hasGolden(dir, name)) return undefined;
    const settings = goldenSettings(workspace, config, name);
    const { trace } = manifest.recorder.stacks
      ? await symboliseTrace(opened.trace, { workspace, addresses: await addressesOf() })
      : opened;
    const subject = subjectOf({ manifest, trace }, settings);
    const loaded = await loadGolden(goldenPaths(dir, name), name, subject.context);
    if (loaded === undefined) return undefined;
    const comparison = compareSubject({
      golden: loaded.golden,
      goldenPath: loaded.path,
      actual: { name, path: runFolder, ...subject },
      mapSite: await lineMapper(workspace, loaded.golden),
      settings: { ...settings, performance: "off" },
    });
    return soFar(comparison);
  } catch (error) {
    // What keeps it from being compared is told when it ends.
    if (error instanceof ExpectedError) return undefined;
    throw error;
  }
}

let addresses: Promise<"file-offset" | "virtual"> | undefined;

/** What the installed strace prints as addresses of frames. */
function addressesOf(): Promise<"file-offset" | "virtual"> {
  addresses ??= probeStrace("").then((probe) =>
    !isProbeFailure(probe) && probe.stackTraces === "libdw" ? "virtual" : "file-offset",
  );
  return addresses;
}
