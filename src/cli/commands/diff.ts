import { ExpectedError } from "../../base/errors.ts";
import { formatCount } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { wrapText } from "../../base/terminal/wrapText.ts";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import { RULES } from "../../engine/golden/normalise/rules.ts";
import { outcomeOf } from "../../engine/report/checkOutcome.ts";
import type { CheckReport } from "../../engine/report/checkReport.ts";
import { loadConfig } from "../../node/config.ts";
import { exitCodeOf } from "../../node/golden/check.ts";
import { type Comparable, type ComparableSource, compareSides, openComparable } from "../../node/golden/comparable.ts";
import { notCompared, reasonOf } from "../../node/golden/compareSubject.ts";
import { goldenNames, goldenPaths } from "../../node/golden/goldenPaths.ts";
import { type GoldenSettings, goldenSettings, rulesOn } from "../../node/golden/goldenSettings.ts";
import { findWorkspace } from "../../node/workspace.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import { atMost, type CommandLine, parseCommandLine, seeHelp, usage } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import type { Command } from "../dispatch.ts";
import { comparisonSettings } from "../golden/comparisonSettings.ts";
import { reporterOutputs, writeReports } from "../golden/reporterOutputs.ts";
import { locateRun, runsDirectory } from "../runArgument.ts";
import { Progress } from "../terminal/progress.ts";
import { type Style, styleFor } from "../terminal/style.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("diff", argv);
  atMost(line, 2);
  const outputs = reporterOutputs(line, context);
  const workspace = findWorkspace(context.cwd);
  const config = loadConfig(workspace);
  const [a, b] = line.positionals;
  const settings = { ...goldenSettings(workspace, config, a ?? ""), ...comparisonSettings(line) };
  if (a === undefined && b === undefined && line.has("explain")) {
    await context.stdout.write(
      explanation(settings, undefined, styleFor(context.stdout.colour), context.stdout.columns),
    );
    return 0;
  }
  if (a === undefined || b === undefined) {
    throw usage("diff takes two things to compare", `goldentrace diff GOLDEN RUN\n${seeHelp("diff")}`);
  }
  const startedAt = performance.now();
  const { comparison, sides } = await compared(a, b, workspace, settings, line, context);
  const entry = {
    target: `${a} → ${b}`,
    comparison,
    outcome: outcomeOf(comparison, settings, true),
    runId: sides?.[1].manifest?.id ?? null,
    durationMs: performance.now() - startedAt,
  };
  const report: CheckReport = { tool: context.version, workspace, entries: [entry] };
  await writeReports(report, outputs, context, line.has("all"));
  if (line.has("json")) await context.stdout.write(`${JSON.stringify(comparison)}\n`);
  if (line.has("explain")) {
    // Beside a document on standard output, the explanation is words of our own.
    const out = line.has("json") ? context.stderr : context.stdout;
    await out.write(`\n${explanation(settings, sides, styleFor(out.colour), out.columns)}`);
  }
  return exitCodeOf([entry]);
};

interface Compared {
  readonly comparison: Comparison;
  readonly sides: readonly [Comparable, Comparable] | undefined;
}

async function compared(
  a: string,
  b: string,
  workspace: string,
  settings: GoldenSettings,
  line: CommandLine,
  context: CliContext,
): Promise<Compared> {
  const progress = new Progress(context.stderr, () => "comparing …");
  progress.start();
  try {
    const sides = [
      await openComparable(await locate(a, true, settings, line, context), workspace, settings),
      await openComparable(await locate(b, false, settings, line, context), workspace, settings),
    ] as const;
    return { comparison: await compareSides(...sides, workspace, settings), sides };
  } catch (error) {
    // Whoever asked for a document gets one; others get the line and the way out.
    if (!line.has("json") || !(error instanceof ExpectedError) || error.code === "usage") throw error;
    const reason = reasonOf(error);
    return {
      comparison: notCompared(reason, settings, { name: a, path: "" }, { name: b, path: "" }),
      sides: undefined,
    };
  } finally {
    await progress.stop();
  }
}

/** A word may name both a golden and runs: on the left it is the golden, on the right the newest run. */
async function locate(
  argument: string,
  goldenFirst: boolean,
  { dir }: GoldenSettings,
  line: CommandLine,
  context: CliContext,
): Promise<ComparableSource> {
  const isGolden = !argument.includes("/") && (await goldenNames(dir)).includes(argument);
  const golden = (): ComparableSource => ({ kind: "golden", name: argument, paths: goldenPaths(dir, argument) });
  if (isGolden && goldenFirst) return golden();
  try {
    return await locateRun(argument, runsDirectory(line, context), context.cwd);
  } catch (error) {
    if (isGolden && error instanceof ExpectedError && error.code === "not-found") return golden();
    throw error;
  }
}

/** Every normalisation rule, and how many texts of both sides it changed. */
function explanation(
  settings: GoldenSettings,
  sides: readonly [{ readonly behaviour: Behaviour }, { readonly behaviour: Behaviour }] | undefined,
  style: Style,
  width: number,
): string {
  const on = new Set(rulesOn(settings));
  const own = settings.rules.map(({ id, match, replace, description }) => ({
    id,
    title: description ?? "A rule of goldentrace.toml",
    description: `/${match}/ becomes ${replace}`,
    example: undefined,
  }));
  const columns = Math.min(width, 120) - 4;
  const lines = ["Normalisation rules, in the order they are applied in:"];
  for (const { id, title, description, example } of [...RULES, ...own]) {
    const counts = sides?.map(({ behaviour }) => formatCount(behaviour.ruleHits.get(id) ?? 0));
    const hits = counts === undefined ? "" : `  changed ${counts.join(" + ")} texts`;
    lines.push("", `${style.bold(shown(id))}  ${shown(title)}${on.has(id) ? style.dim(hits) : style.warn("  (off)")}`);
    lines.push(...wrapText(shown(description), columns).map((text) => `    ${text}`));
    if (example !== undefined) lines.push(style.dim(`    ${example.before}  →  ${example.after}`));
  }
  lines.push(
    "",
    'Switch one off with rulesOff = ["ID"] in [golden] of goldentrace.toml; add your own with [[golden.rules]].',
  );
  return `${lines.join("\n")}\n`;
}
