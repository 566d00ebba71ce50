import { ExpectedError } from "../../base/errors.ts";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import { compareBehaviours } from "../../engine/golden/compare/compareBehaviours.ts";
import { type CompareOptions, incomparable, type RunFacts } from "../../engine/golden/compare/options.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import {
  comparePerformance,
  isSameMachine,
  PERFORMANCE_DEFAULTS,
} from "../../engine/golden/performance/comparePerformance.ts";
import { performanceSample } from "../../engine/golden/performance/performanceSample.ts";
import type { Trace } from "../../engine/trace/trace.ts";
import type { Comparison, PerformanceResult, SiteDifference } from "../../protocol/comparison.ts";
import type { PerformanceSample } from "../../protocol/goldenFile.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import type { GoldenSettings } from "./goldenSettings.ts";
import { machineOf } from "./subject.ts";

/** What stands against a golden: a run, or a trace that nothing else is known of. */
export interface Actual {
  readonly name: string;
  readonly path: string;
  readonly behaviour: Behaviour;
  readonly facts?: RunFacts;
  readonly trace?: Trace;
  readonly manifest?: RunManifest;
}

export interface CompareInput {
  readonly golden: Golden;
  readonly goldenPath: string;
  readonly actual: Actual;
  readonly mapSite: NonNullable<CompareOptions["mapSite"]>;
  readonly settings: GoldenSettings;
  /** What further recordings of the same program cost. */
  readonly moreSamples?: readonly PerformanceSample[];
  /** Judge performance by those alone. */
  readonly onlyMore?: boolean;
  readonly notes?: readonly string[];
}

/** Everything that a comparison tells but budgets. */
export function compareSubject(input: CompareInput): Comparison {
  const { golden, actual, mapSite, settings } = input;
  const { trace } = actual;
  const more = input.moreSamples ?? [];
  const own = trace === undefined || input.onlyMore === true ? [] : [performanceSample(trace, actual.manifest)];
  const samples = [...own, ...more];
  const found = compareBehaviours(golden, actual.behaviour, {
    mode: settings.mode,
    ignore: settings.ignore,
    mapSite,
    ...(trace === undefined ? {} : { durationOf: (row: number) => trace.syscalls.duration[row] ?? Number.NaN }),
    ...(actual.facts === undefined ? {} : { run: actual.facts }),
    ...totals(golden, samples),
  });
  return {
    ...found,
    golden: { name: golden.header.name, path: input.goldenPath },
    actual: { name: actual.name, path: actual.path },
    notes: [...found.notes, ...(input.notes ?? [])],
    sites: withGoldenTimes(found.sites, input),
    performance: found.verdict === "incomparable" ? [] : performanceOf(input, samples),
    budgets: [],
  };
}

/** A comparison that could not be made. */
export function notCompared(
  reason: string,
  settings: Pick<GoldenSettings, "mode">,
  golden: Comparison["golden"],
  actual: Comparison["actual"],
): Comparison {
  return { ...incomparable(reason, settings.mode), golden, actual, performance: [], budgets: [] };
}

/** The reason of an error that keeps a comparison from being made, in one line. @throws what is no user's error */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ExpectedError)) throw error;
  const { message, wayOut } = error;
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return wayOut === undefined ? sentence : `${sentence} ${wayOut.replaceAll("\n", " ")}`;
}

function performanceOf(
  { golden, actual, mapSite, settings }: CompareInput,
  samples: readonly PerformanceSample[],
): PerformanceResult[] {
  if (settings.performance === "off" || golden.performance === undefined) return [];
  if (actual.manifest === undefined || samples.length === 0) return [];
  const { minEffect } = settings;
  return comparePerformance(golden.performance, machineOf(actual.manifest), samples, {
    ...PERFORMANCE_DEFAULTS,
    minEffect,
    mapSite,
  });
}

function totals(golden: Golden, samples: readonly PerformanceSample[]): Pick<CompareOptions, "totalNs"> {
  const before = golden.performance?.samples ?? [];
  if (before.length === 0 || samples.length === 0) return {};
  return { totalNs: { golden: meanCallTime(before), actual: meanCallTime(samples) } };
}

function meanCallTime(samples: readonly PerformanceSample[]): number {
  return samples.reduce((sum, { syscallNs }) => sum + syscallNs, 0) / samples.length;
}

/** Lines with the time that the golden's samples spent in them; only where times can be compared. */
function withGoldenTimes(sites: readonly SiteDifference[], input: CompareInput): SiteDifference[] {
  const { golden, actual, mapSite } = input;
  const { performance } = golden;
  const comparable =
    performance !== undefined &&
    performance.samples.length > 0 &&
    actual.manifest !== undefined &&
    isSameMachine(performance.machine, machineOf(actual.manifest));
  if (!comparable) return [...sites];
  const times = new Map<string, number>();
  for (const sample of performance.samples) {
    for (const { file, line, totalNs } of sample.sites) {
      const place = mapSite(file, line);
      if (place === null || place === undefined) continue;
      const key = `${place.line} ${place.file}`;
      times.set(key, (times.get(key) ?? 0) + totalNs / performance.samples.length);
    }
  }
  return sites.map((site) => ({ ...site, goldenNs: times.get(`${site.line} ${site.file}`) ?? null }));
}
