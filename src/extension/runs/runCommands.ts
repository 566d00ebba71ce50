import path from "node:path";
import * as vscode from "vscode";
import { ExpectedError } from "../../base/errors.ts";
import { describeRuns } from "../../engine/view/runItems.ts";
import type { TrashedRun } from "../../node/runFolder/trash.ts";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import { runCli } from "../cli.ts";
import { requireTrust } from "../config.ts";
import type { RunsModel } from "./runsModel.ts";
import type { RunRow, RunsTree } from "./runsTree.ts";

/** What commands on runs are called with: a row, a folder's path, or nothing (then the selection, else the newest run). */
export type RunArgument = RunRow | string | undefined;

/** The commands on recorded runs. */
export class RunCommands {
  private deleted: TrashedRun[] = [];

  constructor(
    private readonly model: RunsModel,
    private readonly tree: RunsTree,
    private readonly cliPath: string,
  ) {}

  async openReport(argument: RunArgument): Promise<void> {
    const folder = await this.folder(argument);
    const report = vscode.Uri.file(path.join(folder, RUN_FILES.report));
    try {
      await vscode.workspace.fs.stat(report);
    } catch {
      // A run whose recorder was killed has no report; its summary says what there is.
      return this.showSummary(folder);
    }
    await vscode.commands.executeCommand("markdown.showPreview", report);
  }

  async showSummary(argument: RunArgument): Promise<void> {
    const folder = await this.folder(argument);
    const { stdout } = await this.withProgress("Reading the run", (token) =>
      runCli(this.cliPath, ["show", folder], { token }),
    );
    const document = await vscode.workspace.openTextDocument({ content: stdout, language: "plaintext" });
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async reveal(argument: RunArgument): Promise<void> {
    const manifest = vscode.Uri.file(path.join(await this.folder(argument), RUN_FILES.manifest));
    // The file explorer of the editor works in remote windows too; the system's does not.
    const command =
      vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop
        ? "revealFileInOS"
        : "revealInExplorer";
    await vscode.commands.executeCommand(command, manifest);
  }

  async copyPath(argument: RunArgument): Promise<void> {
    await vscode.env.clipboard.writeText(await this.folder(argument));
  }

  async rerun(argument: RunArgument): Promise<void> {
    requireTrust();
    const { readManifest } = await import("../../node/runFolder/manifest.ts");
    const manifest = readManifest(await this.folder(argument));
    const { command, recorder, meta, name } = manifest;
    if (recorder.attachedPid !== null) {
      throw new ExpectedError("This run was attached to a process, so its command cannot be repeated.");
    }
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(manifest.workspace));
    await vscode.debug.startDebugging(folder ?? vscode.workspace.workspaceFolders?.[0], {
      type: DEBUG_TYPE,
      request: "launch",
      name,
      program: command.program,
      args: command.args,
      cwd: command.cwd,
      filter: recorder.filter,
      stacks: recorder.stacks,
      pin: recorder.pinned,
      captureData: recorder.captureData,
      metricsIntervalMs: manifest.metricsIntervalMs,
      meta,
    });
  }

  async delete(argument: RunArgument, selected: readonly RunRow[] | undefined): Promise<void> {
    const rows = selected ?? (typeof argument === "object" ? [argument] : this.tree.selection);
    const deletable = rows.filter((row) => row.outcome !== "recording");
    if (deletable.length === 0) throw new ExpectedError("Select a run that has ended, to delete it.");
    const { trashRun } = await import("../../node/runFolder/trash.ts");
    this.deleted = [];
    for (const row of deletable) this.deleted.push(await trashRun(row.folder));
    await this.announceDeleted();
    this.model.notifyChanged();
    const undo = "Undo";
    const answer = await vscode.window.showInformationMessage(`Deleted ${describeRuns(deletable)}.`, undo);
    if (answer === undo) await this.undoDelete();
  }

  async undoDelete(): Promise<void> {
    const trashed = this.deleted;
    this.deleted = [];
    await this.announceDeleted();
    const { restoreRuns } = await import("../../node/runFolder/trash.ts");
    await restoreRuns(trashed);
    this.model.notifyChanged();
  }

  async export(argument: RunArgument): Promise<void> {
    const folder = await this.folder(argument);
    const { WRITERS } = await import("../../engine/write/index.ts");
    const format = await vscode.window.showQuickPick(
      WRITERS.map(({ id, description, extension }) => ({ label: id, description, extension })),
      { placeHolder: "Export to which format?" },
    );
    if (format === undefined) return;
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.file(path.join(path.dirname(folder), `${path.basename(folder)}${format.extension}`)),
    });
    if (target === undefined) return;
    await this.withProgress("Exporting the run", (token) =>
      runCli(this.cliPath, ["export", folder, "--format", format.label, "-o", target.fsPath], { token }),
    );
    const open = "Open";
    const answer = await vscode.window.showInformationMessage(`Exported to ${path.basename(target.fsPath)}.`, open);
    if (answer === open) await vscode.commands.executeCommand("vscode.open", target);
  }

  private withProgress<T>(title: string, task: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
    const location = vscode.ProgressLocation.Notification;
    return Promise.resolve(
      vscode.window.withProgress({ location, title, cancellable: true }, (_, token) => task(token)),
    );
  }

  private async folder(argument: RunArgument): Promise<string> {
    if (typeof argument === "string") return argument;
    const row = argument ?? this.tree.selection[0] ?? (await this.model.rows())[0];
    if (row === undefined) {
      throw new ExpectedError("No runs have been recorded in this workspace.", { wayOut: "Press F5 to record one." });
    }
    return row.folder;
  }

  private async announceDeleted(): Promise<void> {
    await vscode.commands.executeCommand("setContext", "goldentrace.canUndoDelete", this.deleted.length > 0);
  }
}
