import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { groupBy } from "../../base/groupBy.ts";
import { type ComparisonProblem, problemsOf } from "../../engine/view/divergenceProblems.ts";
import { type ComparisonModel, type ShownComparison, sourceUri } from "../divergences/model.ts";
import type { FollowedMarks } from "../overlay/followedMarks.ts";

export const PROBLEM_SOURCE = "Goldentrace";

/** A diagnostic of ours and what it came from. */
export interface TracedDiagnostic extends vscode.Diagnostic {
  readonly problem: ComparisonProblem;
  readonly shown: ShownComparison;
}

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

/** Divergences with a place and budgets that are not met, as entries of the Problems view. */
export class ComparisonProblems implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly collection = this.store.add(vscode.languages.createDiagnosticCollection("goldentrace"));
  private readonly traced = new Map<string, TracedDiagnostic[]>();
  private generation = 0;

  constructor(
    model: ComparisonModel,
    private readonly marks: FollowedMarks,
    onError: (error: unknown) => void,
  ) {
    this.store.add(model.onChange(() => void this.refresh(model.shown).catch(onError)));
    this.store.add(marks.onChange((file) => this.move(file)));
    // How long its lines are is known now.
    this.store.add(vscode.workspace.onDidOpenTextDocument(({ uri }) => this.move(uri.fsPath)));
  }

  /** Ours among the diagnostics that are shown for a file, at or across a range. */
  at(uri: vscode.Uri, range: vscode.Range): TracedDiagnostic[] {
    return (this.traced.get(uri.toString()) ?? []).filter((one) => one.range.intersection(range) !== undefined);
  }

  private async refresh(all: readonly ShownComparison[]): Promise<void> {
    const generation = ++this.generation;
    const found: { readonly uri: vscode.Uri; readonly diagnostic: TracedDiagnostic }[] = [];
    for (const shown of all) {
      for (const problem of problemsOf(shown.comparison)) {
        const uri = await sourceUri(shown.workspace, problem.file);
        if (uri !== undefined) found.push({ uri, diagnostic: this.diagnostic(uri, problem, shown) });
      }
    }
    if (generation !== this.generation) return;
    this.traced.clear();
    this.collection.clear();
    for (const [uri, members] of groupBy(found, (one) => one.uri.toString())) {
      const diagnostics = members.map(({ diagnostic }) => diagnostic);
      this.traced.set(uri, diagnostics);
      this.collection.set(vscode.Uri.parse(uri), diagnostics);
    }
  }

  private diagnostic(uri: vscode.Uri, problem: ComparisonProblem, shown: ShownComparison): TracedDiagnostic {
    const made = new vscode.Diagnostic(this.range(uri, problem), problem.message, SEVERITIES[problem.severity]);
    made.source = PROBLEM_SOURCE;
    made.code = problem.about.type === "budget" ? problem.about.name : shown.title;
    return Object.assign(made, { problem, shown });
  }

  private range(uri: vscode.Uri, problem: ComparisonProblem): vscode.Range {
    const line = this.marks.lineNow(uri, problem.line);
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    if (document === undefined) return new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
    const { range, firstNonWhitespaceCharacterIndex: first } = document.lineAt(Math.min(line, document.lineCount - 1));
    // Up to the last character: the mark at the line's end would be underlined with it.
    const last = Math.max(first, range.end.character - 1);
    return new vscode.Range(range.start.line, first, range.start.line, last);
  }

  /** Follows the marks of an edited file. */
  private move(file: string | undefined): void {
    for (const [key, diagnostics] of this.traced) {
      const uri = vscode.Uri.parse(key);
      if (file !== undefined && uri.fsPath !== file) continue;
      for (const diagnostic of diagnostics) diagnostic.range = this.range(uri, diagnostic.problem);
      this.collection.set(uri, diagnostics);
    }
  }

  dispose(): void {
    this.store.dispose();
  }
}
