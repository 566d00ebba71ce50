import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ANTI_PATTERNS } from "../src/engine/budget/budget.ts";
import { FUNCTIONS, UNITS, VARIABLES } from "../src/engine/budget/expression/names.ts";
import {
  ANTI_PATTERN_RULES,
  ASSERTION,
  ASSERTIONS,
  BASELINE,
  BUDGET_SECTIONS,
  CI,
  GOLDEN_TRACES,
  PERFORMANCE_BUDGET,
  REGRESSION,
  SEMANTIC_EQUIVALENCE,
  type VariantSpec,
  WITHOUT_EFFECT,
} from "../src/engine/budget/keys.ts";
import { parseBudgets } from "../src/engine/budget/parseBudgets.ts";
import { describeSharedData, type SharedFiles } from "./support/sharedData.ts";

const DOCS = readFileSync(path.resolve(import.meta.dirname, "../docs/budgets.md"), "utf8");

/** The names in the first column of the table below a heading. */
function documented(heading: string): string[] {
  const from = DOCS.indexOf(`\n${heading}\n`);
  expect(from, `docs/budgets.md has no heading ${heading}`).toBeGreaterThan(0);
  const rest = DOCS.slice(from + heading.length + 2);
  const section = rest.slice(0, /\n#{2,3} /.exec(rest)?.index);
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([\w]+)/g)].map((match) => match[1] as string));
}

const COMMON = ["name", "description", "enabled", "applies_to"];

function ownKeys({ common, tag, variants }: VariantSpec): string[] {
  const keys = [...Object.keys(common), tag, ...Object.values(variants).flatMap((variant) => Object.keys(variant))];
  return [...new Set(keys)].filter((key) => !COMMON.includes(key));
}

test.each<[string, readonly string[]]>([
  ["### common", COMMON],
  ["### `[[assertion]]`", ownKeys(ASSERTION)],
  ["### `[[assertions]]`", ownKeys(ASSERTIONS)],
  ["### `[[anti_patterns.rules]]`", ownKeys(ANTI_PATTERN_RULES)],
  ["### `[performance.budgets]`", Object.keys(PERFORMANCE_BUDGET)],
  ["### `[regression]`", Object.keys(REGRESSION)],
  ["### `[golden_traces]`", Object.keys(GOLDEN_TRACES)],
  ["### `[[golden_traces.baselines]]`", Object.keys(BASELINE)],
  ["### `[semantic_equivalence]`", Object.keys(SEMANTIC_EQUIVALENCE)],
  ["### `[ci]`", Object.keys(CI)],
  ["## Anti-patterns", ANTI_PATTERNS],
  ["## Expressions", [...Object.keys(VARIABLES), ...Object.keys(FUNCTIONS)]],
])("%s of docs/budgets.md has the keys that there are", (heading, keys) => {
  expect(documented(heading).sort()).toEqual([...keys].sort());
});

test("docs/budgets.md names every section, type, check and unit", () => {
  for (const spec of [ASSERTION, ASSERTIONS, ANTI_PATTERN_RULES]) {
    expect(COMMON.every((key) => Object.hasOwn(spec.common, key))).toBe(true);
    for (const variant of Object.keys(spec.variants)) expect(DOCS).toContain(`\`${variant}\``);
  }
  for (const section of [...BUDGET_SECTIONS, ...Object.keys(WITHOUT_EFFECT)]) {
    expect(DOCS).toMatch(new RegExp(`\`\\[+${section}[.\\]]`));
  }
  for (const unit of Object.keys(UNITS)) expect(DOCS).toContain(`\`${unit}\``);
});

test("the example of docs/budgets.md is valid", () => {
  const example = /```toml\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? "";
  const { budgets, problems } = parseBudgets("/w/goldentrace.toml", example);
  expect({ problems, names: budgets.map(({ name }) => name) }).toEqual({
    problems: [],
    names: ["start-up", "few opens", "saves safely"],
  });
});

describeSharedData("renacer.toml files in the wild", "renacer", (files: SharedFiles) => {
  test.each([
    ["renacer-example.toml", 10],
    ["entrenar/renacer.toml", 6],
  ])("%s has no errors and %i budgets", (file, count) => {
    const { budgets, problems } = parseBudgets(`/w/${file}`, new TextDecoder().decode(files.read(file)));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(budgets).toHaveLength(count);
  });
});
