import { existsSync } from "node:fs";
import { ExpectedError } from "../base/errors.ts";
import { formatCount, formatNs, plural } from "../base/format.ts";
import { shown } from "../base/terminal/shown.ts";
import type { Recording, RecordingResult } from "../engine/session/recording.ts";
import { verdictSentence } from "../engine/view/verdictSentence.ts";
import { compareWithGolden } from "../node/golden/compareWithGolden.ts";
import type { ConfigFile } from "../protocol/launch.ts";
import type { CliContext } from "./context.ts";
import { styleFor } from "./terminal/style.ts";

/** Counts what a recording delivers, for a line of progress. */
export class RecordingCounter {
  private events = 0;
  private readonly startedAt = performance.now();
  private lastEvents = 0;
  private lastTime = this.startedAt;
  private rate = 0;

  constructor(recording: Recording) {
    recording.onBatch((batch) => {
      this.events += batch.syscalls.length;
    });
  }

  /** `12.3 s · 45,678 events · 3,700/s` */
  text(): string {
    const now = performance.now();
    if (now - this.lastTime >= 500) {
      this.rate = ((this.events - this.lastEvents) / (now - this.lastTime)) * 1000;
      this.lastEvents = this.events;
      this.lastTime = now;
    }
    const elapsed = formatNs((now - this.startedAt) * 1e6);
    return `recording  ${elapsed} · ${plural(this.events, "event")} · ${formatCount(this.rate)}/s`;
  }
}

export interface ClosingOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/**
 * Compares a run with the golden of its name, where there is one, and says how it went in a line on standard error. The run is recorded,
 * whatever comes of this.
 */
export async function compareAndTell(
  { end, manifest }: RecordingResult,
  config: ConfigFile,
  { quiet, verbose }: ClosingOptions,
  { stderr }: CliContext,
): Promise<void> {
  if (!existsSync(end.runFolder)) return;
  const { workspace } = manifest;
  const style = styleFor(stderr.colour);
  try {
    const comparison = await compareWithGolden({ runFolder: end.runFolder, workspace, config });
    if (comparison === undefined || quiet || !(stderr.isTerminal || verbose)) return;
    const [verdict] = verdictSentence(comparison).split("\n");
    const isSame = comparison.verdict === "equivalent";
    const paint = isSame ? style.good : comparison.verdict === "diverged" ? style.bad : style.warn;
    const more =
      isSame || comparison.golden.path === ""
        ? ""
        : `; see: goldentrace diff ${shown(comparison.golden.name)} ${shown(end.runId)}`;
    await stderr.write(`${style.dim("goldentrace:")} ${paint(shown(verdict ?? ""))}${more}\n`);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    await stderr.write(`${style.warn("goldentrace:")} not compared with its golden: ${shown(error.message)}\n`);
  }
}

/**
 * Says on standard error how the recording went. Where that is not a terminal it belongs to the program's caller, and only losses and a
 * recording that failed are worth a word, unless `verbose`.
 */
export async function writeClosing(
  { end, manifest }: RecordingResult,
  notices: readonly string[],
  { quiet, verbose }: ClosingOptions,
  { stderr }: CliContext,
): Promise<void> {
  const style = styleFor(stderr.colour);
  const prefix = "goldentrace:";
  if (!end.complete) {
    await stderr.write(`${style.bad(prefix)} ${style.bad("the trace is incomplete")}\n`);
    const told = end.problems.length > 0 ? end.problems : ["The recording did not end properly."];
    for (const problem of new Set(told)) await stderr.write(`  - ${shown(problem)}\n`);
  }
  if (quiet || !(stderr.isTerminal || verbose)) return;
  const remarks = end.complete ? [...notices, ...end.problems] : notices.filter((text) => !end.problems.includes(text));
  for (const remark of new Set(remarks)) await stderr.write(`${style.dim(prefix)} ${shown(remark)}\n`);
  const what =
    manifest.recorder.id === "none"
      ? plural(manifest.counts.logLines, "log line")
      : plural(end.syscalls, "system call");
  const recorded = `${style.dim(prefix)} recorded ${what} in ${formatNs(end.wallNs)}`;
  // Somebody may have removed it meanwhile.
  if (!existsSync(end.runFolder)) {
    await stderr.write(`${recorded}; the run folder is gone: ${shown(end.runFolder)}\n`);
    return;
  }
  await stderr.write(
    `${recorded}; see: goldentrace show ${shown(end.runId)}\n${style.dim(prefix)} ${shown(end.runFolder)}\n`,
  );
}
