import { relative } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { formatNs, plural } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { truncate } from "../../base/text.ts";
import { outcomeOf } from "../../engine/report/checkOutcome.ts";
import type { CheckEntry, CheckReport } from "../../engine/report/checkReport.ts";
import { isBudgetsAlone } from "../../engine/view/divergenceWords.ts";
import { CONFIG_FILE, loadBudgets, loadConfig, problemText } from "../../node/config.ts";
import { acceptTarget } from "../../node/golden/accept.ts";
import {
  type CheckPlan,
  type CheckRequest,
  checkTargets,
  defaultJobs,
  exitCodeOf,
  planCheck,
} from "../../node/golden/check.ts";
import { goldenSettings } from "../../node/golden/goldenSettings.ts";
import { Cancelled } from "../../node/golden/recordTarget.ts";
import { findWorkspace } from "../../node/workspace.ts";
import type { CheckDocument } from "../../protocol/checkDocument.ts";
import { type CommandLine, parseCommandLine, parseCount, usage } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import type { Command } from "../dispatch.ts";
import { acceptedText } from "../golden/acceptedText.ts";
import { asksYes } from "../golden/asksYes.ts";
import { Cancellation } from "../golden/cancellation.ts";
import { comparisonSettings } from "../golden/comparisonSettings.ts";
import { refuseUnwritableReports, reporterOutputs, writeReports } from "../golden/reporterOutputs.ts";
import { recordingOptions } from "../recordingOptions.ts";
import { runsDirectory } from "../runArgument.ts";
import { Progress } from "../terminal/progress.ts";
import { styleFor } from "../terminal/style.ts";
import { writeError } from "../writeError.ts";

const MAX_JOBS = 64;
/** Characters of a list of names in a message. */
const MAX_TOLD = 400;

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("check", argv);
  const outputs = reporterOutputs(line, context);
  const workspace = findWorkspace(context.cwd);
  const config = loadConfig(workspace);
  const place = {
    workspace,
    config,
    env: context.env,
    toolVersion: context.version,
    runsDirectory: runsDirectory(line, context),
    options: recordingOptions(line),
  };
  const plan = await planCheck(place, line.positionals);
  refuseNothing(plan, workspace);
  await refuseUnwritableReports(outputs, context);
  const cancellation = new Cancellation();
  const jobs = jobsOf(line);
  const settings = comparisonSettings(line);
  try {
    const request: CheckRequest = { ...place, targets: plan.targets, jobs, settings, signal: cancellation.signal };
    const entries = await withProgress(request, context);
    const report: CheckReport = { tool: context.version, workspace, entries };
    await writeReports(report, outputs, context, line.has("all"));
    if (line.has("json")) await context.stdout.write(`${JSON.stringify(documentOf(report, plan))}\n`);
    await tellUnchecked(plan, line, context);
    await tellWarnings(workspace, line, context);
    if (!line.has("update")) return exitCodeOf(entries);
    return await update(entries, request, line.has("yes"), context);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    await context.stderr.write("goldentrace: stopped\n");
    return cancellation.exitCode;
  } finally {
    cancellation.dispose();
  }
};

function jobsOf(line: CommandLine): number {
  const text = line.text("jobs");
  if (text === undefined) return defaultJobs();
  const jobs = parseCount("jobs", text);
  if (jobs < 1 || jobs > MAX_JOBS) throw usage(`--jobs takes 1 to ${MAX_JOBS}`);
  return jobs;
}

/** A check of nothing would pass. */
function refuseNothing({ targets, unchecked, orphans }: CheckPlan, workspace: string): void {
  if (targets.length > 0) return;
  const wayOut =
    unchecked.length > 0
      ? `Record one: goldentrace accept ${unchecked[0]}`
      : orphans.length > 0
        ? `There is a golden for ${truncate(orphans.join(", "), MAX_TOLD)}: say in ${CONFIG_FILE} which program that is.`
        : `Say in ${CONFIG_FILE} which programs there are: goldentrace init`;
  throw new ExpectedError(`There is nothing to check in ${workspace}: no target has a golden or budgets`, {
    code: "not-found",
    wayOut,
  });
}

async function withProgress(request: CheckRequest, { stderr }: CliContext): Promise<CheckEntry[]> {
  const running = new Set<string>();
  let ended = 0;
  const startedAt = performance.now();
  const progress = new Progress(stderr, () => {
    const names = [...running].map(shown).join(", ");
    const time = formatNs((performance.now() - startedAt) * 1e6);
    return `checking ${ended + 1} of ${request.targets.length}: ${names}  ${time}`;
  });
  progress.start();
  try {
    return await checkTargets({
      ...request,
      onStart: (target) => running.add(target),
      onEnd: ({ target }) => {
        running.delete(target);
        ended++;
      },
    });
  } finally {
    await progress.stop();
  }
}

function documentOf({ tool, workspace, entries }: CheckReport, { unchecked, orphans }: CheckPlan): CheckDocument {
  return {
    tool,
    workspace,
    entries: entries.map(({ comparison, ...entry }) => ({ ...comparison, ...entry })),
    unchecked: [...unchecked],
    orphans: [...orphans],
  };
}

async function tellUnchecked(
  { unchecked, orphans }: CheckPlan,
  line: CommandLine,
  { stderr }: CliContext,
): Promise<void> {
  if (line.has("quiet")) return;
  const prefix = styleFor(stderr.colour).warn("goldentrace:");
  const list = (names: readonly string[]): string => truncate(names.map(shown).join(", "), MAX_TOLD);
  if (unchecked.length > 0) {
    await stderr.write(`${prefix} not checked, without a golden or budgets: ${list(unchecked)}\n`);
  }
  if (orphans.length > 0) {
    await stderr.write(
      `${prefix} ${plural(orphans.length, "golden")} without a target in ${CONFIG_FILE}, not checked: ${list(orphans)}\n`,
    );
  }
}

/** What is most likely a mistake in the budgets, such as a target that does not exist: a budget that is never judged never fails. */
async function tellWarnings(workspace: string, line: CommandLine, { stderr }: CliContext): Promise<void> {
  if (line.has("quiet")) return;
  const prefix = styleFor(stderr.colour).warn("goldentrace:");
  for (const { file, problem } of loadBudgets(workspace).remarks) {
    if (problem.severity !== "warning") continue;
    await stderr.write(`${prefix} ${shown(truncate(problemText(relative(workspace, file), problem), MAX_TOLD))}\n`);
  }
}

/** What differs was shown by the report before. */
async function update(
  entries: readonly CheckEntry[],
  request: CheckRequest,
  yes: boolean,
  context: CliContext,
): Promise<number> {
  // Who has budgets and no golden did not ask for one.
  const changed = entries.filter(
    ({ comparison }) => comparison.verdict !== "equivalent" && !isBudgetsAlone(comparison),
  );
  const names = truncate(changed.map(({ target }) => shown(target)).join(", "), MAX_TOLD);
  if (changed.length === 0) {
    await context.stderr.write("goldentrace: every golden holds: nothing to update\n");
    return exitCodeOf(entries);
  }
  if (!yes && !(await asksYes(`Replace ${plural(changed.length, "golden")} (${names})?`, context))) {
    return exitCodeOf(entries);
  }
  const renewed = new Set<string>();
  for (const { target, comparison } of changed) {
    // What could not be recorded, or not to its end, is no sample.
    const isSample = comparison.verdict === "diverged";
    try {
      const have = isSample ? [comparison.actual.path] : [];
      const accepted = await acceptTarget({ ...request, target, have });
      await context.stderr.write(acceptedText(accepted, styleFor(context.stderr.colour)));
      renewed.add(target);
    } catch (error) {
      // One that cannot be a golden does not keep the others from being one.
      if (!(error instanceof ExpectedError)) throw error;
      await writeError(error, context);
    }
  }
  return exitCodeOf(
    entries.map((entry) => {
      if (!renewed.has(entry.target)) return entry;
      // Budgets are not renewed with the golden.
      const { target, comparison } = entry;
      const settings = goldenSettings(request.workspace, request.config, target);
      return { outcome: outcomeOf({ ...comparison, verdict: "equivalent" }, settings, true) };
    }),
  );
}
