import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Budget } from "../engine/budget/budget.ts";
import type { ConfigProblem } from "../engine/budget/configProblem.ts";
import { parseBudgets } from "../engine/budget/parseBudgets.ts";
import { parseConfig } from "../engine/budget/parseConfig.ts";
import type { ConfigFile, ConfigTarget } from "../protocol/launch.ts";
import { CONFIG_FILE, RENACER_FILE } from "./configFiles.ts";
import { errorCode } from "./procFiles.ts";
import { writeFailure } from "./writeFailure.ts";

export type { ConfigProblem } from "../engine/budget/configProblem.ts";
export { parseConfig } from "../engine/budget/parseConfig.ts";
export { CONFIG_FILE, RENACER_FILE } from "./configFiles.ts";

/** The budgets of a workspace. */
export interface WorkspaceBudgets {
  readonly budgets: readonly Budget[];
  /** What is no error: most likely mistakes (warnings), and settings that are understood and have no effect here (remarks); by file. */
  readonly remarks: readonly { readonly file: string; readonly problem: ConfigProblem }[];
}

/**
 * Reads the configuration of a workspace; an empty one where there is no file.
 * @throws ExpectedError that names the line when the file is not valid: unknown keys are errors, so that a typo cannot switch a setting off
 */
export function loadConfig(workspace: string): ConfigFile {
  const path = join(workspace, CONFIG_FILE);
  const text = readConfigText(path);
  if (text === undefined) return {};
  const { config, problems } = parseConfig(text, path);
  failOnErrors(path, problems);
  return config;
}

/**
 * The budgets in goldentrace.toml and in renacer.toml beside it.
 * @throws ExpectedError that names file, line and column when one of them is not valid
 */
export function loadBudgets(workspace: string): WorkspaceBudgets {
  const budgets: Budget[] = [];
  const remarks: { file: string; problem: ConfigProblem }[] = [];
  const add = (file: string, parsed: { budgets: readonly Budget[]; problems: readonly ConfigProblem[] }): void => {
    failOnErrors(file, parsed.problems);
    budgets.push(...parsed.budgets);
    for (const problem of parsed.problems) remarks.push({ file, problem });
  };
  const path = join(workspace, CONFIG_FILE);
  const text = readConfigText(path);
  const config = text === undefined ? undefined : parseConfig(text, path);
  if (config !== undefined) add(path, config);
  const renacerPath = join(workspace, RENACER_FILE);
  const renacerText = readConfigText(renacerPath);
  if (renacerText !== undefined) {
    const targets = config === undefined ? [] : targetNames(config.config);
    add(renacerPath, parseBudgets(renacerPath, renacerText, "renacer", targets));
  }
  return { budgets, remarks };
}

function readConfigText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    const why = errorCode(error) === "EISDIR" ? "it is a directory" : (writeFailure(error) ?? errorCode(error));
    throw new ExpectedError(`${path} cannot be read: ${why}`, { code: "usage", cause: error });
  }
}

function failOnErrors(path: string, problems: readonly ConfigProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return;
  throw new ExpectedError(problemText(path, first), {
    code: "usage",
    wayOut:
      errors.length === 1
        ? "See docs/cli.md and docs/budgets.md for what the file may hold."
        : errors
            .slice(1)
            .map(({ line, message }) => `line ${line}: ${message}`)
            .join("\n"),
  });
}

/** A problem as one line: `renacer.toml:5:3: what is wrong`. */
export function problemText(file: string, problem: ConfigProblem): string {
  return `${file}${placeText(problem)}: ${problem.message}`;
}

function placeText({ line, column }: ConfigProblem): string {
  if (line === 0) return "";
  return column === 0 ? `:${line}` : `:${line}:${column}`;
}

/** @throws ExpectedError naming the targets that exist when there is none of that name */
export function findTarget(config: ConfigFile, name: string): ConfigTarget {
  const target = targetNames(config).includes(name) ? config.targets?.[name] : undefined;
  if (target !== undefined) return target;
  const names = targetNames(config);
  const near = nearest(name, names);
  throw new ExpectedError(`There is no target ${JSON.stringify(name)} in ${CONFIG_FILE}`, {
    code: "usage",
    wayOut:
      near !== undefined
        ? `Did you mean: ${near}`
        : names.length === 0
          ? "To record a program, put -- before it: goldentrace run -- PROGRAM"
          : `Targets: ${names.join(", ")}`,
  });
}

export function targetNames(config: ConfigFile): readonly string[] {
  return Object.keys(config.targets ?? {});
}
