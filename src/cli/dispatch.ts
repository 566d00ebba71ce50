import { ExpectedError, type ExpectedErrorCode } from "../base/errors.ts";
import { firstPositional, unknownCommand, usage } from "./commandLine.ts";
import { type CliContext, OutputClosed } from "./context.ts";
import { commandHelp, generalHelp } from "./help.ts";
import type { CommandName, CommandSpec } from "./table/commandSpec.ts";
import { findCommand } from "./table/commandTable.ts";
import { styleFor } from "./terminal/style.ts";
import { writeError } from "./writeError.ts";

/** What a command's module exports as `command`: takes the words after its name, does the work and returns the exit code. */
export type Command = (argv: readonly string[], context: CliContext) => Promise<number>;

/** Loaded on demand: `--version` must not pay for reading traces. */
const IMPLEMENTATIONS: Readonly<Record<CommandName, () => Promise<{ command: Command }>>> = {
  run: () => import("./commands/run.ts"),
  attach: () => import("./commands/attach.ts"),
  accept: () => import("./commands/accept.ts"),
  check: () => import("./commands/check.ts"),
  diff: () => import("./commands/diff.ts"),
  list: () => import("./commands/list.ts"),
  show: () => import("./commands/show.ts"),
  export: () => import("./commands/export.ts"),
  report: () => import("./commands/report.ts"),
  clean: () => import("./commands/clean.ts"),
  doctor: () => import("./commands/doctor.ts"),
  init: () => import("./commands/init.ts"),
  completion: () => import("./commands/completion.ts"),
};

/** `run` and `attach` keep these away from the program's own codes, as env(1) and timeout(1) do. */
export const RECORDING_FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** What keeps a command from having anything to work on, a program that cannot be started or recorded among it. */
const NOTHING_THERE: ReadonlySet<ExpectedErrorCode> = new Set([
  ...(["not-found", "unreadable-trace", "not-executable", "tracer-missing", "ptrace-refused"] as const),
]);

/** Runs one command line and returns its exit code. The user's errors become a line and a way out on stderr; bugs are thrown. */
export async function dispatch(argv: readonly string[], context: CliContext): Promise<number> {
  let spec: CommandSpec | undefined;
  try {
    const [name, ...rest] = argv;
    if (name === undefined) {
      await context.stderr.write(generalHelp(styleFor(context.stderr.colour), context.stderr.columns));
      return 2;
    }
    if (name === "--version" || name === "-V") {
      await context.stdout.write(`goldentrace ${context.version}\n`);
      return 0;
    }
    if (name === "--help" || name === "-h" || name === "help") return await help(rest[0], context);
    spec = findCommand(name);
    if (spec === undefined) throw name.startsWith("-") ? unknownGlobalOption(name) : unknownCommand(name);
    if (asksForHelp(spec, rest)) return await help(name, context);
    const { command } = await IMPLEMENTATIONS[spec.name]();
    return await command(rest, context);
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    if (!(error instanceof ExpectedError)) throw error;
    await writeError(error, context);
    return exitCodeFor(error.code, spec?.name);
  }
}

async function help(name: string | undefined, context: CliContext): Promise<number> {
  const style = styleFor(context.stdout.colour);
  const columns = Math.min(context.stdout.columns, 120);
  if (name === undefined) {
    await context.stdout.write(generalHelp(style, columns));
    return 0;
  }
  const spec = findCommand(name);
  if (spec === undefined) throw unknownCommand(name);
  await context.stdout.write(commandHelp(spec, style, columns));
  return 0;
}

/** Whether help is asked for, by a word that is not the traced program's. */
function asksForHelp(spec: CommandSpec, argv: readonly string[]): boolean {
  const separator = argv.indexOf("--");
  const program = spec.name === "run" ? firstPositional(spec, argv) : -1;
  const ends = [separator, program].filter((index) => index !== -1);
  return argv.slice(0, Math.min(argv.length, ...ends)).some((word) => word === "--help" || word === "-h");
}

function unknownGlobalOption(name: string): ExpectedError {
  return usage(`There is no option ${name} before a command`, "See: goldentrace --help");
}

function exitCodeFor(code: ExpectedErrorCode, command: string | undefined): number {
  if (command === "run" || command === "attach") {
    if (code === "not-executable") return NOT_EXECUTABLE;
    if (code === "not-found" && command === "run") return NOT_FOUND;
    return RECORDING_FAILED;
  }
  if (code === "usage") return 2;
  return NOTHING_THERE.has(code) ? 3 : 1;
}
