import * as vscode from "vscode";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import type { ConfigTarget } from "../../protocol/launch.ts";

/** A target of goldentrace.toml. */
export interface NamedTarget {
  readonly name: string;
  readonly target: ConfigTarget;
}

/** The targets of a folder; none where its goldentrace.toml is missing or not valid (which is shown in the file itself). */
export async function readTargets(folder: vscode.WorkspaceFolder): Promise<NamedTarget[]> {
  const uri = vscode.Uri.joinPath(folder.uri, "goldentrace.toml");
  let text: string;
  try {
    text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return [];
  }
  const { configTargets } = await import("../../node/configProblems.ts");
  return configTargets(text);
}

/** The launch configuration that records a target: its name is the run's, and so the golden's. */
export function targetConfiguration({ name, target }: NamedTarget): vscode.DebugConfiguration {
  const { golden: _, ...launch } = target;
  return { ...launch, type: DEBUG_TYPE, request: "launch", name };
}
