import * as vscode from "vscode";
import { resolveLaunch } from "../../engine/view/resolveLaunch.ts";
import type { FoundProgram } from "../../node/discoverPrograms.ts";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import { launchSettings } from "../config.ts";

/** Fills configurations of type `goldentrace`, and offers some for what is in the workspace. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** Both for "create a launch.json file" and for the list of dynamic configurations. */
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    if (folder === undefined) return [];
    // Loaded when first asked: its parsers would double the time of activation.
    const { discoverPrograms } = await import("../../node/discoverPrograms.ts");
    const programs = await discoverPrograms(folder.uri.fsPath);
    return programs.map((program) => offer(program));
  }

  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined | null> {
    const chosen = configuration.type === undefined ? await this.choose(folder) : configuration;
    if (chosen === undefined) return undefined;
    if (chosen.request === "launch" && chosen.program === undefined) {
      const open = "Open launch.json";
      const picked = await vscode.window.showErrorMessage(
        `The configuration “${chosen.name}” names no program to record.`,
        { modal: true },
        open,
      );
      // `null` opens launch.json, `undefined` gives up.
      return picked === open ? null : undefined;
    }
    const resolved = resolveLaunch(chosen, launchSettings(folder?.uri), folder?.uri.fsPath);
    return { ...resolved, type: chosen.type, name: chosen.name, request: chosen.request };
  }

  /** F5 without a launch.json: the current Python file, the only program there is, or a choice. */
  private async choose(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId === "python" && editor.document.uri.scheme === "file") {
      return {
        type: DEBUG_TYPE,
        request: "launch",
        name: `Record ${vscode.workspace.asRelativePath(editor.document.uri)}`,
        program: "python3",
        args: [editor.document.uri.fsPath],
      };
    }
    const offers = await this.provideDebugConfigurations(folder);
    if (offers.length <= 1) return offers[0] ?? (await askForProgram());
    const picked = await vscode.window.showQuickPick(
      offers.map((configuration) => ({ label: configuration.name, description: configuration.program, configuration })),
      { placeHolder: "Which program shall be recorded?" },
    );
    return picked?.configuration;
  }
}

/** Asks for a command line when nothing was found; words are split at blanks, without a shell. */
export async function askForProgram(): Promise<vscode.DebugConfiguration | undefined> {
  const line = await vscode.window.showInputBox({
    title: "Record a Program",
    prompt: "Program and arguments, separated by blanks. Use a launch configuration for arguments that contain blanks.",
    placeHolder: "build/server --port 8080",
    ignoreFocusOut: true,
  });
  const [program, ...args] = (line ?? "").trim().split(/\s+/);
  if (program === undefined || program === "") return undefined;
  return { type: DEBUG_TYPE, request: "launch", name: `Record ${program}`, program, args };
}

/** A launch configuration for a found program. */
export function offer(program: FoundProgram): vscode.DebugConfiguration {
  const base = { type: DEBUG_TYPE, request: "launch", name: `Record ${program.label}` };
  switch (program.kind) {
    case "python":
      return { ...base, program: "python3", args: [`\${workspaceFolder}/${program.path}`], cwd: "${workspaceFolder}" };
    case "target":
      return { ...base, ...program.target };
    default:
      return { ...base, program: `\${workspaceFolder}/${program.path}`, args: [], cwd: "${workspaceFolder}" };
  }
}
