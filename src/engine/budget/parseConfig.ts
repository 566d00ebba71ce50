import * as z from "zod/mini";
import { ExpectedError } from "../../base/errors.ts";
import { DIVERGENCE_KINDS } from "../../protocol/comparison.ts";
import { describeIssues } from "../../protocol/describeIssues.ts";
import { type GoldenConfig, goldenConfigSchema } from "../../protocol/goldenConfig.ts";
import {
  type ConfigFile,
  configFileSchema,
  configTargetSchema,
  recordingOptionsSchema,
} from "../../protocol/launch.ts";
import { RULES } from "../golden/normalise/rules.ts";
import { compileUserRules } from "../golden/normalise/userRules.ts";
import type { Budget } from "./budget.ts";
import type { ConfigProblem } from "./configProblem.ts";
import { wildcardMatches } from "./namePattern.ts";
import { budgetsOf, checkSections } from "./parseBudgets.ts";
import { isTable, ProblemList, suggestion } from "./tableReader.ts";
import { readToml, type TomlPath } from "./tomlDocument.ts";

export interface ParsedConfig {
  /** What is valid; empty where the settings have errors. */
  readonly config: ConfigFile;
  readonly budgets: readonly Budget[];
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

const OPTION_KEYS = Object.keys(recordingOptionsSchema.shape);
const TARGET_KEYS = Object.keys(configTargetSchema.shape);
const GOLDEN_KEYS = Object.keys(goldenConfigSchema.shape);
const RULE_KEYS = ["id", "match", "replace", "description"];
const IGNORE_KEYS = ["name", "object", "file", "function", "kind", "reason"] as const;

/**
 * goldentrace.toml: its settings, its budgets, and everything that is wrong with it, each with its place.
 * @param file absolute path, for `Budget.source`
 */
export function parseConfig(text: string, file = ""): ParsedConfig {
  const read = readToml(text);
  if ("problem" in read) return { config: {}, budgets: [], problems: [read.problem] };
  const { document } = read;
  const problems = new ProblemList(document);
  const settings = Object.keys(configFileSchema.shape);
  checkSections(problems, settings);
  unknownKeys(document.root, problems);
  unusableNames(document.root, [], problems);
  const parsed = z.safeParse(configFileSchema, document.root, { reportInput: true });
  let config: ConfigFile = {};
  if (parsed.success) {
    config = parsed.data;
    checkGolden(config.golden, ["golden"], problems);
    for (const [name, target] of Object.entries(config.targets ?? {})) {
      checkGolden(target.golden, ["targets", name, "golden"], problems);
    }
  } else {
    for (const issue of parsed.error.issues) {
      const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
      problems.error(document.valuePlace(path), describeIssues([issue]));
    }
  }
  const budgets = budgetsOf(file, problems, Object.keys(config.targets ?? {}));
  return { config, budgets, problems: problems.sorted() };
}

/** A name that objects of JavaScript have already: validation leaves it out without a word. */
function unusableNames(value: unknown, path: TomlPath, problems: ProblemList): void {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) unusableNames(entry, [...path, index], problems);
  } else if (isTable(value)) {
    for (const [key, entry] of Object.entries(value)) {
      const at = [...path, key];
      if (key === "__proto__")
        problems.error(problems.document.keyPlace(at), "__proto__ cannot be a name: take another one");
      else unusableNames(entry, at, problems);
    }
  }
}

function unknownKeys(root: Readonly<Record<string, unknown>>, problems: ProblemList): void {
  const check = (value: unknown, known: readonly string[], path: TomlPath): void => {
    for (const key of Object.keys(isTable(value) ? value : {})) {
      if (!known.includes(key)) problems.unknownKey([...path, key], known);
    }
  };
  const checkGoldenKeys = (golden: unknown, known: readonly string[], path: TomlPath): void => {
    check(golden, known, path);
    if (!isTable(golden)) return;
    for (const [list, keys] of [["rules", RULE_KEYS] as const, ["ignore", IGNORE_KEYS] as const]) {
      const entries = golden[list];
      for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
        check(entry, keys, [...path, list, index]);
      }
    }
  };
  check(root.defaults, OPTION_KEYS, ["defaults"]);
  checkGoldenKeys(root.golden, GOLDEN_KEYS, ["golden"]);
  for (const [name, target] of Object.entries(isTable(root.targets) ? root.targets : {})) {
    check(target, TARGET_KEYS, ["targets", name]);
    const own = GOLDEN_KEYS.filter((key) => key !== "dir");
    checkGoldenKeys(isTable(target) ? target.golden : undefined, own, ["targets", name, "golden"]);
  }
}

/** What the shape alone does not tell: rules that are none, rules and kinds of difference that do not exist. */
function checkGolden(golden: GoldenConfig | undefined, path: TomlPath, problems: ProblemList): void {
  const { document } = problems;
  const ids = RULES.map(({ id }) => id);
  for (const [index, id] of (golden?.rulesOff ?? []).entries()) {
    if (ids.some((known) => known === id) || golden?.rules?.some((rule) => rule.id === id)) continue;
    const message = `there is no normalisation rule ${JSON.stringify(id)}: ${suggestion(id, ids)}`;
    problems.error(document.valuePlace([...path, "rulesOff", index]), message);
  }
  const taken = new Set<string>(ids);
  for (const [index, rule] of (golden?.rules ?? []).entries()) {
    try {
      compileUserRules([rule], taken);
      taken.add(rule.id);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const key = /\bid\b/.test(error.message) ? "id" : /replacement/.test(error.message) ? "replace" : "match";
      problems.error(
        document.valuePlace([...path, "rules", index, key]),
        error.message.replace(/^golden\.rules /, "rule "),
      );
    }
  }
  for (const [index, rule] of (golden?.ignore ?? []).entries()) {
    const { kind } = rule;
    if (IGNORE_KEYS.every((key) => key === "reason" || rule[key] === undefined)) {
      const keys = IGNORE_KEYS.filter((key) => key !== "reason").join(", ");
      problems.error(
        document.keyPlace([...path, "ignore", index]),
        `the rule ignores everything: give it one of ${keys}`,
      );
    }
    if (kind === undefined || DIVERGENCE_KINDS.some((known) => wildcardMatches(kind, known))) continue;
    const message = `there is no kind of difference ${JSON.stringify(kind)}: ${suggestion(kind, DIVERGENCE_KINDS)}`;
    problems.error(document.valuePlace([...path, "ignore", index, "kind"]), message);
  }
}
