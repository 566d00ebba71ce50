import { expect, test } from "vitest";
import { ExpectedError } from "../base/errors.ts";
import { firstPositional, parseCommandLine, parseCount, parsePairs } from "./commandLine.ts";
import { parseDuration } from "./duration.ts";
import { recordingOptions } from "./recordingOptions.ts";
import type { CommandName } from "./table/commandSpec.ts";
import { commandSpec } from "./table/commandTable.ts";

test("options, positionals and what follows --", () => {
  const line = parseCommandLine("run", [
    "-n",
    "x",
    "--meta",
    "a=1",
    "-m",
    "b=2=3",
    "--pin",
    "t",
    "--",
    "ls",
    "--pin",
    "-n",
  ]);
  expect(line.text("name")).toBe("x");
  expect(line.texts("meta")).toEqual(["a=1", "b=2=3"]);
  expect([line.has("pin"), line.has("stacks")]).toEqual([true, false]);
  expect(line.positionals).toEqual(["t"]);
  expect(line.rest).toEqual(["ls", "--pin", "-n"]);
  expect(parseCommandLine("run", ["--", "--"]).rest).toEqual(["--"]);
  expect(parseCommandLine("list", []).rest).toBeUndefined();
});

test.each<[CommandName, string[], string, string]>([
  ["show", ["--jsno"], "show has no option --jsno", "Did you mean: --json"],
  ["show", ["--zzz"], "show has no option --zzz", "See: goldentrace show --help"],
  ["show", ["--json=1"], "--json takes no value", "See: goldentrace show --help"],
  ["export", ["--format"], "--format needs a value: FORMAT", "See: goldentrace export --help"],
  [
    "export",
    ["--format", "cvs"],
    '--format is one of renacer-json, csv, strace-summary, json, markdown, not "cvs"',
    "Did you mean: csv",
  ],
  ["run", ["--recorder", "native", "--", "ls"], '--recorder is one of auto, strace, none, not "native"', ""],
])("%s %j is refused with the way out", (command, argv, message, wayOut) => {
  try {
    parseCommandLine(command, argv);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpectedError);
    expect(error).toMatchObject({ code: "usage", message, wayOut: wayOut === "" ? undefined : wayOut });
  }
});

test("an option that the table lacks is a bug, not the user's error", () => {
  expect(() => parseCommandLine("show", []).has("nope")).toThrow(/has no option/);
});

test("finds where the program begins", () => {
  const spec = commandSpec("run");
  expect(firstPositional(spec, ["-n", "x", "--pin", "ls", "-l"])).toBe(3);
  expect(firstPositional(spec, ["--name=x", "ls"])).toBe(1);
  expect(firstPositional(spec, ["-n", "x", "--", "ls"])).toBe(-1);
  expect(firstPositional(spec, [])).toBe(-1);
});

test("pairs keep every name", () => {
  expect(parsePairs("meta", ["a=", "b=c=d"])).toEqual({ a: "", b: "c=d" });
  expect(Object.entries(parsePairs("meta", ["__proto__=x"]))).toEqual([["__proto__", "x"]]);
  expect(() => parsePairs("meta", ["=x"])).toThrow(/NAME=VALUE/);
  expect(() => parsePairs("meta", ["x"])).toThrow(/NAME=VALUE/);
});

test("counts and times", () => {
  expect(parseCount("keep", "0")).toBe(0);
  for (const bad of ["-1", "1.5", "", "x", "1e3", "99999999999"])
    expect(() => parseCount("keep", bad)).toThrow(ExpectedError);
  expect(["500ms", "10s", "1.5m", "2h", "7d", "1w", "1 min"].map((text) => parseDuration("x", text))).toEqual([
    500, 10_000, 90_000, 7_200_000, 604_800_000, 604_800_000, 60_000,
  ]);
  expect(parseDuration("x", "10", "s")).toBe(10_000);
  for (const bad of ["10", "", "s", "-1s", "1y", "1e3s", "toString"])
    expect(() => parseDuration("x", bad)).toThrow(ExpectedError);
});

test("recording options leave out what was not said", () => {
  const options = (...argv: string[]) => recordingOptions(parseCommandLine("run", argv));
  expect(options()).toEqual({});
  expect(options("-e", "trace=file", "-e", "!/stat/", "-k", "--metrics-interval", "10", "-m", "stage=test")).toEqual({
    filter: "file,!/stat/",
    stacks: true,
    metricsIntervalMs: 10,
    meta: { stage: "test" },
  });
  expect(() => options("--metrics-interval", "9ms")).toThrow(/10ms to 1min/);
});
