import { type CommandSpec, EXPORT_FORMATS } from "./commandSpec.ts";
import { HELP, JSON_DOCUMENT, OPTIONAL_RUN, OUTPUT, QUIET, READING_CODES, RUNS_DIR } from "./commonOptions.ts";

export const LIST: CommandSpec = {
  name: "list",
  summary: "List recorded runs, newest first",
  usage: ["[OPTIONS]"],
  details: [],
  positionals: [],
  options: [
    RUNS_DIR,
    { name: "limit", short: "l", value: "N", description: "Show at most N runs." },
    JSON_DOCUMENT,
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
};

export const SHOW: CommandSpec = {
  name: "show",
  summary: "Print the summary of a run",
  usage: ["[OPTIONS] [RUN]"],
  details: [
    "What the program did and what it cost: whether the trace is complete, metrics, system calls in the columns of `strace -c` with " +
      "percentiles, errors by errno and path, threads, logs by level and the source lines that make the most calls.",
  ],
  positionals: [OPTIONAL_RUN],
  options: [
    JSON_DOCUMENT,
    { name: "all", short: "a", description: "Show every row of every table." },
    { name: "env", description: "Explain each variable that was set so that the program logs at TRACE level." },
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
};

export const EXPORT: CommandSpec = {
  name: "export",
  summary: "Write a run in another tool's format",
  usage: ["[OPTIONS] --format FORMAT [RUN]"],
  details: [],
  positionals: [OPTIONAL_RUN],
  options: [
    { name: "format", short: "f", value: "FORMAT", choices: EXPORT_FORMATS, description: "The format to write." },
    OUTPUT,
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
};

export const REPORT: CommandSpec = {
  name: "report",
  summary: "Print the Markdown report of a run",
  usage: ["[OPTIONS] [RUN]"],
  details: [
    "Prints the report.md of the run; makes it where there is none, as for a recording that was killed and for foreign traces.",
  ],
  positionals: [OPTIONAL_RUN],
  options: [OUTPUT, RUNS_DIR, HELP],
  examples: [
    { command: "goldentrace report", explanation: "of the newest run" },
    { command: 'goldentrace report latest >> "$GITHUB_STEP_SUMMARY"', explanation: "in a CI job's summary" },
  ],
  exitCodes: READING_CODES,
};
