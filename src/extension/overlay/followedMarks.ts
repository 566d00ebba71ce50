import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { Emitter } from "../../base/emitter.ts";
import { afterChange, type FollowedLine, followLine } from "../../engine/view/followLines.ts";
import { type LineMark, lineMarks, markedFiles } from "../../engine/view/lineMarks.ts";
import { type ComparisonModel, type ShownComparison, sourceUri } from "../divergences/model.ts";
import { editableFiles } from "./shownFiles.ts";

/** A mark and the line it is on now. */
export interface PlacedMark {
  readonly mark: LineMark;
  readonly shown: ShownComparison;
  /** Counts from 0. */
  readonly line: number;
}

interface Followed {
  readonly mark: LineMark;
  readonly shown: ShownComparison;
  at: FollowedLine;
}

/** Marks by file, each following its line through edits. */
export class FollowedMarks implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private files = new Map<string, Followed[]>();
  private generation = 0;
  private readonly changed = new Emitter<string | undefined>();
  /** The marks of a file moved (its path), or all marks are others (undefined). */
  readonly onChange = this.changed.event;

  constructor(
    private readonly model: ComparisonModel,
    private readonly onError: (error: unknown) => void,
  ) {
    this.store.add(model.onChange(() => void this.reload().catch(this.onError)));
    this.store.add(vscode.workspace.onDidChangeTextDocument((event) => this.edited(event)));
  }

  /** By line. Empty while marks are hidden. */
  marksOf(document: vscode.TextDocument): PlacedMark[] {
    if (!this.model.marksShown || document.uri.scheme !== "file") return [];
    const placed = (this.files.get(document.uri.fsPath) ?? [])
      .filter(({ at }) => at.deleted === null)
      .map(({ mark, shown, at }) => ({ mark, shown, line: Math.min(at.line, document.lineCount - 1) }));
    return placed.sort((a, b) => a.line - b.line);
  }

  /** Where a line of a comparison is in a file now: marked lines are followed, others stay where they were. Counts from 0. */
  lineNow(uri: vscode.Uri, line: number): number {
    const followed = this.files.get(uri.fsPath)?.find(({ mark }) => mark.line === line);
    return followed === undefined ? Math.max(0, line - 1) : followed.at.line;
  }

  private async reload(): Promise<void> {
    const generation = ++this.generation;
    const files = new Map<string, Followed[]>();
    for (const shown of this.model.shown) {
      const named = markedFiles(shown.comparison);
      const located = await Promise.all(named.map((file) => sourceUri(shown.workspace, file)));
      const editable = new Set((await editableFiles(located.filter((uri) => uri !== undefined))).map(String));
      for (const [index, file] of named.entries()) {
        const uri = located[index];
        if (uri === undefined || !editable.has(uri.toString())) continue;
        const known = files.get(uri.fsPath) ?? [];
        files.set(uri.fsPath, known);
        // A mark that was followed so far keeps its place: the file may have been edited since the run.
        const sameRun = ({ key, runFolder }: ShownComparison) => key === shown.key && runFolder === shown.runFolder;
        const before = this.files.get(uri.fsPath)?.filter((followed) => sameRun(followed.shown)) ?? [];
        const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
        for (const mark of lineMarks(shown.comparison, file)) {
          const at = before.find((followed) => followed.mark.line === mark.line)?.at;
          known.push({ mark, shown, at: at ?? followLine(mark.line - 1, firstColumn(document, mark.line - 1)) });
        }
      }
    }
    // Overtaken by a newer comparison.
    if (generation !== this.generation) return;
    this.files = files;
    this.changed.fire(undefined);
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const followed = this.files.get(document.uri.fsPath);
    if (followed === undefined || document.uri.scheme !== "file" || contentChanges.length === 0) return;
    // Several changes of one event all refer to the text before it; from the last to the first none moves another.
    const changes = [...contentChanges].sort((a, b) => b.rangeOffset - a.rangeOffset);
    for (const { range, text } of changes) {
      const change = {
        startLine: range.start.line,
        startCharacter: range.start.character,
        endLine: range.end.line,
        endCharacter: range.end.character,
        text,
      };
      for (const one of followed) one.at = afterChange(one.at, change);
    }
    this.changed.fire(document.uri.fsPath);
  }

  dispose(): void {
    this.store.dispose();
    this.changed.dispose();
  }
}

function firstColumn(document: vscode.TextDocument | undefined, line: number): number {
  return document === undefined || line >= document.lineCount
    ? 0
    : document.lineAt(line).firstNonWhitespaceCharacterIndex;
}
