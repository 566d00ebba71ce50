import { formatNs } from "../../base/format.ts";
import { type CriticalPath, criticalPath } from "../query/criticalPath.ts";
import type { ThreadInfo } from "../trace/trace.ts";
import type { Clock } from "./budget.ts";
import type { Figure } from "./expression/evaluate.ts";
import { type NameTest, patternTest } from "./namePattern.ts";
import type { RunFigures } from "./runFigures.ts";

export interface SelectedPath {
  readonly figure: Figure;
  /** The other clock's figure, or what is missing. */
  readonly message: string;
  /** Nothing in this run is called so. */
  readonly missing: boolean;
}

/** The longest chain of a target, or of the processes and threads whose names a pattern selects. */
export function selectedPath(pattern: string | undefined, clock: Clock, figures: RunFigures): SelectedPath {
  const { trace, target } = figures.context;
  const named = patternTest(pattern);
  const whole = pattern === undefined || named(target);
  if (!whole && !trace.threads.some((thread) => isCalled(thread, named))) {
    const message = `critical path not judged: no target, process or thread is called ${JSON.stringify(pattern)}`;
    return { figure: { unknown: "" }, message, missing: true };
  }
  const found = whole ? figures.criticalPath(clock) : partOf(figures, clock, named);
  if ("unknown" in found) return { figure: found, message: "", missing: false };
  const { path } = found;
  const figure = figures.complete({ value: clock === "wall" ? path.wallNs : path.syscallNs });
  const other =
    clock === "wall"
      ? `${formatNs(path.syscallNs)} of it in system calls`
      : `${formatNs(path.wallNs)} of wall time along it`;
  return { figure, message: other, missing: false };
}

function partOf(figures: RunFigures, clock: Clock, named: NameTest): { path: CriticalPath } | { unknown: string } {
  if (figures.untimed !== undefined) return { unknown: figures.untimed };
  return { path: criticalPath(figures.context.trace, { by: clock, counts: (thread) => isCalled(thread, named) }) };
}

/** By the name of the thread, or by a program that the process executed: its path or its last part. */
export function isCalled({ name, execs }: ThreadInfo, named: NameTest): boolean {
  return [name, ...execs, ...execs.map((path) => path.slice(path.lastIndexOf("/") + 1))].some(named);
}
