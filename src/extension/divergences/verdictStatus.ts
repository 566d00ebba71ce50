import * as vscode from "vscode";
import { shown as shownText, verdictState } from "../../engine/view/divergenceWords.ts";
import { type ComparisonModel, comparedText, verdictOf } from "./model.ts";

const ICONS = { pass: "$(pass)", warn: "$(warning)", fail: "$(error)", unknown: "$(question)" } as const;

/** The verdict on the newest comparison, in the status bar. */
export class VerdictStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("goldentrace.verdict", vscode.StatusBarAlignment.Left, 4);
  private readonly subscription;

  constructor(private readonly model: ComparisonModel) {
    this.item.name = "Goldentrace Verdict";
    this.item.command = "goldentrace.showDivergences";
    this.subscription = model.onChange(() => this.refresh());
  }

  private refresh(): void {
    const { newest } = this.model;
    if (newest === undefined) {
      this.item.hide();
      return;
    }
    const { comparison } = newest;
    const state = verdictState(comparison);
    const title = shownText(newest.pair?.after ?? newest.title, 30);
    this.item.text = `${ICONS[state]} ${title}: ${verdictOf(newest)}`;
    const details = [
      `${comparedText(newest)}: ${verdictOf(newest)}`,
      ...(comparison.reason === null ? [] : [shownText(comparison.reason, 500)]),
      ...(comparison.verdict === "incomparable" ? [] : [`confidence ${(comparison.confidence * 100).toFixed(0)} %`]),
      "Click to show the divergences",
    ];
    this.item.tooltip = details.join("\n");
    this.item.backgroundColor =
      state === "fail"
        ? new vscode.ThemeColor("statusBarItem.errorBackground")
        : state === "pass"
          ? undefined
          : new vscode.ThemeColor("statusBarItem.warningBackground");
    this.item.show();
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }
}
