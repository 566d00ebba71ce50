import { basename } from "node:path";
import type { ConfigProblem } from "../engine/budget/configProblem.ts";
import { parseBudgets } from "../engine/budget/parseBudgets.ts";
import type { ConfigTarget } from "../protocol/launch.ts";
import { CONFIG_FILE, parseConfig } from "./config.ts";

/** Everything that is wrong in the text of a goldentrace.toml or renacer.toml. @param file its path, which tells the dialect */
export function configProblems(file: string, text: string): readonly ConfigProblem[] {
  return basename(file) === CONFIG_FILE
    ? parseConfig(text, file).problems
    : parseBudgets(file, text, "renacer").problems;
}

/** The targets in the text of a goldentrace.toml; what is wrong with it is told by `configProblems`. */
export function configTargets(text: string): { name: string; target: ConfigTarget }[] {
  return Object.entries(parseConfig(text).config.targets ?? {}).map(([name, target]) => ({ name, target }));
}
