import { AVAILABLE_RECORDERS, CONSOLES, RECORDING_DEFAULTS } from "./recordingDefaults.ts";

/**
 * Every id that package.json contributes, exactly once. package.json is hand-written; `test/contributions.test.ts` checks
 * that it equals this file and that everything is described, documented and reachable.
 */

export const EXTENSION_ID = "goldentrace.goldentrace";

/** Commands: id -> title as the palette shows it (category `Goldentrace`). */
export const COMMANDS = {
  "goldentrace.run": "Record a Program…",
  "goldentrace.attach": "Attach to a Process…",
  "goldentrace.stop": "Stop Recording",
  "goldentrace.showLive": "Show Live View",
  "goldentrace.refreshRuns": "Refresh Runs",
  "goldentrace.openReport": "Open Report",
  "goldentrace.revealRun": "Reveal Run Folder",
  "goldentrace.rerun": "Record Again",
  "goldentrace.deleteRun": "Delete Run",
  "goldentrace.undoDelete": "Undo Delete of Run",
  "goldentrace.copyRunPath": "Copy Path of Run Folder",
  "goldentrace.exportRun": "Export Run…",
  "goldentrace.showSummary": "Show Summary of Run",
  "goldentrace.doctor": "Check This Machine (Doctor)",
  "goldentrace.init": "Set Up This Workspace",
  "goldentrace.showLog": "Show Log",
  "goldentrace.openWalkthrough": "Get Started",
  "goldentrace.showDivergences": "Show Divergences",
  "goldentrace.nextDivergence": "Next Divergence",
  "goldentrace.previousDivergence": "Previous Divergence",
  "goldentrace.groupByFile": "Group Divergences by File",
  "goldentrace.groupByKind": "Group Divergences by Kind",
  "goldentrace.openDivergence": "Open Divergence",
  "goldentrace.compareEvents": "Compare Events with Golden",
  "goldentrace.acceptDivergence": "Accept This Divergence",
  "goldentrace.ignoreDivergence": "Ignore This Divergence by a Rule",
  "goldentrace.clearMarks": "Clear Marks and Divergences",
  "goldentrace.toggleMarks": "Show or Hide Marks on Lines",
  "goldentrace.acceptRun": "Accept as Golden",
  "goldentrace.undoAccept": "Undo Accept of Golden",
  "goldentrace.compareWithGolden": "Compare with Golden",
  "goldentrace.compareRuns": "Compare Two Runs",
  "goldentrace.selectForCompare": "Select for Compare",
  "goldentrace.compareWithSelected": "Compare with Selected",
  "goldentrace.compareConfigurations": "Compare Two Configurations (A/B)…",
  "goldentrace.runTarget": "Record a Target",
  "goldentrace.checkTarget": "Check a Target",
  "goldentrace.acceptTarget": "Accept a Target as Golden",
} as const;
export type CommandId = keyof typeof COMMANDS;

export interface SettingDefinition {
  readonly type: "string" | "number" | "boolean" | "array" | "object";
  readonly default: unknown;
  readonly description: string;
  /** Restricted in untrusted workspaces: it can name what is run or where files go. */
  readonly restricted?: true;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export const SETTINGS: Readonly<Record<string, SettingDefinition>> = {
  "goldentrace.recorder": {
    type: "string",
    default: RECORDING_DEFAULTS.recorder,
    enum: AVAILABLE_RECORDERS,
    description:
      "How system calls are recorded. `auto` takes the best recorder that works on this machine and says which.",
  },
  "goldentrace.stracePath": {
    type: "string",
    default: "",
    restricted: true,
    description: "Path of the strace program. Empty: search PATH.",
  },
  "goldentrace.stacks": {
    type: "boolean",
    default: RECORDING_DEFAULTS.stacks,
    description:
      "Record a call stack with every system call, so that calls belong to source lines. About five times slower.",
  },
  "goldentrace.metrics.intervalMs": {
    type: "number",
    default: RECORDING_DEFAULTS.metricsIntervalMs,
    minimum: 10,
    maximum: 60_000,
    description: "Milliseconds between two samples of CPU, memory and I/O.",
  },
  "goldentrace.traceLogs": {
    type: "boolean",
    default: RECORDING_DEFAULTS.traceLogs,
    description: "Set the environment variables that make programs log at TRACE level.",
  },
  "goldentrace.traceEnv": {
    type: "object",
    default: {},
    restricted: true,
    description:
      "Changes to the table of variables that turn TRACE on: a string sets a variable, null leaves it alone.",
  },
  "goldentrace.runs.directory": {
    type: "string",
    default: "",
    restricted: true,
    description: "Folder for recorded runs. Empty: `.goldentrace/runs` in the workspace folder.",
  },
  "goldentrace.runs.keep": {
    type: "number",
    default: 50,
    minimum: 1,
    maximum: 10_000,
    description: "How many runs the task `clean` keeps.",
  },
  "goldentrace.live.follow": {
    type: "boolean",
    default: true,
    description: "Scroll the Live view's log to the newest line.",
  },
  "goldentrace.live.showOnStart": {
    type: "boolean",
    default: true,
    description: "Show the Live view when a recording starts.",
  },
};

export const VIEW_CONTAINER = "goldentrace";
/** Views: id -> name. */
export const VIEWS = {
  "goldentrace.live": "Live",
  "goldentrace.divergences": "Divergences",
  "goldentrace.runs": "Runs",
} as const;
export type ViewId = keyof typeof VIEWS;

export const DEBUG_TYPE_LABEL = "Goldentrace";
export const TASK_TYPE = "goldentrace";
/** Sub-commands offered as tasks of type `goldentrace`. */
export const TASK_COMMANDS = ["run", "show", "clean", "doctor", "check", "accept", "diff"] as const;
/** Reads the lines of the reporter `text`. */
export const PROBLEM_MATCHER = "goldentrace";
/** Theme colours: id -> description. */
export const COLORS = {
  "goldentrace.highDifference": "Marks on lines, and icons, of differences that matter most.",
  "goldentrace.mediumDifference": "Marks on lines, and icons, of differences that matter.",
  "goldentrace.lowDifference": "Marks on lines, and icons, of differences that matter little.",
} as const;
export const WALKTHROUGH = "goldentrace.start";

export interface AttributeDefinition {
  readonly type: string | readonly string[];
  readonly description: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: string };
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: true;
}

const recordingAttributes: Readonly<Record<string, AttributeDefinition>> = {
  recorder: {
    type: "string",
    enum: AVAILABLE_RECORDERS,
    default: RECORDING_DEFAULTS.recorder,
    description: "How system calls are recorded; `auto` takes the best that works here.",
  },
  filter: {
    type: "string",
    default: RECORDING_DEFAULTS.filter,
    description:
      "Which system calls to record, as in strace's -e trace=: names, classes (file, network, process, memory …), !name, /regex/.",
  },
  stracePath: {
    type: "string",
    default: RECORDING_DEFAULTS.stracePath,
    description: "Path of the strace program. Empty: search PATH.",
  },
  stacks: {
    type: "boolean",
    default: RECORDING_DEFAULTS.stacks,
    description:
      "Record a call stack with every system call, so that calls belong to source lines. About five times slower.",
  },
  pin: {
    type: "boolean",
    default: RECORDING_DEFAULTS.pin,
    description: "Run tracer and program on one CPU: cheaper, but the program cannot use a second CPU.",
  },
  captureData: {
    type: "boolean",
    default: RECORDING_DEFAULTS.captureData,
    description: "Keep the contents of buffers that are read and written. They may hold secrets.",
  },
  metricsIntervalMs: {
    type: "number",
    default: RECORDING_DEFAULTS.metricsIntervalMs,
    minimum: 10,
    maximum: 60_000,
    description: "Milliseconds between two samples of CPU, memory and I/O.",
  },
  traceLogs: {
    type: "boolean",
    default: RECORDING_DEFAULTS.traceLogs,
    description: "Set the environment variables that make programs log at TRACE level.",
  },
  traceEnv: {
    type: "object",
    default: {},
    description:
      "Changes to the table of variables that turn TRACE on: a string sets a variable, null leaves it alone.",
  },
  meta: {
    type: "object",
    default: {},
    description: 'Names and values that mark the whole run, such as {"stage": "training"}.',
  },
};

export const LAUNCH_ATTRIBUTES: Readonly<Record<string, AttributeDefinition>> = {
  program: { type: "string", required: true, description: "The program to record: a path, or a name on PATH." },
  args: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Arguments, one string each; no shell is involved.",
  },
  cwd: { type: "string", default: "${workspaceFolder}", description: "Working directory of the program." },
  env: { type: "object", default: {}, description: "Environment variables to set; null removes one." },
  console: {
    type: "string",
    enum: CONSOLES,
    default: "internalConsole",
    description: "Where the program reads and writes: the Debug Console (pipes) or a real terminal.",
  },
  ...recordingAttributes,
  artifacts: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Globs below the working directory; matching files are copied into the run folder with their SHA-256.",
  },
  outDir: { type: "string", description: "Folder for recorded runs. Default: the setting goldentrace.runs.directory." },
};

export const ATTACH_ATTRIBUTES: Readonly<Record<string, AttributeDefinition>> = {
  processId: {
    type: ["number", "string"],
    required: true,
    default: "${command:goldentrace.pickProcess}",
    description: "The process to attach to.",
  },
  ...recordingAttributes,
  outDir: { type: "string", description: "Folder for recorded runs. Default: the setting goldentrace.runs.directory." },
};

/** Commands that exist for configurations (`${command:…}`) and are hidden from the palette. */
export const HIDDEN_COMMANDS = { "goldentrace.pickProcess": "Pick a Process" } as const;
