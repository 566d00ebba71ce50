import type { CommandSpec } from "./commandSpec.ts";
import { HELP, QUIET, recordingOptions, VERBOSE } from "./commonOptions.ts";

export const RUN: CommandSpec = {
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
    ...recordingOptions("the target's or program's name"),
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
  exitCodes: [
    ["0–255", "the program's own; 128 + the signal's number when it was killed"],
    ["125", "wrong usage, or the program could not be recorded"],
    ["126", "the program was found but cannot be executed"],
    ["127", "the program was not found"],
  ],
};

export const ATTACH: CommandSpec = {
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
    ...recordingOptions("attach-PID"),
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
};
