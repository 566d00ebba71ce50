import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { oneLine } from "../../base/text.ts";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import { analysisEntry, analysisText } from "../../engine/golden/file/analysisText.ts";
import { type GoldenFacts, goldenText, storedThreads } from "../../engine/golden/file/goldenText.ts";
import { maskSecrets, secretValues } from "../../engine/golden/file/maskSecrets.ts";
import { performanceText } from "../../engine/golden/file/performanceFile.ts";
import { MAX_GOLDEN_BYTES } from "../../engine/golden/file/readGolden.ts";
import { summaryText } from "../../engine/golden/file/summaryText.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import { rulesForTexts } from "../../engine/golden/normalise/applyRules.ts";
import { tracerText } from "../../engine/golden/normalise/tracerText.ts";
import {
  GOLDEN_ANALYSIS,
  GOLDEN_SCHEMA_VERSION,
  type GoldenPerformance,
  NORMALISATION_VERSION,
  type PerformanceSample,
  type Variation,
} from "../../protocol/goldenFile.ts";
import { errorCode } from "../procFiles.ts";
import { type GoldenPaths, goldenNames, goldenPaths } from "./goldenPaths.ts";
import { loadGoldenFile } from "./loadGolden.ts";
import { type NewFile, replaceFiles } from "./replaceFiles.ts";
import { identifySources, keepSources, unidentified } from "./sources.ts";
import { machineOf, type RunSubject } from "./subject.ts";

export interface NewGolden {
  readonly name: string;
  /** The folder of the goldens. */
  readonly dir: string;
  readonly workspace: string;
  /** The sample to store. */
  readonly subject: RunSubject;
  /** What the golden is to hold, where that is not what the sample did: the golden that it came from, and what becomes of it. */
  readonly edited?: { readonly from: Golden; readonly behaviour: Behaviour };
  readonly samples: readonly PerformanceSample[];
  readonly varies: readonly Variation[];
  /** Leave the file of the golden as it is. */
  readonly unchanged?: boolean;
}

/** A golden in memory, with the ids of its sources. */
export interface PreparedGolden {
  readonly golden: Golden;
  readonly performance: GoldenPerformance | undefined;
  readonly notes: readonly string[];
}

/** What would be written. Nothing on disk is changed. */
export async function prepareGolden(fresh: NewGolden): Promise<PreparedGolden> {
  const { name, workspace, subject, samples, varies } = fresh;
  const { manifest, facts } = subject;
  const behaviour = fresh.edited?.behaviour ?? subject.behaviour;
  const recordedMs = Number(BigInt(manifest.clocks.start.realtimeNs) / 1_000_000n);
  const sources = await identifySources(workspace, behaviour.sites, recordedMs);
  const unknown = unidentified(behaviour.sites, sources);
  const { os, arch, filter, stacks, captureData, rules } = facts;
  const header = {
    name,
    command: storedCommand(subject),
    os,
    arch,
    recorder: { filter, stacks, captureData },
    samples: fresh.edited?.from.header.samples ?? samples.length,
    rules: [...rules],
    normalisation: NORMALISATION_VERSION,
    sources,
    varies: [...varies],
  } satisfies GoldenFacts;
  const measured = {
    schemaVersion: GOLDEN_SCHEMA_VERSION,
    name,
    machine: machineOf(manifest),
    samples: [...samples],
  };
  const performance = fresh.edited === undefined ? measured : fresh.edited.from.performance;
  return {
    golden: {
      header: { ...header, schemaVersion: GOLDEN_SCHEMA_VERSION, threads: storedThreads(behaviour.threads) },
      behaviour,
      performance,
      origin: "goldentrace",
    },
    performance,
    notes: unknown === undefined ? [] : [unknown],
  };
}

/**
 * Writes a golden with its summary and its performance, and brings ANALYSIS.md up to date; all of them, or none.
 * @returns remarks
 * @throws ExpectedError when they cannot be written; what was there is unchanged then
 */
export async function writeGolden(fresh: NewGolden, prepared: PreparedGolden): Promise<string[]> {
  const { name, dir, workspace, subject } = fresh;
  const paths = goldenPaths(dir, name);
  const { golden } = prepared;
  const { analysis, notes } = await analysisFile(dir, paths, golden);
  const files: NewFile[] = [
    ...(fresh.unchanged === true
      ? []
      : [{ path: paths.golden, chunks: bounded(goldenText(golden.header, golden.behaviour), name) }]),
    ...(fresh.edited === undefined ? [{ path: paths.summary, chunks: [summaryText(subject.trace)] }] : []),
    ...(prepared.performance === undefined
      ? []
      : [{ path: paths.performance, chunks: [performanceText(prepared.performance)] }]),
    { path: paths.analysis, chunks: [analysis] },
  ];
  await replaceFiles(files);
  const kept = await keepSources(workspace, golden.header.sources);
  const unkept = "The sources could not be stored in a git repository: after an edit, lines are matched by function.";
  return [...prepared.notes, ...notes, ...(kept ? [] : [unkept])];
}

/** A golden larger than what is read again would be of no use. */
function* bounded(chunks: Iterable<string>, name: string): Generator<string> {
  let bytes = 0;
  for (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_GOLDEN_BYTES) {
      throw new ExpectedError(`${oneLine(name)} makes too many system calls for a golden trace`, {
        wayOut: "Record less, with `filter` in goldentrace.toml: file,network,process",
      });
    }
    yield chunk;
  }
}

/** The program and its arguments as they are anywhere, without secrets. */
function storedCommand({ context }: RunSubject): string[] {
  const rules = rulesForTexts(context);
  const envValues = secretValues(process.env);
  return context.command.map((word) => {
    // Rules are for texts as tracers print them.
    const printed = tracerText(word);
    const text = printed.startsWith("/") ? rules.path(printed) : rules.text(printed);
    return maskSecrets(text, { envValues });
  });
}

async function analysisFile(
  dir: string,
  paths: GoldenPaths,
  golden: Golden,
): Promise<{ readonly analysis: string; readonly notes: readonly string[] }> {
  const entries = [analysisEntry(golden)];
  const unread: string[] = [];
  for (const name of await goldenNames(dir)) {
    const path = join(dir, `${name}.json`);
    if (path === paths.golden) continue;
    try {
      const nowhere = { workspace: "/", cwd: "/", command: [] };
      entries.push(analysisEntry(await loadGoldenFile(path, name, nowhere)));
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      unread.push(name);
    }
  }
  const notes =
    unread.length === 0
      ? []
      : [
          `${plural(unread.length, "golden")} cannot be read and ${unread.length === 1 ? "is" : "are"} not in ${GOLDEN_ANALYSIS}: ${unread.map(oneLine).join(", ")}`,
        ];
  return { analysis: analysisText(await existingText(paths.analysis), entries), notes };
}

async function existingText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) === "") throw error;
    throw new ExpectedError(`${path} cannot be read (${errorCode(error)})`, { code: "permission", cause: error });
  }
}
