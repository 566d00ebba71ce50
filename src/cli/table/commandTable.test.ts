import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { displayWidth } from "../../base/terminal/displayWidth.ts";
import { WRITERS } from "../../engine/write/index.ts";
import { targetSchema } from "../../protocol/launch.ts";
import { commandDocs } from "../commandDocs.ts";
import { parseCommandLine } from "../commandLine.ts";
import { commandHelp, generalHelp } from "../help.ts";
import { styleFor } from "../terminal/style.ts";
import { COMMAND_NAMES, EXPORT_FORMATS } from "./commandSpec.ts";
import { COMMANDS } from "./commandTable.ts";

test("the table is complete and says everything about each command", () => {
  expect(COMMANDS.map((command) => command.name)).toEqual(COMMAND_NAMES);
  for (const command of COMMANDS) {
    expect(command.examples.length, command.name).toBeGreaterThan(0);
    expect(command.exitCodes.length, command.name).toBeGreaterThan(0);
    const words = command.options.flatMap((option) => [
      option.name,
      ...(option.short === undefined ? [] : [option.short]),
    ]);
    expect(new Set(words).size, `${command.name} has an option twice`).toBe(words.length);
    for (const option of command.options) expect(option.description, option.name).toMatch(/^[A-Z`].*[.]$/s);
  }
});

test("the formats of export are the writers that exist", () => {
  expect(EXPORT_FORMATS).toEqual(WRITERS.map((writer) => writer.id));
});

test("examples of one word per argument are understood by the parser", () => {
  for (const command of COMMANDS) {
    for (const { command: example } of command.examples) {
      const words = /^goldentrace (\S+)(?: ([^|>"'$]*))?/.exec(example);
      expect(words?.[1], example).toBe(command.name);
      expect(() =>
        parseCommandLine(command.name, (words?.[2] ?? "").trim().split(/\s+/).filter(Boolean)),
      ).not.toThrow();
    }
  }
});

test("help fits the terminal", () => {
  for (const width of [60, 80, 120]) {
    for (const text of [
      generalHelp(styleFor(false), width),
      ...COMMANDS.map((c) => commandHelp(c, styleFor(false), width)),
    ]) {
      // Examples and usage lines are to be copied, so they are never broken.
      const prose = text.split("\n").filter((line) => !/^ {2}(goldentrace|# )/.test(line));
      for (const line of prose) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }
  }
});

test("docs/cli.md holds what the table says", async () => {
  const path = fileURLToPath(new URL("../../../docs/cli.md", import.meta.url));
  const page = readFileSync(path, "utf8").replace(
    /(<!-- commands: begin -->\n)[\s\S]*(<!-- commands: end -->)/,
    (_, begin, end) => `${begin}\n${commandDocs()}\n${end}`,
  );
  // After a change of the table: npx vitest run src/cli/table/commandTable.test.ts --update
  await expect(page).toMatchFileSnapshot(path);
});

test("docs/cli.md describes every key of goldentrace.toml", () => {
  const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
  for (const key of Object.keys(targetSchema.shape)) expect(page).toMatch(new RegExp(`^\\| \`${key}\` \\|`, "m"));
});
