import { type CommandSpec, SHELLS } from "./commandSpec.ts";
import { dryRun, exitCodes, HELP, JSON_DOCUMENT, QUIET, RUNS_DIR } from "./commonOptions.ts";

export const CLEAN: CommandSpec = {
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
    dryRun("deleted", "delete"),
    JSON_DOCUMENT,
    RUNS_DIR,
    QUIET,
    HELP,
  ],
  examples: [
    { command: "goldentrace clean --dry-run", explanation: "see what would go" },
    { command: "goldentrace clean --keep 10", explanation: "the ten newest stay" },
    { command: "goldentrace clean --older-than 7d", explanation: "the last week stays" },
  ],
  exitCodes: exitCodes("done", "a run could not be deleted"),
};

export const DOCTOR: CommandSpec = {
  name: "doctor",
  summary: "Check what this machine can record, and how to repair it",
  usage: ["[OPTIONS]"],
  details: [
    "Checks the kernel, ptrace, strace and its features, symbolisers, Python and VS Code; prints the line that repairs each.",
  ],
  positionals: [],
  options: [JSON_DOCUMENT, RUNS_DIR, HELP],
  examples: [{ command: "goldentrace doctor", explanation: "before the first run, or when one fails" }],
  exitCodes: exitCodes("programs can be recorded here", "something needed for recording is missing"),
};

export const INIT: CommandSpec = {
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
    dryRun("written", "write"),
    { name: "no-vscode", description: "Leave .vscode alone." },
    { name: "no-ci", description: "Write no CI workflow." },
    { name: "gitlab", description: "Write a job for GitLab; the default where there is a .gitlab-ci.yml." },
    QUIET,
    HELP,
  ],
  examples: [
    { command: "goldentrace init", explanation: "in the root of a project" },
    { command: "goldentrace init --dry-run", explanation: "see it first" },
  ],
  exitCodes: exitCodes("done", "a file could not be read or written"),
};

export const COMPLETION: CommandSpec = {
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
  exitCodes: exitCodes("done"),
};
