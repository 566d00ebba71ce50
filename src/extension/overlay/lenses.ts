import path from "node:path";
import * as vscode from "vscode";
import { plural } from "../../base/format.ts";
import { groupBy } from "../../base/groupBy.ts";
import { targetsOf } from "../../engine/view/targetLines.ts";
import type { FollowedMarks } from "./followedMarks.ts";

/** Lenses over functions that differ, and over targets of goldentrace.toml. */
export class DifferenceLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription;

  constructor(private readonly marks: FollowedMarks) {
    this.subscription = marks.onChange(() => this.changed.fire());
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (path.basename(document.uri.fsPath) === "goldentrace.toml") return targetLenses(document);
    const placed = this.marks.marksOf(document);
    if (placed.length === 0) return [];
    const lenses: vscode.CodeLens[] = [];
    const groups = groupBy(placed, ({ mark, shown }) => `${shown.key}\n${mark.function}`);
    const functions = await functionLines(document);
    for (const members of groups.values()) {
      const [first] = members;
      if (first === undefined) continue;
      const line = functions.findLast((start) => start <= first.line) ?? first.line;
      const ids = new Set(members.flatMap(({ mark }) => mark.divergences.map(({ id }) => id)));
      const count = ids.size === 0 ? members.length : ids.size;
      const argument = { key: first.shown.key, ...(ids.size === 1 ? { divergence: [...ids][0] } : {}) };
      const range = document.lineAt(line).range;
      lenses.push(
        new vscode.CodeLens(range, {
          title: `${plural(count, "difference")} from ${first.shown.title}`,
          command: "goldentrace.showDivergences",
          arguments: [argument],
        }),
        new vscode.CodeLens(range, {
          title: "Compare events",
          command: "goldentrace.compareEvents",
          arguments: [argument],
        }),
      );
    }
    return lenses;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

/** First lines of the functions of a file, ascending, from whatever language support there is; none without. */
async function functionLines(document: vscode.TextDocument): Promise<number[]> {
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >("vscode.executeDocumentSymbolProvider", document.uri);
  const kinds = [vscode.SymbolKind.Function, vscode.SymbolKind.Method, vscode.SymbolKind.Constructor];
  const lines: number[] = [];
  const visit = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation): void => {
    const range = "range" in symbol ? symbol.range : symbol.location.range;
    if (kinds.includes(symbol.kind)) lines.push(range.start.line);
    for (const child of "children" in symbol ? symbol.children : []) visit(child);
  };
  for (const symbol of symbols ?? []) visit(symbol);
  return lines.sort((a, b) => a - b);
}

function targetLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (folder === undefined || !vscode.workspace.isTrusted) return [];
  return targetsOf(document.getText()).flatMap(({ name, line }) => {
    const range = document.lineAt(Math.min(line, document.lineCount - 1)).range;
    const lens = (title: string, command: string) =>
      new vscode.CodeLens(range, { title, command, arguments: [{ target: name, folder: folder.uri.toString() }] });
    return [
      lens("Record", "goldentrace.runTarget"),
      lens("Check", "goldentrace.checkTarget"),
      lens("Accept", "goldentrace.acceptTarget"),
    ];
  });
}
