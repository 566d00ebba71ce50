import * as vscode from "vscode";
import { plural } from "../../base/format.ts";
import {
  type DivergenceNode,
  divergencePlaces,
  divergenceTree,
  type Grouping,
} from "../../engine/view/divergenceTree.ts";
import { type Severity, shown, verdictState } from "../../engine/view/divergenceWords.ts";
import { type ComparisonModel, type ShownComparison, verdictOf } from "./model.ts";

/** A row of the view: of a comparison, or the comparison itself where several are shown. */
export interface DivergenceRow {
  readonly node: DivergenceNode;
  readonly shown: ShownComparison;
  readonly parent: DivergenceRow | undefined;
}

/** Id of the row that accepts a run which could not be compared. */
const ACCEPT = "accept";

const ICONS: Readonly<Record<Severity, vscode.ThemeIcon>> = {
  high: new vscode.ThemeIcon("error", new vscode.ThemeColor("goldentrace.highDifference")),
  medium: new vscode.ThemeIcon("warning", new vscode.ThemeColor("goldentrace.mediumDifference")),
  low: new vscode.ThemeIcon("info", new vscode.ThemeColor("goldentrace.lowDifference")),
};

/** The Divergences view: a projection of the shown comparisons. */
export class DivergencesTree implements vscode.TreeDataProvider<DivergenceRow>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<DivergenceRow>;
  private readonly subscription;
  private grouping: Grouping = "file";
  private roots: readonly DivergenceRow[] = [];
  private readonly children = new WeakMap<DivergenceRow, DivergenceRow[]>();
  /** The row that was selected or opened last, which a view that is hidden does not show as its selection. */
  private last: DivergenceRow | undefined;

  constructor(private readonly model: ComparisonModel) {
    this.roots = this.makeRoots();
    this.view = vscode.window.createTreeView("goldentrace.divergences", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.view.onDidChangeSelection(({ selection: [row] }) => {
      if (row !== undefined) this.last = row;
    });
    this.subscription = model.onChange(() => this.refresh());
    this.refresh();
  }

  groupBy(grouping: Grouping): void {
    this.grouping = grouping;
    this.refresh();
  }

  /** The row that a divergence is shown in. */
  rowOf(key: string | undefined, divergence: string): DivergenceRow | undefined {
    return this.places().find(
      ({ node, shown }) => node.divergence === divergence && (key === undefined || shown.key === key),
    );
  }

  /** The row that commands without an argument are about. */
  get current(): DivergenceRow | undefined {
    return this.last === undefined ? undefined : this.find(this.last.shown.key, this.last.node.id);
  }

  /** The row with a place after (or before) the one that was shown last; begins anew at the end. */
  next(step: 1 | -1): DivergenceRow | undefined {
    const rows = this.places();
    const last = this.last;
    const at = rows.findIndex(({ node, shown }) => node.id === last?.node.id && shown.key === last.shown.key);
    const from = at < 0 && step < 0 ? 0 : at;
    return rows[(from + step + rows.length) % rows.length];
  }

  /** Selects a row, in the view too when it is visible. */
  async mark(row: DivergenceRow): Promise<void> {
    this.last = row;
    if (this.view.visible) await this.view.reveal(row, { select: true, focus: false });
  }

  private places(): DivergenceRow[] {
    return this.leaves(this.roots);
  }

  private leaves(rows: readonly DivergenceRow[]): DivergenceRow[] {
    return rows.flatMap((row) =>
      row.node.children.length > 0 ? this.leaves(this.getChildren(row)) : divergencePlaces([row.node]).map(() => row),
    );
  }

  private refresh(): void {
    this.roots = this.makeRoots();
    const { newest, withoutGolden, shown } = this.model;
    const count = shown.reduce((sum, { comparison }) => sum + comparison.divergences.length, 0);
    this.view.badge = count === 0 ? undefined : { value: count, tooltip: plural(count, "difference") };
    const incomparable = shown.filter(({ comparison }) => comparison.verdict === "incomparable");
    const told = incomparable.map((one) => `${shownTitle(one)}: ${reason(one)}`);
    // Alone it has the whole view.
    if (withoutGolden !== undefined && shown.length > 0) {
      told.push(`${shownName(withoutGolden.name)}: there is no golden yet. Accept the run in the Runs view.`);
    }
    this.view.message = told.length === 0 ? equivalentMessage(shown, this.roots) : told.join(" ");
    this.view.description = newest === undefined || shown.length > 1 ? "" : verdictOf(newest);
    const state = withoutGolden !== undefined ? "noGolden" : newest === undefined ? "none" : stateOf(newest);
    void vscode.commands.executeCommand("setContext", "goldentrace.comparison", state);
    void vscode.commands.executeCommand("setContext", "goldentrace.hasDivergences", this.places().length > 0);
    void vscode.commands.executeCommand("setContext", "goldentrace.grouping", this.grouping);
    this.changed.fire(undefined);
  }

  private makeRoots(): DivergenceRow[] {
    const { shown } = this.model;
    const [only] = shown;
    if (only !== undefined && shown.length === 1) {
      return this.nodesOf(only).map((node) => ({ node, shown: only, parent: undefined }));
    }
    return [...shown].reverse().map((one) => ({
      node: {
        id: `comparison:${one.key}`,
        type: "group",
        label: shownTitle(one),
        description: verdictOf(one),
        tooltip: shownTitle(one),
        severity: verdictState(one.comparison) === "pass" ? "low" : "high",
        place: null,
        divergence: null,
        children: this.nodesOf(one),
      },
      shown: one,
      parent: undefined,
    }));
  }

  private nodesOf({ comparison, runFolder }: ShownComparison): DivergenceNode[] {
    const rows = divergenceTree(comparison, this.grouping);
    // The reason is told above the rows, where it is not cut.
    if (comparison.verdict !== "incomparable" || runFolder === null || !vscode.workspace.isTrusted) return rows;
    const label = "Accept this run as golden";
    const accept = { label, description: "", tooltip: label, severity: null, place: null, divergence: null };
    return [...rows, { ...accept, id: ACCEPT, type: "remark", children: [] }];
  }

  getChildren(row?: DivergenceRow): DivergenceRow[] {
    if (row === undefined) return [...this.roots];
    const known = this.children.get(row);
    if (known !== undefined) return known;
    const made = row.node.children.map((node) => ({ node, shown: row.shown, parent: row }));
    this.children.set(row, made);
    return made;
  }

  getParent(row: DivergenceRow): DivergenceRow | undefined {
    return row.parent;
  }

  getTreeItem({ node, shown: { key, runFolder } }: DivergenceRow): vscode.TreeItem {
    const { TreeItemCollapsibleState: State } = vscode;
    const collapsible =
      node.children.length === 0 ? State.None : node.id === "remarks" ? State.Collapsed : State.Expanded;
    const item = new vscode.TreeItem(node.label, collapsible);
    item.id = `${key}\n${node.id}`;
    item.description = node.description;
    item.tooltip = node.tooltip;
    if (node.severity !== null && node.type !== "group") item.iconPath = ICONS[node.severity];
    item.contextValue = node.type === "divergence" && runFolder !== null ? "divergence.run" : node.type;
    item.accessibilityInformation = { label: `${node.label}, ${node.description}` };
    if (node.id === ACCEPT) {
      item.iconPath = new vscode.ThemeIcon("check-all");
      item.command = { command: "goldentrace.acceptRun", title: "Accept", arguments: [runFolder] };
    } else if (node.type !== "group" && node.type !== "remark") {
      item.command = { command: "goldentrace.openDivergence", title: "Open", arguments: [{ key, node: node.id }] };
    }
    return item;
  }

  /** The row with an id, for commands that VS Code calls with what the row's item carries. */
  find(key: string, nodeId: string): DivergenceRow | undefined {
    const search = (rows: readonly DivergenceRow[]): DivergenceRow | undefined => {
      for (const row of rows) {
        if (row.shown.key === key && row.node.id === nodeId) return row;
        const found = search(this.getChildren(row));
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return search(this.roots);
  }

  dispose(): void {
    this.subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

const reason = ({ comparison }: ShownComparison): string =>
  shown(comparison.reason ?? "It could not be compared.", 1000);
const shownName = (name: string): string => shown(name, 100);
const shownTitle = ({ title, pair }: ShownComparison): string =>
  pair === null ? shownName(title) : `${shownName(pair.before)} → ${shownName(pair.after)}`;

/** What the view offers where there are no rows; as in package.json. */
function stateOf({ comparison: { verdict }, pair }: ShownComparison): string {
  if (pair === null || verdict === "diverged") return verdict;
  return verdict === "equivalent" ? "pairEquivalent" : "pairIncomparable";
}

/** What the view says above its rows when there is nothing wrong. */
function equivalentMessage(all: readonly ShownComparison[], roots: readonly DivergenceRow[]): string {
  const [only] = all;
  if (only === undefined || all.length > 1 || roots.length === 0) return "";
  return verdictState(only.comparison) === "pass" ? `${shownTitle(only)}: ${verdictOf(only)}.` : "";
}
