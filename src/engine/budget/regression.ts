import { formatCount, formatNs } from "../../base/format.ts";
import { isSameMachine } from "../golden/performance/comparePerformance.ts";
import type { BudgetRule } from "./budget.ts";
import type { BudgetContext } from "./evaluateContext.ts";
import type { Judgement } from "./judgement.ts";
import type { RunFigures } from "./runFigures.ts";

type RegressionRule = Extract<BudgetRule, { kind: "regression" }>;

/** Compares one figure with the golden's: the mean of its samples, or the golden's own number of system calls where its samples have none. */
export function judgeRegression(rule: RegressionRule, figures: RunFigures): Judgement {
  const unit = rule.figure === "time" ? "ns" : "count";
  const what = rule.figure === "syscalls" ? "system calls" : rule.clock === "wall" ? "wall time" : "system call time";
  const unknown = (reason: string): Judgement => ({
    state: "inconclusive",
    actual: null,
    limit: null,
    unit,
    message: `${what} against the golden not judged: ${reason}`,
  });
  const golden = rule.figure === "time" ? goldenTime(rule.clock, figures.context) : goldenCalls(figures.context);
  if ("unknown" in golden) return unknown(golden.unknown);
  const figure = rule.figure === "time" ? figures.time(rule.clock) : figures.calls();
  if ("unknown" in figure) return unknown(figure.unknown);
  const limit = golden.value * (1 + rule.threshold);
  const least = rule.figure === "syscalls" && rule.eitherWay ? golden.value * (1 - rule.threshold) : 0;
  const { value } = figure;
  const broken = value > limit || value < least;
  if (figure.atLeast !== undefined && !(value > limit)) return unknown(figure.atLeast);
  const format = rule.figure === "time" ? formatNs : formatCount;
  const change = golden.value === 0 ? "" : `, ${changeText(value / golden.value - 1)}`;
  const allowed = `${least > 0 ? "±" : "+"}${Number((rule.threshold * 100).toFixed(2))} %`;
  const message = `${what} ${format(value)} against ${format(golden.value)} in the golden${change} (limit ${allowed}${golden.remark})`;
  return { state: broken ? "broken" : "kept", actual: value, limit: value < least ? least : limit, unit, message };
}

type GoldenFigure = { readonly value: number; readonly remark: string } | { readonly unknown: string };

const NO_GOLDEN = "there is no golden; make one with `goldentrace accept`";

function goldenTime(clock: "wall" | "syscall", { baseline, machine }: BudgetContext): GoldenFigure {
  if (baseline === undefined || baseline.samples.length === 0) return { unknown: NO_GOLDEN };
  if (machine === undefined || !isSameMachine(baseline.machine, machine)) {
    return { unknown: "the golden comes from another machine, kernel or recorder, so times cannot be compared" };
  }
  const times = baseline.samples.map((sample) => (clock === "wall" ? sample.wallNs : sample.syscallNs));
  const known = times.filter((time) => time !== null);
  if (known.length === 0) return { unknown: "the golden's samples have no wall time" };
  const value = known.reduce((sum, time) => sum + time, 0) / known.length;
  return { value, remark: known.length === 1 ? ", one sample" : `, mean of ${known.length} samples` };
}

/** The golden itself holds what reads in a row from a stream amount to; how many there were is with its samples. */
function goldenCalls({ goldenSummary, baseline }: BudgetContext): GoldenFigure {
  const known = (baseline?.samples ?? []).flatMap(({ calls }) => (calls === undefined ? [] : [calls]));
  if (goldenSummary !== undefined && known.length > 0) {
    const value = known.reduce((sum, calls) => sum + calls, 0) / known.length;
    return { value, remark: known.length === 1 ? "" : `, mean of ${known.length} samples` };
  }
  return goldenSummary === undefined ? { unknown: NO_GOLDEN } : { value: goldenSummary.calls, remark: "" };
}

function changeText(change: number): string {
  return `${change < 0 ? "" : "+"}${Number((change * 100).toFixed(1))} %`;
}
