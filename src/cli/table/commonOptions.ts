import { AVAILABLE_RECORDERS } from "../../protocol/recordingDefaults.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "./commandSpec.ts";

/** Options, arguments and exit codes that several commands have in common. */

export const HELP: OptionSpec = { name: "help", short: "h", description: "Show this help." };

export const RUNS_DIR: OptionSpec = {
  name: "out",
  value: "DIR",
  completes: "directory",
  description: "Folder that holds the runs. Default: .goldentrace/runs in the workspace.",
};

export const QUIET: OptionSpec = { name: "quiet", short: "q", description: "Say nothing but errors and losses." };
export const VERBOSE: OptionSpec = {
  name: "verbose",
  short: "v",
  description: "Print the closing line also when standard error is not a terminal.",
};

export const JSON_DOCUMENT: OptionSpec = { name: "json", description: "Print one JSON document." };

export const OUTPUT: OptionSpec = {
  name: "output",
  short: "o",
  value: "FILE",
  completes: "file",
  description: "The file to write; one that is there is replaced. Default: standard output.",
};

/** The run that a command reads. */
export const OPTIONAL_RUN: PositionalSpec = {
  name: "RUN",
  description:
    "A run folder, a run's name or the unique beginning of its id, `latest`, or a trace file of any readable format. Default: latest.",
  completes: "run",
  optional: true,
};

/** Switch that makes a command say what it would do. `does` is what it then does not do. */
export function dryRun(would: string, does: string): OptionSpec {
  return { name: "dry-run", short: "n", description: `Say what would be ${would}, and ${does} nothing.` };
}

/**
 * Options of the commands that record: first the run's name, then how to record.
 * @param defaultName what the run is called without the option
 */
export function recordingOptions(defaultName: string): readonly OptionSpec[] {
  return [
    { name: "name", short: "n", value: "NAME", description: `Name of the run. Default: ${defaultName}.` },
    ...HOW_TO_RECORD,
    RUNS_DIR,
  ];
}

/** How to record; see `recordingOptions` in ../recordingOptions.ts. */
export const HOW_TO_RECORD: readonly OptionSpec[] = [
  {
    name: "recorder",
    value: "RECORDER",
    choices: AVAILABLE_RECORDERS,
    description: "How system calls are recorded; `auto` takes the best that works here and says which.",
  },
  {
    name: "strace",
    value: "PATH",
    completes: "file",
    description: "The strace program, as stracePath in goldentrace.toml. Default: the one on PATH.",
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
];

/** Exit codes of the commands that read runs. */
export const READING_CODES: CommandSpec["exitCodes"] = [
  ["0", "done"],
  ["2", "wrong usage or configuration"],
  ["3", "the run is missing or cannot be read"],
];

/** Exit codes of a command that reads no run. */
export function exitCodes(success: string, failure?: string): CommandSpec["exitCodes"] {
  return [["0", success], ...(failure === undefined ? [] : ([["1", failure]] as const)), ["2", "wrong usage"]];
}
