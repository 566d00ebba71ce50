import type { CommandName, CommandSpec } from "./commandSpec.ts";
import { ACCEPT, CHECK, DIFF } from "./goldenCommands.ts";
import { EXPORT, LIST, REPORT, SHOW } from "./readingCommands.ts";
import { ATTACH, RUN } from "./recordingCommands.ts";
import { CLEAN, COMPLETION, DOCTOR, INIT } from "./workspaceCommands.ts";

/**
 * Every sub-command with its options, positionals and examples, in the order of help. Argument parsing, help, completion scripts and
 * docs/cli.md are made from this table and from nothing else.
 */
export const COMMANDS: readonly CommandSpec[] = [
  RUN,
  ATTACH,
  ACCEPT,
  CHECK,
  DIFF,
  LIST,
  SHOW,
  EXPORT,
  REPORT,
  CLEAN,
  DOCTOR,
  INIT,
  COMPLETION,
];

export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}

export function commandSpec(name: CommandName): CommandSpec {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`The command table lacks ${name}`);
  return found;
}
