import { open } from "node:fs/promises";
import { basename } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { oneLine } from "../../base/text.ts";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import type { CompareOptions, RunFacts } from "../../engine/golden/compare/options.ts";
import { storedThreads } from "../../engine/golden/file/goldenText.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import { performanceSample } from "../../engine/golden/performance/performanceSample.ts";
import { summaryTableReader } from "../../engine/read/renacer/summaryReader.ts";
import type { Trace } from "../../engine/trace/trace.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import { GOLDEN_SCHEMA_VERSION } from "../../protocol/goldenFile.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { readTraceFile } from "../readTraceFile.ts";
import { openRun } from "../runFolder/openRun.ts";
import { type Actual, compareSubject, notCompared, reasonOf } from "./compareSubject.ts";
import type { GoldenPaths } from "./goldenPaths.ts";
import type { GoldenSettings } from "./goldenSettings.ts";
import { loadGolden, loadGoldenFile } from "./loadGolden.ts";
import { foreignContext } from "./normaliseContext.ts";
import { blobsOfCommit, followLines, identifySources } from "./sources.ts";
import { machineOf, maskedBehaviour, subjectOf, unusable } from "./subject.ts";

/** What one side of a comparison is read from. */
export type ComparableSource =
  | { readonly kind: "golden"; readonly name: string; readonly paths: GoldenPaths }
  | { readonly kind: "run"; readonly folder: string }
  /** A golden file, or a trace of another tool. */
  | { readonly kind: "file"; readonly path: string };

/** One side of a comparison, whatever it was read from. */
export interface Comparable {
  readonly name: string;
  readonly path: string;
  readonly behaviour: Behaviour;
  /** Undefined for a golden and for a trace that nothing else is known of. */
  readonly facts: RunFacts | undefined;
  readonly trace: Trace | undefined;
  readonly manifest: RunManifest | undefined;
  /** Undefined unless it was read from a golden file. */
  readonly golden: Golden | undefined;
  /** A file of renacer, which tells names, failures and paths only. */
  readonly foreign: boolean;
  readonly notes: readonly string[];
}

/** @throws ExpectedError when it cannot be read, or when it cannot be compared with anything */
export async function openComparable(
  source: ComparableSource,
  workspace: string,
  settings: GoldenSettings,
): Promise<Comparable> {
  if (source.kind === "run") return runComparable(source.folder, settings);
  const context = foreignContext(workspace, settings);
  if (source.kind === "golden") {
    const loaded = await loadGolden(source.paths, source.name, context);
    if (loaded === undefined) throw new ExpectedError(`There is no golden ${source.name}`, { code: "not-found" });
    return goldenComparable(loaded.golden, source.name, loaded.path, loaded.notes);
  }
  const { path } = source;
  const name = basename(path);
  if (await isGoldenFile(path)) return goldenComparable(await loadGoldenFile(path, name, context), name, path, []);
  const { trace, format } = await readTraceFile(path);
  // No trace is to be had from a table of counts, but a golden is.
  if (format === summaryTableReader.id)
    return goldenComparable(await loadGoldenFile(path, name, context), name, path, []);
  const loss = trace.problems.find(({ losesData }) => losesData);
  if (loss !== undefined) throw unusableSide(path, `It is incomplete: ${loss.message}`);
  if (trace.syscalls.length === 0) throw unusableSide(path, "It holds no system calls");
  return {
    name,
    path,
    behaviour: maskedBehaviour(trace, context),
    facts: undefined,
    trace,
    manifest: undefined,
    golden: undefined,
    foreign: /renacer/.test(format),
    notes: [],
  };
}

async function runComparable(folder: string, settings: GoldenSettings): Promise<Comparable> {
  const opened = await openRun(folder);
  const reason = unusable(opened);
  if (reason !== undefined) throw unusableSide(opened.manifest.id, reason);
  const { behaviour, facts, trace, manifest } = subjectOf(opened, settings);
  const { id } = manifest;
  return { name: id, path: folder, behaviour, facts, trace, manifest, golden: undefined, foreign: false, notes: [] };
}

function goldenComparable(golden: Golden, name: string, path: string, notes: readonly string[]): Comparable {
  const nothing = { facts: undefined, trace: undefined, manifest: undefined };
  return { name, path, behaviour: golden.behaviour, ...nothing, golden, foreign: golden.origin === "renacer", notes };
}

function unusableSide(name: string, reason: string): ExpectedError {
  return new ExpectedError(`${oneLine(name)} cannot be compared: ${reason}`, { code: "unreadable-trace" });
}

const GOLDEN_START = 8192;

/** Our goldens say so near their beginning; files of renacer are read as traces. */
async function isGoldenFile(path: string): Promise<boolean> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(path, "r");
    const { buffer, bytesRead } = await handle.read(new Uint8Array(GOLDEN_START), 0, GOLDEN_START, 0);
    const start = new TextDecoder().decode(buffer.subarray(0, bytesRead));
    return /^\s*\{/.test(start) && start.includes('"goldentrace"');
  } catch {
    // Whoever reads it as a trace says what is wrong with it.
    return false;
  } finally {
    await handle?.close();
  }
}

/**
 * Compares any two sides, the first in the place of the golden.
 * @throws ExpectedError for settings that cannot be used
 */
export async function compareSides(
  a: Comparable,
  b: Comparable,
  workspace: string,
  settings: GoldenSettings,
): Promise<Comparison> {
  const golden = await asGolden(a, b, workspace, settings);
  const actual: Actual = {
    name: b.name,
    path: b.path,
    behaviour: b.behaviour,
    ...(b.facts === undefined ? factsOfGolden(b) : { facts: b.facts }),
    ...(b.trace === undefined ? {} : { trace: b.trace }),
    ...(b.manifest === undefined ? {} : { manifest: b.manifest }),
  };
  try {
    return compareSubject({
      golden,
      goldenPath: a.path,
      actual,
      mapSite: await mapperFor(golden, workspace),
      settings,
      notes: [...a.notes, ...b.notes],
    });
  } catch (error) {
    const side = ({ name, path }: Comparable) => ({ name, path });
    return notCompared(reasonOf(error), settings, side(a), side(b));
  }
}

async function mapperFor(
  { header, behaviour }: Golden,
  workspace: string,
): Promise<NonNullable<CompareOptions["mapSite"]>> {
  if (behaviour.sites.length === 0) return (file, line) => ({ file, line });
  return followLines(workspace, header.sources);
}

/** How a golden was recorded that stands in the place of a run. */
function factsOfGolden({ golden }: Comparable): { readonly facts?: RunFacts } {
  if (golden === undefined || golden.origin !== "goldentrace") return {};
  const { os, arch, recorder, rules } = golden.header;
  return { facts: { os, arch, ...recorder, rules } };
}

async function asGolden(a: Comparable, b: Comparable, workspace: string, settings: GoldenSettings): Promise<Golden> {
  const known = a.golden;
  // A golden knows how its samples differed, whichever side it stands on.
  const varies = known?.header.varies ?? b.golden?.header.varies ?? [];
  if (known !== undefined) return { ...known, origin: b.foreign ? "renacer" : known.origin };
  const { behaviour, trace, manifest } = a;
  // Of a trace that nothing is known of, nothing is held against the other side.
  const facts = a.facts ?? b.facts ?? factsOfGolden(b).facts;
  return {
    header: {
      schemaVersion: GOLDEN_SCHEMA_VERSION,
      name: a.name,
      command: [],
      os: facts?.os ?? "",
      arch: facts?.arch ?? "",
      recorder: {
        filter: facts?.filter ?? "",
        stacks: facts?.stacks ?? false,
        captureData: facts?.captureData ?? false,
      },
      samples: 1,
      rules: [...(facts?.rules ?? [])],
      sources: await sourcesOf(a, workspace),
      threads: storedThreads(behaviour.threads),
      varies: [...varies],
    },
    behaviour,
    performance:
      trace === undefined || manifest === undefined || settings.performance === "off"
        ? undefined
        : {
            schemaVersion: GOLDEN_SCHEMA_VERSION,
            name: a.name,
            machine: machineOf(manifest),
            samples: [performanceSample(trace, manifest)],
          },
    origin: a.foreign || b.foreign ? "renacer" : "run",
  };
}

/** The versions of the sources that a run was made from: those of its commit, else those that were not changed since. */
async function sourcesOf(
  { behaviour, manifest }: Comparable,
  workspace: string,
): Promise<Readonly<Record<string, string>>> {
  if (manifest === undefined || behaviour.sites.length === 0) return {};
  const { git } = manifest;
  const recordedMs = Number(BigInt(manifest.clocks.start.realtimeNs) / 1_000_000n);
  const unchanged = await identifySources(workspace, behaviour.sites, recordedMs);
  if (git === null || git.dirty || git.commit === "") return unchanged;
  const files = behaviour.sites.map(({ file }) => file).filter((file) => !Object.hasOwn(unchanged, file));
  return { ...unchanged, ...(await blobsOfCommit(workspace, git.commit, [...new Set(files)])) };
}
