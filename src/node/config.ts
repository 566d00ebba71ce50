import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as z from "zod/mini";
import { ExpectedError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { describeIssues } from "../protocol/describeIssues.ts";
import { goldenConfigSchema } from "../protocol/goldenConfig.ts";
import {
  type ConfigFile,
  type ConfigTarget,
  configFileSchema,
  configTargetSchema,
  recordingOptionsSchema,
} from "../protocol/launch.ts";
import { errorCode } from "./procFiles.ts";
import { writeFailure } from "./writeFailure.ts";

/** The configuration file at the root of a workspace. */
export const CONFIG_FILE = "goldentrace.toml";

/** A misspelt key or a wrong value in the configuration. */
export interface ConfigProblem {
  /** 1-based; 0 where the place is not known. */
  readonly line: number;
  readonly message: string;
}

/**
 * Reads the configuration of a workspace; an empty one where there is no file.
 * @throws ExpectedError that names the line when the file is not valid: unknown keys are errors, so that a typo cannot switch a setting off
 */
export function loadConfig(workspace: string): ConfigFile {
  const path = join(workspace, CONFIG_FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return {};
    const why = errorCode(error) === "EISDIR" ? "it is a directory" : (writeFailure(error) ?? errorCode(error));
    throw new ExpectedError(`${path} cannot be read: ${why}`, { code: "usage", cause: error });
  }
  const { config, problems } = parseConfig(text);
  const first = problems[0];
  if (first === undefined) return config;
  throw new ExpectedError(`${path}${first.line > 0 ? `:${first.line}` : ""}: ${first.message}`, {
    code: "usage",
    wayOut:
      problems.length === 1
        ? "See docs/cli.md for what goldentrace.toml may hold."
        : problems
            .slice(1)
            .map((problem) => `line ${problem.line}: ${problem.message}`)
            .join("\n"),
  });
}

/** The configuration in a text, and everything that is wrong with it; with problems the configuration holds what is valid, or nothing. */
export function parseConfig(text: string): { config: ConfigFile; problems: readonly ConfigProblem[] } {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    return { config: {}, problems: [{ line: error.line, message: `not valid TOML: ${message}` }] };
  }
  const problems = unknownKeys(raw).map(({ path, message }) => ({ line: lineOf(text, path), message }));
  const parsed = z.safeParse(configFileSchema, raw, { reportInput: true });
  if (parsed.success) return { config: parsed.data, problems };
  for (const issue of parsed.error.issues) {
    problems.push({ line: lineOf(text, issue.path.map(String)), message: describeIssues([issue]) });
  }
  problems.sort((a, b) => a.line - b.line);
  return { config: {}, problems };
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

const TOP_KEYS = Object.keys(configFileSchema.shape);
const OPTION_KEYS = Object.keys(recordingOptionsSchema.shape);
const TARGET_KEYS = Object.keys(configTargetSchema.shape);
const GOLDEN_KEYS = Object.keys(goldenConfigSchema.shape);
const RULE_KEYS = ["id", "match", "replace", "description"];
const IGNORE_KEYS = ["name", "object", "file", "function", "kind", "reason"];

function unknownKeys(raw: unknown): { path: string[]; message: string }[] {
  const found: { path: string[]; message: string }[] = [];
  const check = (value: unknown, known: readonly string[], path: string[]) => {
    for (const key of Object.keys(isTable(value) ? value : {})) {
      if (known.includes(key)) continue;
      const near = nearest(key, known);
      const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
      found.push({ path: [...path, key], message: `unknown key ${JSON.stringify(key)}: ${hint}` });
    }
  };
  const checkGolden = (golden: unknown, known: readonly string[], path: string[]) => {
    check(golden, known, path);
    if (!isTable(golden)) return;
    for (const [list, keys] of [["rules", RULE_KEYS] as const, ["ignore", IGNORE_KEYS] as const]) {
      for (const entry of Array.isArray(golden[list]) ? golden[list] : []) check(entry, keys, [...path, list]);
    }
  };
  if (!isTable(raw)) return found;
  check(raw, TOP_KEYS, []);
  check(raw.defaults, OPTION_KEYS, ["defaults"]);
  checkGolden(raw.golden, GOLDEN_KEYS, ["golden"]);
  for (const [name, target] of Object.entries(isTable(raw.targets) ? raw.targets : {})) {
    check(target, TARGET_KEYS, ["targets", name]);
    const own = GOLDEN_KEYS.filter((key) => key !== "dir");
    checkGolden(isTable(target) ? target.golden : undefined, own, ["targets", name, "golden"]);
  }
  return found;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The line that sets a key, found by its table's header and its name; 0 where it is written in another way (dotted keys, inline
 * tables). Good enough to point at a typo, for the parser keeps no positions.
 */
function lineOf(text: string, path: readonly string[]): number {
  const lines = text.split("\n");
  const key = path.at(-1) ?? "";
  let table: string[] = [];
  let best = 0;
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line);
    if (header !== null) {
      table = header[1]!.split(".").map(unquote);
      // A key that is missing: the table that lacks it.
      if (same(table, path) || same(table, path.slice(0, -1))) best = index + 1;
      continue;
    }
    const assigned = /^\s*("[^"]*"|'[^']*'|[\w-]+)\s*=/.exec(line);
    if (assigned !== null && unquote(assigned[1]!) === key && same(table, path.slice(0, -1))) return index + 1;
    // A wrong element of an array or an inline table: the line that sets the whole.
    if (assigned !== null && same([...table, unquote(assigned[1]!)], path.slice(0, table.length + 1)))
      best ||= index + 1;
  }
  return best;
}

function unquote(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
