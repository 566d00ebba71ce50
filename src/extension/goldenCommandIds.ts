import type { CommandId } from "../protocol/contributions.ts";

/** Commands on goldens: their code is loaded when the first of them runs, or when a run was compared. */
export const GOLDEN_COMMANDS = [
  "goldentrace.showDivergences",
  "goldentrace.nextDivergence",
  "goldentrace.previousDivergence",
  "goldentrace.groupByFile",
  "goldentrace.groupByKind",
  "goldentrace.openDivergence",
  "goldentrace.compareEvents",
  "goldentrace.acceptDivergence",
  "goldentrace.ignoreDivergence",
  "goldentrace.clearMarks",
  "goldentrace.toggleMarks",
  "goldentrace.acceptRun",
  "goldentrace.undoAccept",
  "goldentrace.compareWithGolden",
  "goldentrace.compareRuns",
  "goldentrace.selectForCompare",
  "goldentrace.compareWithSelected",
  "goldentrace.compareConfigurations",
  "goldentrace.runTarget",
  "goldentrace.checkTarget",
  "goldentrace.acceptTarget",
] as const satisfies readonly CommandId[];
export type GoldenCommandId = (typeof GOLDEN_COMMANDS)[number];
