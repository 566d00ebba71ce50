import * as vscode from "vscode";
import { addIgnoreRule, raiseBudget } from "../../engine/view/configEdits.ts";
import { shown as shownText } from "../../engine/view/divergenceWords.ts";
import type { Divergence } from "../../protocol/comparison.ts";
import { type ShownComparison, sourceUri } from "../divergences/model.ts";
import type { ComparisonProblems, TracedDiagnostic } from "./comparisonProblems.ts";

/** What can be done about our entries in the Problems view. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];

  constructor(private readonly problems: ComparisonProblems) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    if (!vscode.workspace.isTrusted) return [];
    const wanted = new Set(context.diagnostics.map(({ message }) => message));
    const fixes: vscode.CodeAction[] = [];
    for (const diagnostic of this.problems.at(document.uri, range)) {
      // Around one entry of the Problems view only its own fixes are offered.
      if (wanted.size > 0 && !wanted.has(diagnostic.message)) continue;
      fixes.push(...(await this.fixesOf(diagnostic)));
    }
    return fixes;
  }

  private async fixesOf(diagnostic: TracedDiagnostic): Promise<vscode.CodeAction[]> {
    const { problem, shown } = diagnostic;
    const { about } = problem;
    if (about.type === "budget") {
      const raise = await raiseFix(shown, about.name);
      return raise === undefined ? [] : [Object.assign(raise, { diagnostics: [diagnostic] })];
    }
    const divergence = shown.comparison.divergences.find(({ id }) => id === about.id);
    if (divergence === undefined) return [];
    const argument = { divergence: about.id, key: shown.key };
    const action = (title: string, command: string): vscode.CodeAction => {
      const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      made.command = { title, command, arguments: [argument] };
      made.diagnostics = [diagnostic];
      return made;
    };
    const told = shownText(divergence.title, 60);
    return [
      ...(shown.runFolder === null ? [] : [action(`Accept this divergence: ${told}`, "goldentrace.acceptDivergence")]),
      action("Ignore it by a rule in goldentrace.toml", "goldentrace.ignoreDivergence"),
      action(
        shown.pair === null ? "Compare events with the golden" : "Compare events of both runs",
        "goldentrace.compareEvents",
      ),
    ];
  }
}

/**
 * The edit that adds a rule for a divergence to goldentrace.toml of the comparison's workspace, which is made where there is none.
 * @throws ExpectedError where the file is written in a way that the rule cannot be added to
 */
export async function ignoreEdit(shown: ShownComparison, divergence: Divergence): Promise<vscode.WorkspaceEdit> {
  const uri = vscode.Uri.joinPath(vscode.Uri.file(shown.workspace), "goldentrace.toml");
  const edit = new vscode.WorkspaceEdit();
  const document = await openIfThere(uri);
  const before = document?.getText() ?? "";
  const after = addIgnoreRule(before, divergence);
  if (document === undefined) edit.createFile(uri, { ignoreIfExists: true });
  edit.replace(uri, whole(document), after);
  return edit;
}

async function raiseFix(shown: ShownComparison, name: string): Promise<vscode.CodeAction | undefined> {
  const budget = shown.comparison.budgets.find((one) => one.name === name && !one.passed);
  if (budget === undefined || budget.source.line <= 0) return undefined;
  // A file outside of the open folders is not ours to change.
  const uri = await sourceUri(shown.workspace, budget.source.file);
  if (uri === undefined) return undefined;
  const document = await openIfThere(uri);
  const raised = document === undefined ? undefined : raiseBudget(document.getText(), budget);
  if (document === undefined || raised === undefined) return undefined;
  const fix = new vscode.CodeAction(`Raise the budget to ${raised.written}`, vscode.CodeActionKind.QuickFix);
  fix.edit = new vscode.WorkspaceEdit();
  fix.edit.replace(uri, new vscode.Range(raised.line, raised.from, raised.line, raised.to), raised.written);
  return fix;
}

async function openIfThere(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    await vscode.workspace.fs.stat(uri);
  } catch {
    return undefined;
  }
  return vscode.workspace.openTextDocument(uri);
}

function whole(document: vscode.TextDocument | undefined): vscode.Range {
  const end = document?.lineAt(document.lineCount - 1).range.end ?? new vscode.Position(0, 0);
  return new vscode.Range(new vscode.Position(0, 0), end);
}
