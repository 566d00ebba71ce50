import { basename, dirname } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import type { ConfigProblem } from "../engine/budget/configProblem.ts";
import { parseBudgets } from "../engine/budget/parseBudgets.ts";
import type { ConfigTarget } from "../protocol/launch.ts";
import { CONFIG_FILE, loadConfig, parseConfig, targetNames } from "./config.ts";

/** Everything that is wrong in the text of a goldentrace.toml or renacer.toml. @param file its path, which tells the dialect */
export function configProblems(file: string, text: string): readonly ConfigProblem[] {
  return basename(file) === CONFIG_FILE
    ? parseConfig(text, file).problems
    : parseBudgets(file, text, "renacer", targetsBeside(file)).problems;
}

/** Names of the targets in the goldentrace.toml beside a file; none where it has errors, which are told there. */
function targetsBeside(file: string): readonly string[] {
  try {
    return targetNames(loadConfig(dirname(file)));
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return [];
  }
}

/** The targets in the text of a goldentrace.toml; what is wrong with it is told by `configProblems`. */
export function configTargets(text: string): { name: string; target: ConfigTarget }[] {
  return Object.entries(parseConfig(text).config.targets ?? {}).map(([name, target]) => ({ name, target }));
}

/** What becomes of worse figures of a target, as the text of a goldentrace.toml says. */
export function performanceRule(text: string, target: string): "report" | "fail" | "off" {
  const { config } = parseConfig(text);
  return config.targets?.[target]?.golden?.performance ?? config.golden?.performance ?? "report";
}
