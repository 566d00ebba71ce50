import * as vscode from "vscode";
import type { RunItem, RunOutcome } from "../../engine/view/runItems.ts";
import type { RunsModel } from "./runsModel.ts";

const ICONS: Readonly<Record<RunOutcome, vscode.ThemeIcon>> = {
  recording: new vscode.ThemeIcon("record", new vscode.ThemeColor("charts.red")),
  passed: new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed")),
  failed: new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed")),
  killed: new vscode.ThemeIcon("flame", new vscode.ThemeColor("testing.iconErrored")),
  stopped: new vscode.ThemeIcon("debug-stop", new vscode.ThemeColor("descriptionForeground")),
  incomplete: new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")),
  unreadable: new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground")),
};

/** Relative times in the list go stale without this. */
const CLOCK_MS = 60_000;

/** A row: a run and where it lies. */
export interface RunRow extends RunItem {
  readonly folder: string;
}

/** The Runs view: a projection of the run folders, newest first. Nothing is read before VS Code asks for rows, so a view that was never visible costs nothing. */
export class RunsTree implements vscode.TreeDataProvider<RunRow>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<RunRow>;
  private readonly subscriptions: vscode.Disposable[];
  private clock: NodeJS.Timeout | undefined;

  constructor(
    private readonly model: RunsModel,
    private readonly onError: (error: unknown) => void,
  ) {
    this.view = vscode.window.createTreeView("goldentrace.runs", { treeDataProvider: this, canSelectMany: true });
    this.subscriptions = [
      this.view,
      this.changed,
      model.onChange(() => this.refresh()),
      this.view.onDidChangeVisibility(({ visible }) => this.tick(visible)),
    ];
    this.tick(this.view.visible);
  }

  get selection(): readonly RunRow[] {
    return this.view.selection;
  }

  /** VS Code asks for the rows again: at once when the view is visible, otherwise when it next is. */
  private refresh(): void {
    this.changed.fire(undefined);
  }

  async getChildren(element?: RunRow): Promise<RunRow[]> {
    if (element !== undefined) return [];
    try {
      const rows = await this.model.rows();
      await vscode.commands.executeCommand("setContext", "goldentrace.runsLoaded", true);
      return rows;
    } catch (error) {
      this.onError(error);
      return [];
    }
  }

  getTreeItem(row: RunRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label);
    item.id = row.folder;
    item.description = row.description;
    item.iconPath = ICONS[row.outcome];
    item.contextValue = `run.${row.outcome}`;
    item.accessibilityInformation = { label: `${row.label}, ${row.description}` };
    item.command = { command: "goldentrace.openReport", title: "Open Report", arguments: [row] };
    return item;
  }

  /** Tooltips are made when one is looked at: VS Code's extension host takes Markdown apart, which for a list blocks it. */
  resolveTreeItem(item: vscode.TreeItem, row: RunRow): vscode.TreeItem {
    item.tooltip = tooltip(row);
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  private tick(visible: boolean): void {
    clearInterval(this.clock);
    if (visible) this.clock = setInterval(() => this.refresh(), CLOCK_MS);
  }

  dispose(): void {
    clearInterval(this.clock);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function tooltip(row: RunRow): vscode.MarkdownString {
  // Neither HTML nor command links: every text in here came from a program or a file.
  const text = new vscode.MarkdownString(undefined, true);
  text.supportHtml = false;
  text.isTrusted = false;
  text.appendMarkdown("**").appendText(row.label).appendMarkdown("**\n\n");
  for (const problem of row.problems) text.appendMarkdown("$(warning) ").appendText(problem).appendMarkdown("\n\n");
  if (row.facts.length > 0) text.appendMarkdown("| | |\n|:--|:--|\n");
  for (const [label, value] of row.facts) {
    text.appendMarkdown("| ").appendText(label).appendMarkdown(" | ").appendText(value).appendMarkdown(" |\n");
  }
  return text;
}
