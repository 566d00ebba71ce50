import { REPORTER_NAMES } from "../../engine/report/reporters.ts";
import { COMPARISON_MODES } from "../../protocol/goldenFile.ts";
import type { CommandSpec, OptionSpec } from "./commandSpec.ts";
import { HELP, HOW_TO_RECORD, JSON_DOCUMENT, QUIET, RUNS_DIR } from "./commonOptions.ts";

const MODE: OptionSpec = {
  name: "mode",
  value: "MODE",
  choices: COMPARISON_MODES,
  description:
    "What is compared: `observable`, what the program does to the world; `strict`, every call in order, start-up included; `counts`, how often each call is made.",
};

const REPORTER: OptionSpec = {
  name: "reporter",
  short: "r",
  value: "NAME[=FILE]",
  multiple: true,
  description: `How the outcome is told: ${REPORTER_NAMES.join(", ")}; to standard output or a file. Default: text. With github, the job's summary gets the markdown report.`,
};

const ALL: OptionSpec = { name: "all", short: "a", description: "Tell every difference, not only the first ones." };

const COMPARING_CODES: CommandSpec["exitCodes"] = [
  ["2", "wrong usage or configuration"],
  ["3", "something could not be compared: missing, empty, cut off or unreadable; counts more than 1"],
];

export const ACCEPT: CommandSpec = {
  name: "accept",
  summary: "Make what a program does now its golden",
  usage: ["[OPTIONS] TARGET", "[OPTIONS] RUN"],
  details: [
    "Records a target of goldentrace.toml several times, learns what varies between the recordings, and writes golden_traces/NAME.json with its " +
      "summary and performance. Commit these files. Accepting a RUN takes that one recording: what varies is not known then.",
    "Refused are runs that are empty, incomplete or stopped, and programs that do something else each time. " +
      "Where the variable CI is set no golden is written without --update.",
  ],
  positionals: [
    {
      name: "TARGET",
      description: "A target of goldentrace.toml. Default: the only one.",
      completes: "target",
      optional: true,
    },
    { name: "RUN", description: "A run folder, a run's name or id, or `latest`.", completes: "run", optional: true },
  ],
  options: [
    {
      name: "name",
      short: "n",
      value: "NAME",
      description: "Name of the golden. Default: the target's or run's name.",
    },
    { name: "samples", short: "s", value: "K", description: "How often to record the target. Default: 3." },
    {
      name: "only",
      value: "ID",
      multiple: true,
      description:
        "Take over these differences of a RUN and leave the rest of its golden as it is; ids as in `diff --json`.",
    },
    { name: "update", description: "Write the golden also where the variable CI is set." },
    ...HOW_TO_RECORD,
    RUNS_DIR,
    QUIET,
    HELP,
  ],
  examples: [
    { command: "goldentrace accept train", explanation: "record `train` three times and keep it as the golden" },
    { command: "goldentrace accept train --samples 10", explanation: "learn better what varies" },
    { command: "goldentrace accept latest --name smoke", explanation: "keep the newest run" },
  ],
  exitCodes: [
    ["0", "the golden is written"],
    ["1", "it cannot be one, or cannot be written"],
    ["2", "wrong usage or configuration"],
    [
      "3",
      "there is nothing to accept: the program cannot be started or recorded, or the run is missing, empty, cut off or unreadable",
    ],
  ],
};

export const CHECK: CommandSpec = {
  name: "check",
  summary: "Record targets and compare them with their goldens and budgets",
  usage: ["[OPTIONS] [TARGET...]"],
  details: [
    "Without targets, every target with a golden or budgets is checked. A suspected regression of performance is confirmed by up to two " +
      "more recordings before it is told. A target that runs longer than `timeout` in [golden] is stopped and could not be compared.",
    "Targets of different working directories are recorded beside each other on machines with at least eight processors.",
  ],
  positionals: [
    {
      name: "TARGET...",
      description: "Targets of goldentrace.toml. Default: all.",
      completes: "target",
      optional: true,
    },
  ],
  options: [
    JSON_DOCUMENT,
    REPORTER,
    ALL,
    MODE,
    {
      name: "jobs",
      short: "j",
      value: "N",
      description: "Recordings at a time. Default: a quarter of the processors.",
    },
    { name: "update", description: "Show what differs, then make it the golden; asks first on a terminal." },
    { name: "yes", short: "y", description: "With --update: do not ask." },
    ...HOW_TO_RECORD,
    RUNS_DIR,
    QUIET,
    HELP,
  ],
  examples: [
    { command: "goldentrace check", explanation: "everything that has a golden or budgets" },
    { command: "goldentrace check train --json", explanation: "one target, for scripts" },
    { command: "goldentrace check -r github -r sarif=goldentrace.sarif", explanation: "in GitHub Actions" },
    { command: "goldentrace check --update", explanation: "see what changed and accept it" },
  ],
  exitCodes: [["0", "everything holds"], ["1", "diverged or over budget"], ...COMPARING_CODES],
};

export const DIFF: CommandSpec = {
  name: "diff",
  summary: "Compare two goldens, runs or trace files",
  usage: ["[OPTIONS] A B", "--explain"],
  details: [
    "A stands in the place of the golden. A and B are names of goldens, runs (as for `show`), or files: goldens, strace's text, renacer's JSON. " +
      "A name that both a golden and runs have is the golden on the left and the newest run on the right.",
  ],
  positionals: [
    { name: "A", description: "A golden, a run, or a file.", completes: "run", optional: true },
    { name: "B", description: "What it is compared with.", completes: "run", optional: true },
  ],
  options: [
    JSON_DOCUMENT,
    REPORTER,
    ALL,
    MODE,
    { name: "explain", description: "List the normalisation rules, with how many texts each changed." },
    RUNS_DIR,
    HELP,
  ],
  examples: [
    { command: "goldentrace diff train latest", explanation: "the newest run against the golden `train`" },
    { command: "goldentrace diff before.strace after.strace", explanation: "two files of strace" },
    { command: "goldentrace diff --explain", explanation: "what is normalised, and how" },
  ],
  exitCodes: [["0", "equivalent"], ["1", "diverged"], ...COMPARING_CODES],
};
