import * as vscode from "vscode";
import { Emitter } from "../../base/emitter.ts";
import { runItem, unreadableRunItem } from "../../engine/view/runItems.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import { runsDirectory } from "../config.ts";
import type { RunRow } from "./runsTree.ts";

/** A run that is new or being recorded is looked at again after this, milliseconds: watchers miss changes in new folders. */
const CHECK_AGAIN_MS = 3000;

/** The runs of the open folders. Watches the folders that hold them from the first question on. */
export class RunsModel implements vscode.Disposable {
  private readonly changed = new Emitter<void>();
  readonly onChange = this.changed.event;
  private watchers: vscode.Disposable[] | undefined;
  private check: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.foldersChanged()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("goldentrace.runs.directory")) this.foldersChanged();
      }),
    ];
  }

  /** Rows of all open folders, newest first. */
  async rows(): Promise<RunRow[]> {
    // Before the folders are read, so that no change falls between.
    this.watchers ??= this.watch();
    const directories = new Set((vscode.workspace.workspaceFolders ?? []).map((folder) => runsDirectory(folder)));
    // Loaded when first asked, not at activation.
    const { listRuns } = await import("../../node/runFolder/listRuns.ts");
    const entries = (await Promise.all([...directories].map((directory) => listRuns(directory)))).flat();
    if (entries.some((entry) => entry.alive)) this.checkAgain();
    const now = Date.now();
    return entries.map((entry) => ({
      folder: entry.folder,
      ...(entry.manifest === undefined
        ? unreadableRunItem(entry.id, entry.problem ?? "Its manifest cannot be read.")
        : runItem(entry.manifest, entry.alive, now)),
    }));
  }

  notifyChanged(): void {
    this.changed.fire();
  }

  private foldersChanged(): void {
    for (const watcher of this.watchers ?? []) watcher.dispose();
    this.watchers = undefined;
    this.changed.fire();
  }

  private watch(): vscode.Disposable[] {
    return (vscode.workspace.workspaceFolders ?? []).map((folder) => {
      // The folder too: what is written into a new folder before it is watched itself comes as no event of its own.
      const pattern = new vscode.RelativePattern(vscode.Uri.file(runsDirectory(folder)), `{*,*/${RUN_FILES.manifest}}`);
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      watcher.onDidCreate(() => {
        this.changed.fire();
        this.checkAgain();
      });
      watcher.onDidChange(() => this.changed.fire());
      watcher.onDidDelete(() => this.changed.fire());
      return watcher;
    });
  }

  private checkAgain(): void {
    clearTimeout(this.check);
    this.check = setTimeout(() => this.changed.fire(), CHECK_AGAIN_MS);
  }

  dispose(): void {
    clearTimeout(this.check);
    for (const disposable of [...(this.watchers ?? []), ...this.subscriptions, this.changed]) disposable.dispose();
  }
}
