/** The shape of the command table: what a sub-command takes, and what help, completion and docs/cli.md tell about it. */

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the option's value; options without one are switches. */
  readonly value?: string;
  readonly multiple?: true;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

/** What a shell offers for a value or a positional. */
export type Completes = "run" | "target" | "file" | "directory" | "command" | "none";

export interface PositionalSpec {
  readonly name: string;
  readonly description: string;
  readonly completes: Completes;
  readonly choices?: readonly string[];
  readonly optional?: true;
}

export const COMMAND_NAMES = [
  "run",
  "attach",
  "accept",
  "check",
  "diff",
  "list",
  "show",
  "export",
  "report",
  "clean",
  "doctor",
  "init",
  "completion",
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export interface CommandSpec {
  readonly name: CommandName;
  /** One line, as in the list of commands. */
  readonly summary: string;
  /** What follows the command's name in its usage lines. */
  readonly usage: readonly string[];
  /** Paragraphs. */
  readonly details: readonly string[];
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly { readonly command: string; readonly explanation: string }[];
  readonly exitCodes: readonly (readonly [code: string, meaning: string])[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What `export --format` takes; `commandTable.test.ts` holds it equal to the writers that exist. */
export const EXPORT_FORMATS = ["renacer-json", "csv", "strace-summary", "json", "markdown"] as const;
