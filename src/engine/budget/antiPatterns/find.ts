import type { ComparisonSite } from "../../../protocol/comparison.ts";
import { relativeToWorkspace } from "../../trace/sites.ts";
import type { AntiPatternName, BudgetRule } from "../budget.ts";
import type { Judgement } from "../judgement.ts";
import { patternTest } from "../namePattern.ts";
import { isCalled } from "../pathSelection.ts";
import type { RunFigures } from "../runFigures.ts";
import { busyPolling } from "./busyPolling.ts";
import type { AntiPatternOutcome, Scope } from "./finding.ts";
import { godProcess } from "./godProcess.ts";
import { pcieBottleneck } from "./pcieBottleneck.ts";
import { repeatedOpen } from "./repeatedOpen.ts";
import { smallIo } from "./smallIo.ts";
import { tightLoop } from "./tightLoop.ts";

type AntiPatternRule = Extract<BudgetRule, { kind: "anti-pattern" }>;

const SEARCHES: Readonly<Record<AntiPatternName, (scope: Scope, figures: RunFigures) => AntiPatternOutcome>> = {
  GodProcess: godProcess,
  TightLoop: tightLoop,
  PcieBottleneck: (_, figures) => pcieBottleneck(figures.context.gpuSpans),
  SmallIo: smallIo,
  RepeatedOpen: repeatedOpen,
  BusyPolling: busyPolling,
};

/** Looks for an anti-pattern and compares the confidence with the threshold, which itself is still within the budget. */
export function findAntiPattern(rule: AntiPatternRule, figures: RunFigures): Judgement {
  const { pattern, threshold } = rule;
  const { trace, manifest } = figures.context;
  const judged = { limit: threshold, unit: "confidence" };
  const named = patternTest(rule.process);
  const processes = new Map(
    trace.threads.filter(({ role }) => role !== "thread").map((thread) => [thread.pid, isCalled(thread, named)]),
  );
  const selected = trace.threads.map((thread) => rule.process === undefined || processes.get(thread.pid) === true);
  if (!selected.some(Boolean) && pattern !== "PcieBottleneck" && trace.threads.length > 0) {
    const message = `${pattern} not judged: no process is called ${JSON.stringify(rule.process)}`;
    return { ...judged, state: "inconclusive", severity: "warning", actual: null, message };
  }
  const outcome = SEARCHES[pattern]({ trace, selected }, figures);
  if ("unknown" in outcome) {
    return { ...judged, state: "inconclusive", actual: null, message: `${pattern} not judged: ${outcome.unknown}` };
  }
  const confidence = Math.min(1, Math.max(0, outcome.confidence));
  const broken = confidence > threshold;
  const loss = pattern === "PcieBottleneck" ? undefined : figures.loss;
  if (loss !== undefined && !(broken && outcome.grows)) {
    return { ...judged, state: "inconclusive", actual: null, message: `${pattern} not judged: ${loss}` };
  }
  const told = `confidence ${number(confidence)}, threshold ${number(threshold)}`;
  const site = broken ? siteOf(figures, outcome.row, manifest?.workspace) : null;
  return {
    ...judged,
    state: broken ? "broken" : "kept",
    actual: confidence,
    message: `${pattern}: ${outcome.message} (${told})`,
    site,
  };
}

function siteOf({ context }: RunFigures, row: number, workspace: string | undefined): ComparisonSite | null {
  const { syscalls, stacks, sites } = context.trace;
  const stack = row < 0 ? -1 : (syscalls.stack[row] as number);
  const site = stack < 0 ? undefined : sites[stacks.site[stack] as number];
  if (site === undefined) return null;
  const file = workspace === undefined ? site.file : relativeToWorkspace(workspace, site.file);
  return { file, line: site.line, function: site.function };
}

function number(confidence: number): string {
  return String(Number(confidence.toFixed(3)));
}
