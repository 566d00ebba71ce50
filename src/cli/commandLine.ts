import { parseArgs } from "node:util";
import { ExpectedError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { CommandName, CommandSpec, OptionSpec } from "./table/commandSpec.ts";
import { COMMANDS, commandSpec } from "./table/commandTable.ts";

/** The arguments of one sub-command. Names are checked against the command table, so a misspelt lookup is a bug and throws. */
export class CommandLine {
  constructor(
    readonly command: CommandSpec,
    private readonly values: ReadonlyMap<string, readonly (string | true)[]>,
    readonly positionals: readonly string[],
    /** What followed `--`; undefined without it. */
    readonly rest: readonly string[] | undefined,
  ) {}

  has(name: string): boolean {
    return this.lookUp(name).length > 0;
  }

  /** The value given last. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  texts(name: string): readonly string[] {
    return this.lookUp(name).filter((value) => value !== true);
  }

  private lookUp(name: string): readonly (string | true)[] {
    if (!this.command.options.some((option) => option.name === name)) {
      throw new Error(`The command ${this.command.name} has no option ${name}`);
    }
    return this.values.get(name) ?? [];
  }
}

/** @throws ExpectedError with code `usage` naming what is wrong and, where there is one, the option that was meant */
export function parseCommandLine(name: CommandName, argv: readonly string[]): CommandLine {
  const command = commandSpec(name);
  const separator = argv.indexOf("--");
  const own = separator === -1 ? argv : argv.slice(0, separator);
  const values = new Map<string, (string | true)[]>();
  const positionals: string[] = [];
  const { tokens } = parseArgs({
    args: [...own],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: parseOptions(command),
  });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = command.options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(command, token.rawName);
    addValue(command, option, token.rawName, token.value, values);
  }
  return new CommandLine(command, values, positionals, separator === -1 ? undefined : argv.slice(separator + 1));
}

/** The index in `argv` of the first word that is neither an option nor an option's value; -1 when there is none before `--`. */
export function firstPositional(command: CommandSpec, argv: readonly string[]): number {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: parseOptions(command),
  });
  for (const token of tokens) {
    if (token.kind === "option-terminator") return -1;
    if (token.kind === "positional") return token.index;
  }
  return -1;
}

/** Whole numbers from 0 on; anything else is the user's error. */
export function parseCount(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`--${option} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** `NAME=VALUE` pairs as an object; a name that is given twice has its last value. */
export function parsePairs(option: string, texts: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw usage(`--${option} takes NAME=VALUE, not ${JSON.stringify(text)}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  // fromEntries defines properties: a name like __proto__ is a name like any other.
  return Object.fromEntries(pairs);
}

export function usage(message: string, wayOut?: string): ExpectedError {
  return new ExpectedError(message, { code: "usage", ...(wayOut === undefined ? {} : { wayOut }) });
}

/** Errors when there are more positionals than the command takes. */
export function atMost(line: CommandLine, count: number): void {
  const extra = line.rest === undefined ? line.positionals : [...line.positionals, ...line.rest];
  if (extra.length > count) {
    throw usage(`${line.command.name} does not take ${JSON.stringify(extra[count])}`, seeHelp(line.command.name));
  }
}

export function seeHelp(command: string): string {
  return `See: goldentrace ${command} --help`;
}

export function unknownCommand(name: string): ExpectedError {
  const near = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  return usage(
    `There is no command ${JSON.stringify(name)}`,
    near === undefined ? "See: goldentrace --help" : `Did you mean: goldentrace ${near}`,
  );
}

function parseOptions(
  command: CommandSpec,
): Record<string, { type: "string" | "boolean"; short?: string; multiple: true }> {
  return Object.fromEntries(
    command.options.map((option) => [
      option.name,
      {
        type: option.value === undefined ? "boolean" : "string",
        multiple: true,
        ...(option.short === undefined ? {} : { short: option.short }),
      } as const,
    ]),
  );
}

function addValue(
  command: CommandSpec,
  option: OptionSpec,
  rawName: string,
  value: string | undefined,
  values: Map<string, (string | true)[]>,
): void {
  if (option.value === undefined && value !== undefined) {
    throw usage(`${rawName} takes no value`, seeHelp(command.name));
  }
  if (option.value !== undefined && value === undefined) {
    throw usage(`${rawName} needs a value: ${option.value}`, seeHelp(command.name));
  }
  if (value !== undefined && option.choices !== undefined && !option.choices.includes(value)) {
    const near = nearest(value, option.choices);
    throw usage(
      `${rawName} is one of ${option.choices.join(", ")}, not ${JSON.stringify(value)}`,
      near === undefined ? undefined : `Did you mean: ${near}`,
    );
  }
  const list = values.get(option.name) ?? [];
  list.push(value ?? true);
  values.set(option.name, list);
}

function unknownOption(command: CommandSpec, rawName: string): ExpectedError {
  const near = nearest(
    rawName.replace(/^-+/, ""),
    command.options.map((option) => option.name),
  );
  return usage(
    `${command.name} has no option ${rawName}`,
    near === undefined ? seeHelp(command.name) : `Did you mean: --${near}`,
  );
}
