import { formatBytes, formatCount, formatNs } from "../../base/format.ts";
import type { BudgetResult } from "../../protocol/comparison.ts";
import { findAntiPattern } from "./antiPatterns/find.ts";
import type { Budget, BudgetRule, Clock } from "./budget.ts";
import type { BudgetContext } from "./evaluateContext.ts";
import { evaluateExpression, type Figure } from "./expression/evaluate.ts";
import type { Expression } from "./expression/parse.ts";
import { type Judgement, shareText } from "./judgement.ts";
import { patternTest, wildcardMatches } from "./namePattern.ts";
import { selectedPath } from "./pathSelection.ts";
import { judgeRegression } from "./regression.ts";
import { RunFigures } from "./runFigures.ts";

/**
 * Judges a run by the budgets that apply to its target. Exactly the limit is within it. What cannot be judged (a trace that is
 * incomplete, has no times, or lacks what the budget is about) is inconclusive and never passes; where even the part that is known
 * exceeds the limit, it is a violation all the same.
 */
export function evaluateBudgets(budgets: readonly Budget[], context: BudgetContext): BudgetResult[] {
  const figures = new RunFigures(context);
  const results: BudgetResult[] = [];
  for (const budget of budgets) {
    const applies =
      budget.appliesTo.length === 0 || budget.appliesTo.some((name) => wildcardMatches(name, context.target));
    const judgement = applies ? judge(budget.rule, figures) : undefined;
    if (judgement === undefined) continue;
    results.push({
      name: budget.name,
      passed: judgement.state === "kept",
      severity: judgement.severity ?? budget.severity,
      actual: judgement.actual,
      limit: judgement.limit,
      unit: judgement.unit,
      message: judgement.message,
      inconclusive: judgement.state === "inconclusive",
      source: { file: budget.source.file, line: budget.source.line },
      site: judgement.site ?? null,
    });
  }
  return results;
}

/** @returns undefined for what this run has nothing to do with */
function judge(rule: BudgetRule, figures: RunFigures): Judgement | undefined {
  const { context } = figures;
  switch (rule.kind) {
    case "critical-path": {
      const { figure, message, missing } = selectedPath(rule.pattern, rule.clock, figures);
      if (missing) return { ...inconclusive("ns", rule.max, message), severity: "warning" };
      return atMost(figure, rule.max, TIME, "critical path", clockText(rule.clock), message);
    }
    case "span-count": {
      const what =
        rule.pattern === undefined ? "system calls" : `system calls named like ${JSON.stringify(rule.pattern)}`;
      return atMost(figures.calls(patternTest(rule.pattern)), rule.max, COUNT, "", what);
    }
    case "memory":
      return rule.of === "rss"
        ? atMost(figures.peakRss(), rule.max, BYTES, "peak resident memory")
        : atMost(figures.allocated(), rule.max, BYTES, "memory mapped and grown");
    case "anti-pattern":
      return findAntiPattern(rule, figures);
    case "custom":
      return judgeCustom(rule.expression, rule.text, figures);
    case "syscall-count": {
      const { syscall } = rule;
      const figure = syscall === undefined ? figures.calls() : figures.calls((name) => wildcardMatches(syscall, name));
      return atMost(figure, rule.max, COUNT, "", syscall === undefined ? "system calls" : `calls of ${syscall}`);
    }
    case "syscall-share":
      return judgeShare([rule.syscall], rule.max, figures);
    case "ratio":
      return judgeShare(rule.syscalls, rule.max, figures);
    case "total-time": {
      const { figure, what } = timeOf(rule.clock, rule.syscall, figures);
      return atMost(figure, rule.max, TIME, what);
    }
    case "min-time": {
      const { figure, what } = timeOf(rule.clock, rule.syscall, figures);
      if ("unknown" in figure) return inconclusive("ns", rule.min, `${what} not judged: ${figure.unknown}`);
      const kept = figure.value >= rule.min;
      // Part of a run may be short only because the rest is missing.
      if (!kept && figure.atLeast !== undefined) {
        return inconclusive("ns", rule.min, `${what} not judged: ${figure.atLeast}`);
      }
      const message = `${what} ${formatNs(figure.value)} (at least ${formatNs(rule.min)} expected)`;
      return { state: kept ? "kept" : "broken", actual: figure.value, limit: rule.min, unit: "ns", message };
    }
    case "regression":
      return judgeRegression(rule, figures);
    case "confidence": {
      const { confidence } = context;
      if (confidence === undefined) return undefined;
      if (confidence === null) {
        return inconclusive("share", rule.min, "confidence not judged: the run could not be compared with its golden");
      }
      const message = `confidence ${shareText(confidence)} that the run does what its golden did (at least ${shareText(rule.min)} expected)`;
      const state = confidence >= rule.min ? "kept" : "broken";
      return { state, actual: confidence, limit: rule.min, unit: "share", message };
    }
  }
}

interface Unit {
  readonly id: string;
  format(value: number): string;
}

const TIME: Unit = { id: "ns", format: formatNs };
const BYTES: Unit = { id: "bytes", format: formatBytes };
const COUNT: Unit = { id: "count", format: formatCount };
const SHARE: Unit = { id: "share", format: shareText };

/** `critical path 125 ms of wall time (limit 100 ms)`. */
function atMost(figure: Figure, limit: number, unit: Unit, before: string, behind = "", remark = ""): Judgement {
  const what = [before, behind].filter(Boolean).join(", ");
  if ("unknown" in figure) return inconclusive(unit.id, limit, `${what} not judged: ${figure.unknown}`);
  const { value, atLeast } = figure;
  const broken = value > limit;
  const about = `${unit.format(value)}${limitText(value, limit, unit)}`;
  const told = [before, about, behind].filter(Boolean).join(" ");
  if (!broken && atLeast !== undefined) {
    return inconclusive(unit.id, limit, `${what} not judged: ${atLeast}; what was seen is ${told}`);
  }
  const partly = atLeast === undefined ? "" : `, and that is not all: ${atLeast}`;
  const message = `${told} (limit ${unit.format(limit)})${remark === "" ? "" : `; ${remark}`}${partly}`;
  return { state: broken ? "broken" : "kept", actual: value, limit, unit: unit.id, message };
}

/** Where rounding makes both look alike, how far apart they are. */
function limitText(value: number, limit: number, unit: Unit): string {
  return value !== limit && unit.format(value) === unit.format(limit) ? (value > limit ? " and a little" : "") : "";
}

function inconclusive(unit: string, limit: number | null, message: string): Judgement {
  return { state: "inconclusive", actual: null, limit, unit, message };
}

function timeOf(clock: Clock, syscall: string | undefined, figures: RunFigures): { figure: Figure; what: string } {
  if (syscall === undefined) {
    return { figure: figures.time(clock), what: clock === "wall" ? "run time (wall time)" : "total system call time" };
  }
  return {
    figure: figures.syscallTime((name) => wildcardMatches(syscall, name)),
    what: `system call time of ${syscall}`,
  };
}

function clockText(clock: Clock): string {
  return clock === "wall" ? "of wall time" : "of system call time";
}

/** Share of the system call time; not "at least" anything in an incomplete trace, where both parts may be larger. */
function judgeShare(syscalls: readonly string[], limit: number, figures: RunFigures): Judgement {
  const what = `${syscalls.join(" and ")}: share of the system call time`;
  const whole = figures.syscallTime();
  const part = figures.syscallTime((name) => syscalls.some((wildcard) => wildcardMatches(wildcard, name)));
  for (const figure of [whole, part]) {
    if ("unknown" in figure) return inconclusive("share", limit, `${what} not judged: ${figure.unknown}`);
    if (figure.atLeast !== undefined) return inconclusive("share", limit, `${what} not judged: ${figure.atLeast}`);
  }
  if ("unknown" in whole || "unknown" in part) throw new TypeError("a figure that is known became unknown");
  if (whole.value === 0) return inconclusive("share", limit, `${what} not judged: no time was spent in system calls`);
  return atMost({ value: part.value / whole.value }, limit, SHARE, what);
}

function judgeCustom(expression: Expression, text: string, figures: RunFigures): Judgement {
  const { truth, read, sides } = evaluateExpression(expression, figures);
  const unit = expression.kind === "compare" ? dimensionUnit(expression.left) : "truth";
  const limit = sides?.right ?? null;
  const told = read.map(({ text: name, figure, expression: from }) =>
    "unknown" in figure ? `${name} is not known` : `${name} = ${valueText(from, figure.value)}`,
  );
  const values = told.length === 0 ? "" : `: ${told.slice(0, 8).join(", ")}`;
  const shown = text.replace(/\s+/g, " ").trim();
  if (typeof truth !== "boolean") {
    return { ...inconclusive(unit, limit, `${shown} not judged: ${truth.unknown}`), actual: sides?.left ?? null };
  }
  const message = truth ? `${shown} holds${values}` : `${shown} does not hold${values}`;
  return { state: truth ? "kept" : "broken", actual: sides?.left ?? null, limit, unit, message };
}

const CLOCKS: Readonly<Record<string, string>> = {
  wall_ms: " of wall time",
  critical_path_ms: " of wall time",
  syscall_ms: " of system call time",
  critical_path_syscall_ms: " of system call time",
  time_ms: " of system call time",
  max_ms: " of system call time",
  cpu_ms: " of processor time",
};

function valueText(expression: Expression, value: number): string {
  const clock = "name" in expression ? (CLOCKS[expression.name] ?? "") : "";
  if (expression.dimension === "time") return `${formatNs(value)}${clock}`;
  return expression.dimension === "bytes" ? formatBytes(value) : formatCount(value);
}

function dimensionUnit({ dimension }: Expression): string {
  return dimension === "time" ? "ns" : dimension === "bytes" ? "bytes" : "count";
}
