import { stringify } from "smol-toml";
import type { OfferedProgram } from "./vscodeFiles.ts";

/** The text of a new goldentrace.toml: a target for every program that was found, everything else explained in comments. */
export function configTemplate(programs: readonly OfferedProgram[]): string {
  const targets = programs.map(
    (program) =>
      `${stringify({
        targets: {
          [program.name]: {
            program: program.program,
            ...(program.args.length === 0 ? {} : { args: [...program.args] }),
            ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
          },
        },
      }).trim()}\n`,
  );
  const found = targets.length === 0 ? "" : `${targets.join("\n")}\n`;
  return `${HEAD}\n${found}${EXAMPLE}`;
}

const HEAD = `# What Goldentrace records in this workspace. Every setting is described in docs/cli.md of Goldentrace.
#
#   goldentrace run NAME      records the target NAME
#   goldentrace show          prints what it did
#   goldentrace accept NAME   keeps what it does as its golden
#   goldentrace check         compares every target with its golden and its budgets

# Settings for all targets; a target's own come first, and options on the command line before both.
[defaults]
# recorder = "auto"           # auto, strace, or none (logs and metrics only)
# filter = ""                 # as in strace -e trace=: "file,network", "!futex", "/^open/"
# stacks = false              # call stacks, for source lines; about five times slower
# pin = false                 # tracer and program on one CPU: cheaper, but no second CPU for the program
# captureData = false         # contents of buffers; may hold secrets
# metricsIntervalMs = 100     # 10 to 60000
# traceLogs = true            # set LOG_LEVEL, RUST_LOG, … so that programs log at TRACE level
# traceEnv = { RUST_LOG = "info" }   # changes to what traceLogs sets
`;

const EXAMPLE = `# A target with everything it may hold:
# [targets.train]
# program = "python3"         # a path (relative to cwd), or a name on PATH
# args = ["train.py", "--epochs", "2"]
# cwd = "."                   # relative to this file
# env = { OMP_NUM_THREADS = "1" }
# artifacts = ["out/*.json"]  # copied into the run with their SHA-256
# meta = { stage = "training" }
# stacks = true               # any setting of [defaults]

# How goldens are accepted and compared; see docs/goldens.md. A target's own stand in [targets.NAME.golden].
# [golden]
# dir = "golden_traces"
# mode = "observable"         # or "strict", "counts"
# samples = 3                 # recordings that accept makes
# performance = "report"      # "fail" fails the check for a regression, "off" does not look
# minEffect = 0.1             # smallest change of a figure that counts
# timeout = 600               # seconds
# rulesOff = []               # ids of normalisation rules: goldentrace diff --explain
# [[golden.ignore]]           # differences that never count
# name = "write"
# object = "*.log"

# Limits that a run must keep; see docs/budgets.md.
# [[assertion]]
# name = "few calls"
# type = "span_count"
# max_spans = 10000
`;
