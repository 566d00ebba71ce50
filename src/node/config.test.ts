import fc from "fast-check";
import { expect, test } from "vitest";
import { configTemplate } from "../cli/init/configTemplate.ts";
import { findTarget, parseConfig } from "./config.ts";

test("reads defaults and targets", () => {
  const { config, problems } = parseConfig(`
[defaults]
stacks = true
metricsIntervalMs = 10

[targets.train]
program = "python3"
args = ["train.py"]
env = { OMP_NUM_THREADS = "1" }
`);
  expect(problems).toEqual([]);
  expect(config.defaults).toEqual({ stacks: true, metricsIntervalMs: 10 });
  expect(findTarget(config, "train").args).toEqual(["train.py"]);
  expect(() => findTarget(config, "trian")).toThrow(expect.objectContaining({ wayOut: "Did you mean: train" }));
  expect(() => findTarget(config, "constructor")).toThrow(/no target/);
});

test.each([
  ["[defaults]\nstaks = true", 2, 'unknown key "staks": did you mean stacks?'],
  ["[default]\nstacks = true", 1, 'unknown key "default": did you mean defaults?'],
  ['[targets.a]\nprogram = "x"\nprogam = "y"', 3, 'unknown key "progam": did you mean program?'],
  ['[targets."a.b"]\nprogram = "x"\n\n[targets.c]\nprogram = "x"\nwat = 1', 6, 'unknown key "wat": known are'],
  ["[defaults]\n\nstacks = 1", 3, '"defaults.stacks" must be a boolean'],
  ["[defaults]\nmetricsIntervalMs = 5", 2, '"defaults.metricsIntervalMs" must be at least 10'],
  ["[targets.a]\nargs = []", 1, '"targets.a.program" must be given, as a string'],
  ['[targets.a]\nprogram = "x"\nargs = ["a", 1]', 3, '"targets.a.args[1]" must be a string'],
  ["[defaults\nstacks = true", 1, "not valid TOML"],
  ['[targets.a]\nprogram = "x"\n\n[targets.__proto__]\nprogram = "x"', 4, "__proto__ cannot be a name"],
  ['[targets.a]\nprogram = "x"\nenv = { A = "1", __proto__ = "2" }', 3, "__proto__ cannot be a name"],
  ["targets = 3", 1, '"targets" must be an object'],
])("%j: line %i", (text, line, message) => {
  const { problems } = parseConfig(text);
  expect(problems[0]?.line).toBe(line);
  expect(problems[0]?.message).toContain(message);
});

test("any text is read or refused", () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "targets",
    ".",
    "a",
    "=",
    '"',
    "\n",
    "1",
    "{",
    "}",
    "defaults",
    "stacks",
    "true",
    "#",
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const { problems } = parseConfig(pieces.join(""));
      for (const problem of problems) expect(problem.message).not.toBe("");
    }),
  );
});

test("the template of init is valid, and so is every setting that it only mentions", () => {
  const programs = [{ name: "my app", program: './a "b"', args: ["x"], cwd: "sub" }];
  const template = configTemplate(programs);
  expect(parseConfig(template).problems).toEqual([]);
  expect(parseConfig(template).config.targets).toEqual({ "my app": { program: './a "b"', args: ["x"], cwd: "sub" } });
  const uncommented = template
    .split("\n")
    .filter((line) => /^# [\w[].*(= |\])/.test(line) && !/goldentrace run|docs\//.test(line))
    .map((line) => line.slice(2));
  const { config, problems } = parseConfig(["[defaults]", ...uncommented].join("\n"));
  expect(problems).toEqual([]);
  expect(Object.keys(config.defaults ?? {})).toHaveLength(8);
  expect(Object.keys(config.targets?.train ?? {})).toHaveLength(7);
});
