import type { FindingLevel, FindingRule } from "./findings.ts";

/** What SARIF tells about a kind of finding. */
export interface RuleText {
  readonly id: FindingRule;
  /** Pascal case. */
  readonly name: string;
  readonly short: string;
  readonly full: string;
  readonly level: FindingLevel;
}

/** All kinds of findings in a fixed order: their places in it are `ruleIndex`. */
export const RULES: readonly RuleText[] = [
  {
    id: "removed",
    name: "CallRemoved",
    short: "A call that the golden has does not happen any more",
    full: "The golden trace has this call at this place on this object, and the run does not. A missing fsync or rename is found this way.",
    level: "error",
  },
  {
    id: "added",
    name: "CallAdded",
    short: "A call happens that the golden does not have",
    full: "The run makes a call of a kind, at a place, or on an object that the golden trace does not have, such as a new connection.",
    level: "error",
  },
  {
    id: "count",
    name: "CallCountChanged",
    short: "A call happens more or less often than in the golden",
    full: "The same call at the same place happens another number of times than in the golden trace.",
    level: "warning",
  },
  {
    id: "changed",
    name: "CallChanged",
    short: "A call has other arguments or another result than in the golden",
    full: "The same call on the same object has other arguments, fails where it did not, or succeeds where it failed.",
    level: "warning",
  },
  {
    id: "order",
    name: "CallOrderChanged",
    short: "Calls come in another order than in the golden",
    full: "One thread makes the same calls as in the golden trace in another order. Order between threads is not compared.",
    level: "warning",
  },
  {
    id: "thread-added",
    name: "ThreadAdded",
    short: "A thread or process is started that the golden does not have",
    full: "The program starts a thread or a process that the golden trace does not have.",
    level: "warning",
  },
  {
    id: "thread-removed",
    name: "ThreadRemoved",
    short: "A thread or process of the golden is not started any more",
    full: "The golden trace has a thread or a process that the program does not start any more.",
    level: "warning",
  },
  {
    id: "exit",
    name: "ExitChanged",
    short: "The program ends differently than in the golden",
    full: "The program, or one of its processes, ends with another exit code or signal than in the golden trace.",
    level: "error",
  },
  {
    id: "budget",
    name: "OverBudget",
    short: "A budget is not met",
    full: "A budget of goldentrace.toml or renacer.toml is exceeded, or could not be judged.",
    level: "error",
  },
  {
    id: "performance",
    name: "PerformanceRegressed",
    short: "A figure is worse than in the golden's samples",
    full: "Time, memory or transferred bytes are larger than in the samples of the golden, by more than their noise and the smallest effect that counts.",
    level: "warning",
  },
  {
    id: "incomparable",
    name: "Incomparable",
    short: "The run could not be compared with its golden",
    full: "The trace or the golden is missing, empty, cut off or unreadable, or the two were made under different conditions. This is never a pass.",
    level: "error",
  },
];
