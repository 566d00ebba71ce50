import type { ComparisonSite, PerformanceResult } from "../../../protocol/comparison.ts";
import type { GoldenPerformance, PerformanceSample } from "../../../protocol/goldenFile.ts";
import { holm } from "./holm.ts";
import { upperTail } from "./studentT.ts";
import { extraWaiting } from "./waiting.ts";

export type Machine = GoldenPerformance["machine"];

export interface PerformanceOptions {
  /** Smallest relative change that counts. */
  readonly minEffect: number;
  /** Chance of one false alarm over all figures together. */
  readonly alpha: number;
  /** Where a line of the golden's sources is now; see `CompareOptions.mapSite`. */
  readonly mapSite?: (file: string, line: number) => { file: string; line: number } | null | undefined;
}

export const PERFORMANCE_DEFAULTS = { minEffect: 0.1, alpha: 0.05 } as const;

interface Figure {
  readonly metric: string;
  readonly unit: PerformanceResult["unit"];
  /** Changes below this are below what the measurement can tell, whatever their share. */
  readonly resolution: number;
  readonly of: (sample: PerformanceSample) => number | null;
}

const MILLISECOND = 1e6;

/** The kernel counts processor time in ticks of 10 ms; memory is sampled, by chance before a process has become its program. */
const FIGURES: readonly Figure[] = [
  { metric: "wall", unit: "ns", resolution: 20 * MILLISECOND, of: (sample) => sample.wallNs },
  { metric: "cpu", unit: "ns", resolution: 30 * MILLISECOND, of: (sample) => sample.cpuNs },
  { metric: "syscallTime", unit: "ns", resolution: 20 * MILLISECOND, of: (sample) => sample.syscallNs },
  { metric: "peakRss", unit: "bytes", resolution: 4 << 20, of: (sample) => sample.peakRssBytes },
  { metric: "mappedBytes", unit: "bytes", resolution: 1 << 16, of: (sample) => sample.mappedBytes },
  { metric: "readBytes", unit: "bytes", resolution: 4096, of: (sample) => sample.readBytes },
  { metric: "writtenBytes", unit: "bytes", resolution: 4096, of: (sample) => sample.writtenBytes },
];

/**
 * Lines with less time in system calls than this are not judged one by one, nor changes by less: a thread that loses its processor within
 * a call waits for some ten milliseconds before it has it again.
 */
const SITE_RESOLUTION_NS = 25 * MILLISECOND;
const MAX_SITES = 20;

/** Who shares caches and memory with others takes more processor time for the same work: below this share it is no sign on a busier machine. */
const SHARED_EFFECT = 0.5;
/** Waiting is seen at intervals, and switching costs time of its own: this share of what is worse is as good as all of it. */
const LARGEST_PART = 0.8;

interface Row {
  readonly figure: Omit<Figure, "of">;
  readonly site: ComparisonSite | null;
  readonly golden: readonly number[];
  readonly actual: readonly number[];
}

/**
 * Compares what runs cost with what the golden's samples cost.
 *
 * Each figure is tested one-sidedly, towards more and towards less, with a t test on logarithms (cost varies by factors, not by sums)
 * and the pooled variance of both sides; Holm's correction keeps the chance of any false alarm at `alpha`. A change counts when it
 * is significant, at least `minEffect`, above the figure's resolution, and when all samples of one side lie beyond all of the other.
 *
 * Wall time, and time in system calls with it, that is worse only by longer waiting for a processor than the golden's samples had to do
 * is `busy`: others kept the machine. Then processor time must grow by half to be the program's own; where it does, nothing is excused.
 *
 * @param samples of the run that is checked, at least one
 */
export function comparePerformance(
  golden: GoldenPerformance,
  machine: Machine,
  samples: readonly PerformanceSample[],
  options: PerformanceOptions = PERFORMANCE_DEFAULTS,
): PerformanceResult[] {
  const rows = [...figureRows(golden.samples, samples), ...siteRows(golden.samples, samples, options.mapSite)];
  if (!isSameMachine(golden.machine, machine)) return rows.map((row) => result(row, null, "other-machine"));
  const slower = tested(rows, 1);
  const faster = tested(rows, -1);
  const verdictOf = (row: Row): readonly [number | null, PerformanceResult["verdict"]] => {
    if (row.golden.length === 0 || row.actual.length === 0) return [null, "missing"];
    const up = slower.get(row);
    const down = faster.get(row);
    if (up === undefined || down === undefined) return [null, "not-enough-samples"];
    const change = mean(row.actual) - mean(row.golden);
    const p = change >= 0 ? up : down;
    if (!matters(row, change, options.minEffect) || p > options.alpha || !isApart(row, change)) return [p, "same"];
    return [p, change > 0 ? "regressed" : "improved"];
  };
  const verdicts = new Map(rows.map((row) => [row, verdictOf(row)]));
  const isWorse = (row: Row): boolean => verdicts.get(row)?.[1] === "regressed";
  const isExcused = excuses(rows, extraWaiting(golden.samples, samples), options, isWorse);
  return rows.map((row) => {
    const [p, verdict] = verdicts.get(row) ?? [null, "missing"];
    return result(row, p, verdict === "regressed" && isExcused(row) ? "busy" : verdict);
  });
}

/**
 * Which of the rows that are worse are so by waiting for a processor alone.
 * @param waited what each sample waited more than the golden's
 * @param isWorse whether a figure is worse, whatever the reason
 */
function excuses(
  rows: readonly Row[],
  waited: readonly number[],
  { minEffect, alpha }: PerformanceOptions,
  isWorse: (row: Row) => boolean,
): (row: Row) => boolean {
  const wall = rows.find(({ figure }) => figure.metric === "wall");
  const cpu = rows.find(({ figure }) => figure.metric === "cpu");
  if (wall === undefined || wall.actual.length !== waited.length) return () => false;
  const isBusier = mean(waited) > 0 && mean(waited) >= minEffect * mean(wall.golden);
  const isShared = (row: Row): boolean => isBusier && mean(row.actual) < (1 + SHARED_EFFECT) * mean(row.golden);
  if (cpu !== undefined && isWorse(cpu) && !isShared(cpu)) return () => false;
  const dearer = isBusier && cpu !== undefined ? dearerProcessor(cpu, wall) : [];
  const explains = (row: Row): boolean => {
    const actual = row.actual.map((value, index) => Math.max(0, value - (waited[index] ?? 0) - (dearer[index] ?? 0)));
    const without = { ...row, actual };
    const change = mean(actual) - mean(row.golden);
    const excess = mean(row.actual) - mean(row.golden);
    if (change <= excess * (1 - LARGEST_PART) || !matters(without, change, minEffect) || !isApart(without, change))
      return true;
    return pValue(without, 1) > alpha;
  };
  // Each process that waits for another one counts the other one's waiting again.
  const timesAreOff = isBusier && (!isWorse(wall) || explains(wall));
  return (row) => {
    if (row.figure.unit !== "ns") return false;
    if (row === cpu) return isShared(row);
    return row === wall ? explains(row) : timesAreOff || (row.actual.length === waited.length && explains(row));
  };
}

/** Wall time that went into more processor time than the golden's samples took; threads take theirs at the same time. */
function dearerProcessor(cpu: Row, wall: Row): number[] {
  if (cpu.actual.length !== wall.actual.length || cpu.golden.length === 0) return [];
  return cpu.actual.map((value, index) => {
    const at = wall.actual[index] ?? 0;
    return Math.max(0, value - mean(cpu.golden)) / Math.max(1, at > 0 ? value / at : 1);
  });
}

/** Whether a figure would be told as worse if more samples confirmed it; a check then records again before it says so. */
export function isSuspicious(results: readonly PerformanceResult[]): boolean {
  return results.some((each) => each.verdict === "regressed");
}

export function isSameMachine(a: Machine, b: Machine): boolean {
  return (
    a.arch === b.arch &&
    a.cpus === b.cpus &&
    a.hostname === b.hostname &&
    a.recorder === b.recorder &&
    a.kernel === b.kernel
  );
}

function figureRows(golden: readonly PerformanceSample[], actual: readonly PerformanceSample[]): Row[] {
  const known = (samples: readonly PerformanceSample[], { of }: Figure): number[] =>
    samples.map(of).filter((value): value is number => value !== null);
  return FIGURES.map((figure) => ({
    figure,
    site: null,
    golden: known(golden, figure),
    actual: known(actual, figure),
  }));
}

type SiteSample = PerformanceSample["sites"][number];

function siteRows(
  golden: readonly PerformanceSample[],
  actual: readonly PerformanceSample[],
  mapSite: PerformanceOptions["mapSite"] = (file, line) => ({ file, line }),
): Row[] {
  const key = (file: string, line: number): string => `${file}\0${line}`;
  const now = new Map<string, { readonly site: SiteSample; readonly times: number[] }>();
  for (const sample of actual) {
    for (const site of sample.sites) {
      const known = now.get(key(site.file, site.line));
      if (known === undefined) now.set(key(site.file, site.line), { site, times: [site.totalNs] });
      else known.times.push(site.totalNs);
    }
  }
  const before = new Map<string, number[]>();
  for (const sample of golden) {
    for (const site of sample.sites) {
      const place = mapSite(site.file, site.line);
      if (place === null || place === undefined) continue;
      const id = key(place.file, place.line);
      before.set(id, [...(before.get(id) ?? []), site.totalNs]);
    }
  }
  const rows: Row[] = [];
  for (const [id, { site, times }] of now) {
    const past = before.get(id) ?? [];
    // A line that only one side has is a difference of behaviour.
    if (past.length < golden.length || times.length < actual.length) continue;
    if (Math.max(...past, ...times) < SITE_RESOLUTION_NS) continue;
    const { file, line } = site;
    rows.push({
      figure: { metric: `syscallTime at ${file}:${line}`, unit: "ns", resolution: SITE_RESOLUTION_NS },
      site: { file, line, function: site.function },
      golden: past,
      actual: times,
    });
  }
  const weight = (row: Row): number => Math.max(mean(row.golden), mean(row.actual));
  return rows.sort((a, b) => weight(b) - weight(a)).slice(0, MAX_SITES);
}

/** Corrected p values in one direction, for the rows that can be tested. */
function tested(rows: readonly Row[], direction: 1 | -1): Map<Row, number> {
  const testable = rows.filter(({ golden, actual }) => golden.length >= 2 && actual.length >= 1);
  const corrected = holm(testable.map((row) => pValue(row, direction)));
  return new Map(testable.map((row, index) => [row, corrected[index] as number]));
}

function pValue({ golden, actual, figure }: Row, direction: 1 | -1): number {
  // Figures below the resolution are as good as equal; adding it also gives zero a logarithm.
  const logs = (values: readonly number[]): number[] =>
    values.map((value) => Math.log(Math.max(0, value) + figure.resolution));
  const a = logs(golden);
  const b = logs(actual);
  const df = a.length + b.length - 2;
  const variance = (squares(a) + squares(b)) / df;
  const difference = direction * (mean(b) - mean(a));
  const error = Math.sqrt(variance * (1 / a.length + 1 / b.length));
  if (error === 0) return difference > 0 ? 0 : 1;
  return upperTail(difference / error, df);
}

function matters({ golden, figure }: Row, change: number, minEffect: number): boolean {
  return Math.abs(change) >= figure.resolution && Math.abs(change) >= minEffect * Math.abs(mean(golden));
}

function isApart({ golden, actual }: Row, change: number): boolean {
  return change > 0 ? Math.min(...actual) > Math.max(...golden) : Math.max(...actual) < Math.min(...golden);
}

function result(row: Row, pValue: number | null, verdict: PerformanceResult["verdict"]): PerformanceResult {
  const golden = row.golden.length === 0 ? null : mean(row.golden);
  const actual = row.actual.length === 0 ? null : mean(row.actual);
  return {
    metric: row.figure.metric,
    unit: row.figure.unit,
    golden,
    actual,
    change: golden === null || actual === null || golden === 0 ? null : (actual - golden) / golden,
    noise:
      golden === null || golden === 0 || row.golden.length < 2
        ? null
        : Math.sqrt(squares(row.golden) / (row.golden.length - 1)) / golden,
    pValue,
    goldenSamples: row.golden.length,
    actualSamples: row.actual.length,
    verdict,
    site: row.site,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sum of squared distances from the mean. */
function squares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
