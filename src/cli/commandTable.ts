import { AVAILABLE_RECORDERS } from "../protocol/recordingDefaults.ts";

/**
 * Every sub-command with its options, positionals and examples. Argument parsing, help, completion scripts and docs/cli.md are made
 * from this table and from nothing else.
 */

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

/** What `export --format` takes; `test/cli/commandTable.test.ts` holds it equal to the writers that exist. */
export const EXPORT_FORMATS = ["renacer-json", "csv", "strace-summary", "json", "markdown"] as const;

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

const HELP: OptionSpec = { name: "help", short: "h", description: "Show this help." };

const RUNS_DIR: OptionSpec = {
  name: "out",
  value: "DIR",
  completes: "directory",
  description: "Folder that holds the runs. Default: .goldentrace/runs in the workspace.",
};

const QUIET: OptionSpec = { name: "quiet", short: "q", description: "Say nothing but errors and losses." };
const VERBOSE: OptionSpec = {
  name: "verbose",
  short: "v",
  description: "Print the closing line also when standard error is not a terminal.",
};

const RUN: PositionalSpec = {
  name: "RUN",
  description:
    "A run folder, a run's name or the unique beginning of its id, `latest`, or a trace file of any readable format.",
  completes: "run",
};

/** Options of `run` and `attach` that say how to record. */
const RECORDING: readonly OptionSpec[] = [
  { name: "name", short: "n", value: "NAME", description: "Name of the run. Default: the target's or program's name." },
  {
    name: "recorder",
    value: "RECORDER",
    choices: AVAILABLE_RECORDERS,
    description: "How system calls are recorded; `auto` takes the best that works here and says which.",
  },
  {
    name: "expr",
    short: "e",
    value: "SPEC",
    description:
      "Which system calls to record, as in strace's -e trace=: names, classes (file, network, process, memory …), !name, /regex/.",
  },
  {
    name: "stacks",
    short: "k",
    description: "Record a call stack with every call, so that calls belong to source lines. About five times slower.",
  },
  { name: "pin", description: "Tracer and program on one CPU: cheaper, but the program cannot use a second CPU." },
  {
    name: "capture-data",
    description: "Keep the contents of buffers that are read and written. They may hold secrets.",
  },
  {
    name: "metrics-interval",
    value: "TIME",
    description:
      "Time between two samples of CPU, memory and I/O: 10ms to 1min, milliseconds without a unit. Default: 100ms.",
  },
  {
    name: "meta",
    short: "m",
    value: "NAME=VALUE",
    multiple: true,
    description: "Mark the whole run, such as stage=training.",
  },
  RUNS_DIR,
];

const RECORDED_CODES = [
  ["125", "wrong usage, or the program could not be recorded"],
  ["126", "the program was found but cannot be executed"],
  ["127", "the program was not found"],
] as const;

const READING_CODES = [
  ["0", "done"],
  ["2", "wrong usage or configuration"],
  ["3", "the run is missing or cannot be read"],
] as const;

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "run",
    summary: "Record a program: system calls, logs and metrics",
    usage: ["[OPTIONS] -- PROGRAM [ARGS...]", "[OPTIONS] TARGET [-- MORE ARGS...]"],
    details: [
      "Runs PROGRAM, or a target of goldentrace.toml, under the recorder. Its standard streams, exit code, signals and terminal are its own; " +
        "what Goldentrace has to say goes to standard error, after the program has ended.",
      "The run is stored in a folder of its own, also when the program fails or is killed.",
    ],
    positionals: [
      { name: "TARGET", description: "A target of goldentrace.toml.", completes: "target", optional: true },
      {
        name: "PROGRAM",
        description: "A program with its arguments, after `--`.",
        completes: "command",
        optional: true,
      },
    ],
    options: [
      ...RECORDING,
      {
        name: "env",
        short: "E",
        value: "NAME=VALUE",
        multiple: true,
        description: "Set a variable in the program's environment.",
      },
      {
        name: "cwd",
        short: "C",
        value: "DIR",
        completes: "directory",
        description: "Working directory of the program.",
      },
      {
        name: "artifact",
        value: "GLOB",
        multiple: true,
        description: "Files below the working directory to copy into the run folder with their SHA-256.",
      },
      { name: "no-trace-logs", description: "Do not set the variables that make programs log at TRACE level." },
      QUIET,
      VERBOSE,
      HELP,
    ],
    examples: [
      { command: "goldentrace run -- ls -l", explanation: "record a program" },
      { command: "goldentrace run train", explanation: "record the target `train` of goldentrace.toml" },
      {
        command: "goldentrace run --stacks -- ./build/app input.txt",
        explanation: "and attribute calls to source lines",
      },
      {
        command: "goldentrace run -e file,!/stat/ --meta stage=test -- make check",
        explanation: "only some calls, and a mark",
      },
    ],
    exitCodes: [["0–255", "the program's own; 128 + the signal's number when it was killed"], ...RECORDED_CODES],
  },
  {
    name: "attach",
    summary: "Record a process that is already running",
    usage: ["[OPTIONS] PID"],
    details: [
      "Records process PID with all its threads and what it starts from now on, until it ends, --duration is over or Ctrl-C is pressed; " +
        "the process then runs on as before.",
    ],
    positionals: [{ name: "PID", description: "The process to record.", completes: "none" }],
    options: [
      {
        name: "duration",
        short: "d",
        value: "TIME",
        description: "Detach after this time: 10, 500ms, 2m. Seconds without a unit.",
      },
      ...RECORDING,
      QUIET,
      VERBOSE,
      HELP,
    ],
    examples: [
      { command: "goldentrace attach 4711", explanation: "until Ctrl-C or the end of the process" },
      { command: "goldentrace attach --duration 10s 4711", explanation: "for ten seconds" },
    ],
    exitCodes: [
      ["0", "recorded"],
      ["125", "wrong usage, or the process could not be recorded"],
    ],
  },
  {
    name: "list",
    summary: "List recorded runs, newest first",
    usage: ["[OPTIONS]"],
    details: [],
    positionals: [],
    options: [
      RUNS_DIR,
      { name: "limit", short: "l", value: "N", description: "Show at most N runs." },
      { name: "json", description: "Print one JSON document." },
      { name: "names", description: "Print only the runs' ids, one a line, for scripts." },
      {
        name: "targets",
        description: "Print only the names of the targets in goldentrace.toml, one a line, for scripts.",
      },
      HELP,
    ],
    examples: [
      { command: "goldentrace list", explanation: "everything recorded here" },
      { command: "goldentrace list --json | jq '.[0].id'", explanation: "the newest run's id" },
    ],
    exitCodes: READING_CODES,
  },
  {
    name: "show",
    summary: "Print the summary of a run",
    usage: ["[OPTIONS] [RUN]"],
    details: [
      "What the program did and what it cost: whether the trace is complete, metrics, system calls in the columns of `strace -c` with " +
        "percentiles, errors by errno and path, threads, logs by level and the source lines that make the most calls.",
    ],
    positionals: [{ ...RUN, optional: true, description: `${RUN.description} Default: latest.` }],
    options: [
      { name: "json", description: "Print one JSON document." },
      { name: "all", short: "a", description: "Show every row of every table." },
      RUNS_DIR,
      HELP,
    ],
    examples: [
      { command: "goldentrace show", explanation: "the newest run" },
      { command: "goldentrace show train", explanation: "the newest run named `train`" },
      { command: "goldentrace show strace.log", explanation: "what `strace -f -ttt -T -o strace.log` wrote" },
      { command: "goldentrace show latest --json | jq .syscalls", explanation: "for scripts" },
    ],
    exitCodes: READING_CODES,
  },
  {
    name: "export",
    summary: "Write a run in another tool's format",
    usage: ["[OPTIONS] --format FORMAT [RUN]"],
    details: [],
    positionals: [{ ...RUN, optional: true, description: `${RUN.description} Default: latest.` }],
    options: [
      { name: "format", short: "f", value: "FORMAT", choices: EXPORT_FORMATS, description: "The format to write." },
      {
        name: "output",
        short: "o",
        value: "FILE",
        completes: "file",
        description: "The file to write; one that is there is replaced. Default: standard output.",
      },
      RUNS_DIR,
      QUIET,
      HELP,
    ],
    examples: [
      { command: "goldentrace export latest --format csv -o calls.csv", explanation: "every call as a table" },
      { command: "goldentrace export train --format renacer-json > train.json", explanation: "for renacer's tools" },
      { command: "goldentrace export strace.log -f strace-summary", explanation: "the table of `strace -c`" },
    ],
    exitCodes: READING_CODES,
  },
  {
    name: "report",
    summary: "Print the Markdown report of a run",
    usage: ["[OPTIONS] [RUN]"],
    details: [
      "Prints the report.md of the run; makes it where there is none, as for a recording that was killed and for foreign traces.",
    ],
    positionals: [{ ...RUN, optional: true, description: `${RUN.description} Default: latest.` }],
    options: [
      {
        name: "output",
        short: "o",
        value: "FILE",
        completes: "file",
        description: "The file to write; one that is there is replaced. Default: standard output.",
      },
      RUNS_DIR,
      HELP,
    ],
    examples: [
      { command: "goldentrace report", explanation: "of the newest run" },
      { command: 'goldentrace report latest >> "$GITHUB_STEP_SUMMARY"', explanation: "in a CI job's summary" },
    ],
    exitCodes: READING_CODES,
  },
  {
    name: "clean",
    summary: "Delete old runs",
    usage: ["[OPTIONS]"],
    details: [
      "Deletes for good the runs beyond the newest N (--keep) and those older than AGE (--older-than), and what was put into the trash of the " +
        "runs' folder. Without either option the newest 50 are kept. A run that is being recorded is never deleted.",
    ],
    positionals: [],
    options: [
      { name: "keep", short: "k", value: "N", description: "Keep the newest N runs. 0 keeps none." },
      { name: "older-than", value: "AGE", description: "Delete runs that are older than this: 12h, 7d, 4w." },
      { name: "dry-run", short: "n", description: "Say what would be deleted, and delete nothing." },
      { name: "json", description: "Print one JSON document." },
      RUNS_DIR,
      QUIET,
      HELP,
    ],
    examples: [
      { command: "goldentrace clean --dry-run", explanation: "see what would go" },
      { command: "goldentrace clean --keep 10", explanation: "the ten newest stay" },
      { command: "goldentrace clean --older-than 7d", explanation: "the last week stays" },
    ],
    exitCodes: [
      ["0", "done"],
      ["1", "a run could not be deleted"],
      ["2", "wrong usage"],
    ],
  },
  {
    name: "doctor",
    summary: "Check what this machine can record, and how to repair it",
    usage: ["[OPTIONS]"],
    details: [
      "Checks the kernel, ptrace, strace and its features, symbolisers, Python and VS Code; prints the line that repairs each.",
    ],
    positionals: [],
    options: [{ name: "json", description: "Print one JSON document." }, RUNS_DIR, HELP],
    examples: [{ command: "goldentrace doctor", explanation: "before the first run, or when one fails" }],
    exitCodes: [
      ["0", "programs can be recorded here"],
      ["1", "something needed for recording is missing"],
      ["2", "wrong usage"],
    ],
  },
  {
    name: "init",
    summary: "Set up a workspace: goldentrace.toml, VS Code, .gitignore, CI",
    usage: ["[OPTIONS] [DIR]"],
    details: [
      "Writes a commented goldentrace.toml, adds debug configurations, tasks and recommended settings to .vscode, lines to .gitignore and a CI " +
        "workflow. What is there stays as it is, comments included; run it as often as you like.",
    ],
    positionals: [
      {
        name: "DIR",
        description: "The workspace. Default: the current directory.",
        completes: "directory",
        optional: true,
      },
    ],
    options: [
      { name: "dry-run", short: "n", description: "Say what would be written, and write nothing." },
      { name: "no-vscode", description: "Leave .vscode alone." },
      { name: "no-ci", description: "Write no CI workflow." },
      QUIET,
      HELP,
    ],
    examples: [
      { command: "goldentrace init", explanation: "in the root of a project" },
      { command: "goldentrace init --dry-run", explanation: "see it first" },
    ],
    exitCodes: [
      ["0", "done"],
      ["1", "a file could not be read or written"],
      ["2", "wrong usage"],
    ],
  },
  {
    name: "completion",
    summary: "Print a completion script for a shell",
    usage: ["SHELL"],
    details: [],
    positionals: [{ name: "SHELL", description: "bash, zsh or fish.", completes: "none", choices: SHELLS }],
    options: [HELP],
    examples: [
      {
        command: "goldentrace completion bash > ~/.local/share/bash-completion/completions/goldentrace",
        explanation: "bash",
      },
      { command: 'goldentrace completion zsh > "${fpath[1]}/_goldentrace"', explanation: "zsh" },
      { command: "goldentrace completion fish > ~/.config/fish/completions/goldentrace.fish", explanation: "fish" },
    ],
    exitCodes: [
      ["0", "done"],
      ["2", "wrong usage"],
    ],
  },
];

export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}

export function commandSpec(name: CommandName): CommandSpec {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`The command table lacks ${name}`);
  return found;
}
