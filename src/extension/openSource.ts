import { realpath } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { ExpectedError } from "../base/errors.ts";
import { oneLine } from "../base/text.ts";

/**
 * Opens a source position that a trace or a log line names. The name is not to be trusted: a relative one is looked up in
 * the workspace folders, and a file outside of them (symbolic links followed) is opened only when the user agrees.
 * @throws ExpectedError when there is no such file
 */
export async function openSource({ file, line }: { file: string; line: number }): Promise<void> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const found = await locate(file, folders);
  if (found === undefined) {
    throw new ExpectedError(`There is no file ${oneLine(file)} here.`, {
      wayOut: "It may lie on another machine or have moved.",
    });
  }
  if (!found.inside && !(await agree(found.path))) return;
  const position = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(found.path), {
    selection: new vscode.Range(position, position),
  });
}

async function locate(
  file: string,
  folders: readonly string[],
): Promise<{ path: string; inside: boolean } | undefined> {
  const candidates = path.isAbsolute(file) ? [file] : folders.map((folder) => path.join(folder, file));
  for (const candidate of candidates) {
    const real = await realpath(candidate).catch(() => undefined);
    if (real === undefined) continue;
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
    const inside = roots.some((root) => real === root || real.startsWith(root + path.sep));
    return { path: inside ? candidate : real, inside };
  }
  return undefined;
}

async function agree(file: string): Promise<boolean> {
  const open = "Open";
  const answer = await vscode.window.showWarningMessage(
    "This file lies outside of the workspace. Open it?",
    { modal: true, detail: oneLine(file) },
    open,
  );
  return answer === open;
}
