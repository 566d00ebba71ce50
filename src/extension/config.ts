import path from "node:path";
import * as vscode from "vscode";
import { ExpectedError } from "../base/errors.ts";
import type { LaunchSettings } from "../engine/view/resolveLaunch.ts";
import { RUNS_DIRECTORY } from "../protocol/runFiles.ts";

/** Settings as launch configurations take them, for a folder. */
export function launchSettings(scope: vscode.Uri | undefined): LaunchSettings {
  const config = vscode.workspace.getConfiguration("goldentrace", scope ?? null);
  return {
    recorder: config.get("recorder"),
    stacks: config.get("stacks"),
    metricsIntervalMs: config.get("metrics.intervalMs"),
    traceLogs: config.get("traceLogs"),
    traceEnv: config.get("traceEnv"),
    stracePath: config.get("stracePath"),
    runsDirectory: config.get("runs.directory"),
  };
}

/** Where a folder's runs are kept. */
export function runsDirectory(folder: vscode.WorkspaceFolder): string {
  const configured = vscode.workspace.getConfiguration("goldentrace", folder.uri).get<string>("runs.directory", "");
  return path.resolve(folder.uri.fsPath, configured === "" ? RUNS_DIRECTORY : configured);
}

/** @throws ExpectedError in an untrusted workspace; every command that runs something calls this first. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new ExpectedError("This workspace is not trusted, so Goldentrace runs nothing in it.", {
    code: "untrusted",
    wayOut: "Use “Workspaces: Manage Workspace Trust” to trust it.",
  });
}

/** The only folder, or the one the user picks; undefined when the choice was cancelled. @throws ExpectedError without a folder */
export async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new ExpectedError("There is no folder open to record in.", { wayOut: "Open a folder first." });
  }
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick();
}
