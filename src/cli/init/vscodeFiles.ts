import { EXTENSION_ID } from "../../protocol/contributions.ts";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import { JsoncDocument } from "./jsoncMerge.ts";

/** A program that a debug configuration can be offered for. Paths relative to the workspace, with `/`. */
export interface OfferedProgram {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
}

/** Each takes the text of a file in .vscode (empty when there is none) and gives the text with our entries added. */
export const VSCODE_FILES: Readonly<Record<string, (text: string, programs: readonly OfferedProgram[]) => string>> = {
  "launch.json": launchJson,
  "tasks.json": (text) => tasksJson(text),
  "settings.json": (text) => settingsJson(text),
  "extensions.json": (text) => extensionsJson(text),
};

const PROGRAM_INPUT = "goldentraceProgram";

function launchJson(text: string, programs: readonly OfferedProgram[]): string {
  const document = new JsoncDocument(".vscode/launch.json", text);
  document.addProperty(["version"], "0.2.0");
  const configurations: NamedEntry[] = programs.map((program) => ({
    name: `Record ${program.name}`,
    type: DEBUG_TYPE,
    request: "launch",
    program: inWorkspace(program.program),
    args: program.args.map(inWorkspace),
    cwd: program.cwd === undefined ? "${workspaceFolder}" : `\${workspaceFolder}/${program.cwd}`,
  }));
  const asked = {
    name: "Record a program…",
    type: DEBUG_TYPE,
    request: "launch",
    program: `\${input:${PROGRAM_INPUT}}`,
    args: [],
    cwd: "${workspaceFolder}",
  };
  document.addItems(["configurations"], [...configurations, asked], sameName);
  document.addItems(
    ["inputs"],
    [
      {
        id: PROGRAM_INPUT,
        type: "promptString",
        description: "The program to record: a path, or a name on PATH",
        default: "${workspaceFolder}/",
      },
    ],
    (existing, item) => hasField(existing, "id", item.id),
  );
  return document.text;
}

interface NamedEntry {
  readonly name: string;
  readonly [key: string]: unknown;
}

function sameName(existing: unknown, item: NamedEntry): boolean {
  return hasField(existing, "name", item.name);
}

/** `./build/app` becomes a path in the workspace; a name that is looked up on PATH, an absolute path and plain words stay. */
function inWorkspace(path: string): string {
  return path.startsWith("./") ? `\${workspaceFolder}/${path.slice(2)}` : path;
}

function tasksJson(text: string): string {
  const document = new JsoncDocument(".vscode/tasks.json", text);
  document.addProperty(["version"], "2.0.0");
  const task = (label: string, command: string) => ({ label, type: "goldentrace", command, problemMatcher: [] });
  document.addItems(
    ["tasks"],
    [
      task("Goldentrace: show the latest run", "show"),
      task("Goldentrace: delete old runs", "clean"),
      task("Goldentrace: check this machine", "doctor"),
    ],
    (existing, item) => hasField(existing, "label", item.label),
  );
  return document.text;
}

function settingsJson(text: string): string {
  const document = new JsoncDocument(".vscode/settings.json", text);
  // Recorded runs are large and change all the time: neither watched nor searched.
  document.addProperties(["files.watcherExclude"], { "**/.goldentrace/**": true });
  document.addProperties(["search.exclude"], { "**/.goldentrace": true });
  document.addProperty(["debug.inlineValues"], "on");
  document.addProperty(["debug.console.wordWrap"], false);
  document.addProperty(["debug.showBreakpointsInOverviewRuler"], true);
  return document.text;
}

function extensionsJson(text: string): string {
  const document = new JsoncDocument(".vscode/extensions.json", text);
  const unwanted = document.get(["unwantedRecommendations"]);
  if (Array.isArray(unwanted) && unwanted.includes(EXTENSION_ID)) return document.text;
  document.addItems(["recommendations"], [EXTENSION_ID], (existing, id) => existing === id);
  return document.text;
}

function hasField(value: unknown, field: string, expected: string): boolean {
  return typeof value === "object" && value !== null && field in value && Reflect.get(value, field) === expected;
}
