import path from "node:path";
import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { PROBLEM_SOURCE } from "./comparisonProblems.ts";

const FILES = ["goldentrace.toml", "renacer.toml"];
const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  remark: vscode.DiagnosticSeverity.Information,
} as const;
/** Typing pauses shorter than this do not cause a check. */
const PAUSE_MS = 150;

/** What is wrong in the configuration files that are open, as one types. */
export class TomlProblems implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly collection = this.store.add(vscode.languages.createDiagnosticCollection("goldentrace-config"));
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly onError: (error: unknown) => void) {
    this.store.add(vscode.workspace.onDidOpenTextDocument((document) => this.check(document)));
    this.store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.soon(document)));
    this.store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)));
    // Budgets beside it name its targets.
    this.store.add(vscode.workspace.onDidSaveTextDocument((document) => this.checkBeside(document)));
    for (const document of vscode.workspace.textDocuments) this.check(document);
  }

  private checkBeside(saved: vscode.TextDocument): void {
    if (!isConfigFile(saved.uri)) return;
    for (const document of vscode.workspace.textDocuments) if (document !== saved) this.check(document);
  }

  private soon(document: vscode.TextDocument): void {
    if (!isConfigFile(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.set(
      key,
      setTimeout(() => {
        this.waiting.delete(key);
        this.check(document);
      }, PAUSE_MS),
    );
  }

  private check(document: vscode.TextDocument): void {
    if (isConfigFile(document.uri) && !document.isClosed) void this.diagnose(document).catch(this.onError);
  }

  private async diagnose(document: vscode.TextDocument): Promise<void> {
    const { configProblems } = await import("../../node/configProblems.ts");
    const { version } = document;
    const problems = configProblems(document.uri.fsPath, document.getText());
    if (document.version !== version) return;
    const diagnostics = problems.map(({ line, column, endColumn, severity, message }) => {
      const at = document.lineAt(Math.min(Math.max(0, line - 1), document.lineCount - 1));
      const start = column > 0 ? column - 1 : at.firstNonWhitespaceCharacterIndex;
      const end = endColumn > 0 ? endColumn - 1 : at.range.end.character;
      const range = document.validateRange(new vscode.Range(at.lineNumber, start, at.lineNumber, Math.max(start, end)));
      const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
      diagnostic.source = PROBLEM_SOURCE;
      return diagnostic;
    });
    this.collection.set(document.uri, diagnostics);
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.store.dispose();
  }
}

export function isConfigFile(uri: vscode.Uri): boolean {
  return uri.scheme === "file" && FILES.includes(path.basename(uri.fsPath));
}
