import { ExpectedError } from "../../base/errors.ts";
import { oneLine } from "../../base/text.ts";
import { acceptDivergences } from "../../engine/golden/compare/acceptDivergences.ts";
import { compareBehaviours } from "../../engine/golden/compare/compareBehaviours.ts";
import { timesText } from "../../engine/golden/compare/wording.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import { performanceSample } from "../../engine/golden/performance/performanceSample.ts";
import { learnVariation } from "../../engine/golden/variation.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { Variation } from "../../protocol/goldenFile.ts";
import { targetNames } from "../config.ts";
import { type OpenedRun, openRun } from "../runFolder/openRun.ts";
import { compareSubject } from "./compareSubject.ts";
import { lineMapper } from "./compareWithGolden.ts";
import { goldenPaths, isGoldenName, refuseCollisions } from "./goldenPaths.ts";
import { type GoldenSettings, goldenSettings } from "./goldenSettings.ts";
import { keepsGolden } from "./keepsGolden.ts";
import { type LoadedGolden, loadGolden } from "./loadGolden.ts";
import { type RecordingPlace, recordToEnd, targetRequest } from "./recordTarget.ts";
import { refuseUnwritable } from "./replaceFiles.ts";
import { type RunSubject, subjectOf, unusable } from "./subject.ts";
import { type NewGolden, prepareGolden, writeGolden } from "./writeGolden.ts";

export interface AcceptTarget extends RecordingPlace {
  readonly target: string;
  /** Name of the golden. Default: the target's. */
  readonly goldenName?: string | undefined;
  readonly settings?: Partial<GoldenSettings> | undefined;
  /** Folders of runs of the target that were just recorded and count as its first samples. */
  readonly have?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Told before each recording. */
  readonly onSample?: ((sample: number, of: number) => void) | undefined;
}

export interface AcceptRun {
  /** Absolute path of the run folder. */
  readonly runFolder: string;
  readonly workspace: string;
  readonly config: RecordingPlace["config"];
  readonly goldenName?: string | undefined;
  readonly settings?: Partial<GoldenSettings> | undefined;
}

export interface Accepted {
  readonly name: string;
  /** Absolute path of the golden. */
  readonly path: string;
  /** System calls that the stored sample made; null where a golden was changed in part. */
  readonly calls: number | null;
  readonly threads: number;
  readonly samples: number;
  readonly varies: readonly Variation[];
  /** The new golden against the one it replaces; undefined when there was none that could be read. */
  readonly change: Comparison | undefined;
  /** The file of the golden was left as it is, since nothing that is compared and nothing that was learned has changed. */
  readonly unchanged: boolean;
  readonly notes: readonly string[];
}

/** `CI` is set by every CI system; `false` and `0` are how people switch it off. */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return !["", "0", "false"].includes((env.CI ?? "").trim().toLowerCase());
}

/** @throws ExpectedError in CI, where a golden that records itself anew would make every check pass */
export function refuseInCi(env: Readonly<Record<string, string | undefined>>, update: boolean): void {
  if (update || !isCi(env)) return;
  throw new ExpectedError("No golden is written in CI (the variable CI is set)", {
    code: "usage",
    wayOut: "Accept on your own machine and commit the golden, or say --update.",
  });
}

/**
 * Records a target several times, learns what varies, and makes it the golden.
 * @throws ExpectedError with the reason when it cannot be one; what was there is unchanged then
 * @throws Cancelled
 */
export async function acceptTarget(request: AcceptTarget): Promise<Accepted> {
  const { target, workspace, config } = request;
  const settings = { ...goldenSettings(workspace, config, target), ...request.settings };
  const name = request.goldenName ?? target;
  const what = targetRequest(target, request);
  // Before minutes of recording.
  goldenPaths(settings.dir, name);
  for (const other of targetNames(config)) {
    if (other !== target && isGoldenName(other)) refuseCollisions(settings.dir, [name, other]);
  }
  await refuseUnwritable(settings.dir);
  const subjects: RunSubject[] = [];
  for (const folder of request.have ?? []) subjects.push(usable(await openRun(folder), settings));
  while (subjects.length < settings.samples) {
    request.onSample?.(subjects.length + 1, settings.samples);
    const { end } = await recordToEnd(what, settings.timeoutMs, request.signal);
    subjects.push(usable(await openRun(end.runFolder), settings));
  }
  return acceptSubjects(name, workspace, settings, subjects);
}

/**
 * Makes a run the golden. With one sample its noise is not known: every later difference counts.
 * @throws ExpectedError
 */
export async function acceptRun(request: AcceptRun): Promise<Accepted> {
  const opened = await openRun(request.runFolder);
  const name = request.goldenName ?? opened.manifest.name;
  const settings = { ...goldenSettings(request.workspace, request.config, name), ...request.settings };
  goldenPaths(settings.dir, name);
  return acceptSubjects(name, request.workspace, settings, [usable(opened, settings)]);
}

export interface AcceptSome extends AcceptRun {
  /** Ids of the divergences to take over. */
  readonly ids: readonly string[];
}

/**
 * Takes some differences of a run over into its golden, and leaves everything else of the golden as it is.
 * @throws ExpectedError when there is no golden, or none of the differences
 */
export async function acceptSome(request: AcceptSome): Promise<Accepted> {
  const { workspace, config, ids } = request;
  const opened = await openRun(request.runFolder);
  const name = request.goldenName ?? opened.manifest.name;
  const settings = { ...goldenSettings(workspace, config, name), ...request.settings };
  const subject = usable(opened, settings);
  const loaded = await loadGolden(goldenPaths(settings.dir, name), name, subject.context);
  if (loaded === undefined) {
    throw new ExpectedError(`There is no golden ${JSON.stringify(name)}`, {
      code: "not-found",
      wayOut: `Accept the whole run: goldentrace accept ${opened.manifest.id}`,
    });
  }
  if (loaded.golden.origin !== "goldentrace") {
    throw new ExpectedError(`The golden ${JSON.stringify(name)} is another tool's: only a whole run can replace it`, {
      wayOut: `Accept the whole run: goldentrace accept ${opened.manifest.id}`,
    });
  }
  const before = await changeFrom(loaded, subject, workspace, settings);
  const unknown = ids.find((id) => !before.divergences.some((each) => each.id === id));
  if (unknown !== undefined) {
    throw new ExpectedError(`The run has no difference ${JSON.stringify(unknown)}`, {
      code: "not-found",
      wayOut: `They are listed by: goldentrace diff ${oneLine(name)} ${opened.manifest.id} --json`,
    });
  }
  const mapSite = await lineMapper(workspace, loaded.golden);
  const options = { mode: settings.mode, ignore: settings.ignore, mapSite, run: subject.facts };
  const behaviour = acceptDivergences(loaded.golden, subject.behaviour, options, ids);
  const edited = { from: loaded.golden, behaviour };
  const { varies, samples } = loaded.golden.header;
  const fresh: NewGolden = { name, dir: settings.dir, workspace, subject, samples: [], varies, edited };
  const notes = await writeGolden(fresh, await prepareGolden(fresh));
  return {
    name,
    path: loaded.path,
    calls: null,
    threads: behaviour.threads.length,
    samples,
    varies,
    unchanged: false,
    change: { ...before, divergences: before.divergences.filter(({ id }) => ids.includes(id)) },
    notes: [...loaded.notes, ...notes],
  };
}

function usable(opened: OpenedRun, settings: GoldenSettings): RunSubject {
  const reason = unusable(opened);
  if (reason === undefined) return subjectOf(opened, settings);
  throw new ExpectedError(`${opened.manifest.id} cannot be a golden: ${oneLine(reason)}`, {
    code: "unreadable-trace",
  });
}

async function acceptSubjects(
  name: string,
  workspace: string,
  settings: GoldenSettings,
  subjects: readonly RunSubject[],
): Promise<Accepted> {
  const learned = learnVariation(subjects.map(({ behaviour }) => behaviour));
  const subject = subjects[learned.base];
  if (subject === undefined) throw new RangeError("A golden is made from at least one sample");
  if (learned.unstable) throw unstable(name, learned);
  const fresh: NewGolden = {
    name,
    dir: settings.dir,
    workspace,
    subject,
    samples: subjects.map(({ trace, manifest }) => performanceSample(trace, manifest)),
    varies: learned.varies,
  };
  const prepared = await prepareGolden(fresh);
  refuseNovelty(name, prepared.golden, subjects, settings);
  const earlier = await earlierGolden(name, subject, settings);
  const { loaded } = earlier;
  const change = loaded === undefined ? undefined : await changeFrom(loaded, subject, workspace, settings);
  const unchanged =
    loaded !== undefined &&
    change?.verdict === "equivalent" &&
    (await keepsGolden(loaded, prepared.golden, await othersFrom(loaded, subject, subjects, workspace, settings)));
  const written = unchanged ? { ...prepared, golden: loaded.golden } : prepared;
  const notes = await writeGolden({ ...fresh, unchanged }, written);
  const { exit } = subject.behaviour;
  return {
    name,
    path: goldenPaths(settings.dir, name).golden,
    calls: subject.trace.syscalls.length,
    threads: subject.behaviour.threads.length,
    samples: subjects.length,
    varies: learned.varies,
    change,
    unchanged,
    notes: [
      ...(exit === 0 || exit === null ? [] : [`The accepted run ended with ${oneLine(String(exit))}.`]),
      ...(subjects.length > 1
        ? []
        : [
            "Made from one sample: what varies from run to run is not known, so that every difference counts, and performance cannot be judged.",
          ]),
      ...earlier.notes,
      ...notes,
    ],
  };
}

/** More events than this are not compared over and over. */
const MAX_TRIED_EVENTS = 2_000_000;

/**
 * Refuses a golden that would fail each time: each sample is compared with what the others would have taught.
 * @throws ExpectedError when none of them holds, as for names that are never the same
 */
function refuseNovelty(
  name: string,
  { header, origin }: Golden,
  subjects: readonly RunSubject[],
  { ignore }: GoldenSettings,
): void {
  const behaviours = subjects.map(({ behaviour }) => behaviour);
  const events = behaviours.reduce((sum, each) => sum + each.events.length, 0);
  if (behaviours.length < 3 || events > MAX_TRIED_EVENTS) return;
  let first: Comparison["divergences"] = [];
  for (const [index, actual] of behaviours.entries()) {
    const others = behaviours.filter((_, other) => other !== index);
    const { base, varies } = learnVariation(others);
    const behaviour = others[base];
    if (behaviour === undefined) return;
    const golden: Golden = { header: { ...header, varies }, behaviour, performance: undefined, origin };
    const mapSite = (file: string, line: number) => ({ file, line });
    const { verdict, divergences } = compareBehaviours(golden, actual, { mode: "observable", ignore, mapSite });
    if (verdict !== "diverged") return;
    if (index === 0) first = divergences;
  }
  const told = first.slice(0, SHOWN_VARIATIONS).map(({ title }) => `such as: ${oneLine(title)}`);
  throw new ExpectedError(`${name} does something new in each recording, so that no run would be like the golden`, {
    wayOut: [
      ...told,
      "Make it repeatable (seeds, fixed input, fixed names), or name it in golden.rules or golden.ignore of goldentrace.toml.",
    ].join("\n"),
  });
}

async function earlierGolden(
  name: string,
  { context }: RunSubject,
  settings: GoldenSettings,
): Promise<{ readonly loaded: LoadedGolden | undefined; readonly notes: readonly string[] }> {
  try {
    return { loaded: await loadGolden(goldenPaths(settings.dir, name), name, context), notes: [] };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { loaded: undefined, notes: [`The golden that was there could not be read: ${error.message}`] };
  }
}

async function changeFrom(
  { golden, path }: LoadedGolden,
  subject: RunSubject,
  workspace: string,
  settings: GoldenSettings,
): Promise<Comparison> {
  return compareSubject({
    golden,
    goldenPath: path,
    actual: { name: subject.manifest.name, path: subject.manifest.id, ...subject },
    mapSite: await lineMapper(workspace, golden),
    settings,
  });
}

/** The other samples against the earlier golden. */
async function othersFrom(
  loaded: LoadedGolden,
  subject: RunSubject,
  subjects: readonly RunSubject[],
  workspace: string,
  settings: GoldenSettings,
): Promise<Comparison[]> {
  const changes: Comparison[] = [];
  for (const each of subjects) if (each !== subject) changes.push(await changeFrom(loaded, each, workspace, settings));
  return changes;
}

const SHOWN_VARIATIONS = 5;

function unstable(
  name: string,
  { varies, stableShare }: { readonly varies: readonly Variation[]; readonly stableShare: number },
): ExpectedError {
  const most = [...varies].sort((a, b) => b.max - a.max).slice(0, SHOWN_VARIATIONS);
  const lines = most.map((each) => `varies: ${variationText(each)}`);
  const percent = Math.round(stableShare * 100);
  return new ExpectedError(
    `${name} does something else in each recording: only ${percent} % of what it does is the same, too little for a golden`,
    {
      wayOut: [
        ...lines,
        "Make the program repeatable (seeds, fixed input), or replace what differs in names by golden.rules in goldentrace.toml.",
      ].join("\n"),
    },
  );
}

/** `read of <pipe> in main() (3 to 90 times)`. */
export function variationText({ name, object, function: inFunction, varies, min, max }: Variation): string {
  const what = `${oneLine(name)}${object === "" ? "" : ` of ${oneLine(object)}`}`;
  const where = inFunction === "" ? "" : ` in ${oneLine(inFunction)}()`;
  const how =
    varies === "count" || varies === "presence"
      ? timesText(min, max)
      : varies === "order"
        ? "its order"
        : "its arguments or results";
  return `${what}${where} (${how})`;
}
