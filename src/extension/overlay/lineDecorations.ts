import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { groupBy } from "../../base/groupBy.ts";
import { bySeverity, type Severity } from "../../engine/view/divergenceWords.ts";
import { SEVERITIES } from "../../protocol/comparison.ts";
import type { FollowedMarks, PlacedMark } from "./followedMarks.ts";

const COLORS: Readonly<Record<Severity, string>> = {
  high: "goldentrace.highDifference",
  medium: "goldentrace.mediumDifference",
  low: "goldentrace.lowDifference",
};

/** Texts at the ends of lines, gutter icons and marks in the overview ruler, by severity. */
export class LineDecorations implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly types: Readonly<Record<Severity, vscode.TextEditorDecorationType>>;
  private readonly decorated = new WeakSet<vscode.TextEditor>();

  constructor(
    private readonly marks: FollowedMarks,
    extensionUri: vscode.Uri,
  ) {
    const made = (severity: Severity) => {
      const color = new vscode.ThemeColor(COLORS[severity]);
      return this.store.add(
        vscode.window.createTextEditorDecorationType({
          gutterIconPath: vscode.Uri.joinPath(extensionUri, "media", "gutter", `${severity}.svg`),
          gutterIconSize: "contain",
          overviewRulerColor: color,
          overviewRulerLane: vscode.OverviewRulerLane.Right,
          // Before the empty range at the line's end: behind it the Test Explorer puts its messages, in place of others' texts.
          before: { color, margin: "0 0 0 2em" },
          rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
        }),
      );
    };
    this.types = { high: made("high"), medium: made("medium"), low: made("low") };
    this.store.add(marks.onChange((file) => this.refresh(file)));
    this.store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.refresh(undefined)));
    this.refresh(undefined);
  }

  private refresh(file: string | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (file === undefined || editor.document.uri.fsPath === file) this.decorate(editor);
    }
  }

  private decorate(editor: vscode.TextEditor): void {
    const lines = groupBy(this.marks.marksOf(editor.document), ({ line }) => line);
    if (lines.size === 0 && !this.decorated.has(editor)) return;
    this.decorated.add(editor);
    const options: Record<Severity, vscode.DecorationOptions[]> = { high: [], medium: [], low: [] };
    for (const [line, placed] of lines) {
      const { severity } = [...placed].map(({ mark }) => mark).sort(bySeverity)[0]!;
      const { end } = editor.document.lineAt(line).range;
      const range = new vscode.Range(end, end);
      options[severity].push({ range, renderOptions: { before: { contentText: text(placed) } } });
    }
    for (const severity of SEVERITIES) editor.setDecorations(this.types[severity], options[severity]);
  }

  dispose(): void {
    this.store.dispose();
  }
}

/** Several comparisons may mark one line; then each says which it is. */
function text(placed: readonly PlacedMark[]): string {
  const [first] = placed;
  if (placed.length === 1 && first !== undefined) return first.mark.text;
  return placed.map(({ mark, shown }) => `${shown.title}: ${mark.text}`).join(" | ");
}
