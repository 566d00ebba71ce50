import { realpath } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { Emitter } from "../../base/emitter.ts";
import { shown as shownText, verdictText } from "../../engine/view/divergenceWords.ts";
import type { Comparison } from "../../protocol/comparison.ts";

/** A comparison that the editor shows. */
export interface ShownComparison {
  /** What was compared: golden's name within its workspace, or the two runs. A newer one of the same key replaces it. */
  readonly key: string;
  /** What the differences are from: the golden's name, or that of the first of two runs. */
  readonly title: string;
  /** The names of two runs that were compared with each other; null where a run was compared with its golden. */
  readonly pair: { readonly before: string; readonly after: string } | null;
  readonly comparison: Comparison;
  /** Absolute; the files of sites are relative to it. */
  readonly workspace: string;
  /** Null for what is not in a run folder. */
  readonly runFolder: string | null;
}

/** What the two sides are called: above columns, and in titles of editors. */
export function sidesOf({ pair }: ShownComparison): { readonly before: string; readonly after: string } {
  return pair === null
    ? { before: "golden", after: "now" }
    : { before: shownText(pair.before, 60), after: shownText(pair.after, 60) };
}

/** What was compared with what, to begin a sentence with. */
export function comparedText({ title, pair }: ShownComparison): string {
  return pair === null
    ? `${shownText(title, 60)} compared with its golden`
    : `${shownText(pair.after, 60)} compared with ${shownText(pair.before, 60)}`;
}

/** The verdict in a few words. */
export function verdictOf({ comparison, pair }: ShownComparison): string {
  return pair === null ? verdictText(comparison) : verdictText(comparison, "no difference");
}

/** A run that there is no golden for yet. */
export interface RunWithoutGolden {
  readonly runFolder: string;
  readonly name: string;
}

/** The comparisons that marks, tree, problems and status bar are projections of; newest last. */
export class ComparisonModel implements vscode.Disposable {
  private comparisons: readonly ShownComparison[] = [];
  private missing: RunWithoutGolden | undefined;
  private marks = true;
  private readonly changed = new Emitter<void>();
  readonly onChange = this.changed.event;

  get shown(): readonly ShownComparison[] {
    return this.comparisons;
  }

  get newest(): ShownComparison | undefined {
    return this.comparisons.at(-1);
  }

  /** The run that ended last, when it has no golden. */
  get withoutGolden(): RunWithoutGolden | undefined {
    return this.missing;
  }

  /** Whether marks are drawn on lines. */
  get marksShown(): boolean {
    return this.marks;
  }

  find(key: string): ShownComparison | undefined {
    return this.comparisons.find((shown) => shown.key === key);
  }

  /** The comparison that has a divergence, newest first. */
  withDivergence(id: string, key?: string): ShownComparison | undefined {
    return this.comparisons.findLast(
      (shown) => (key === undefined || shown.key === key) && shown.comparison.divergences.some((one) => one.id === id),
    );
  }

  show(shown: ShownComparison): void {
    this.missing = undefined;
    this.comparisons = [...this.comparisons.filter(({ key }) => key !== shown.key), shown];
    this.changed.fire();
  }

  /** @param key of the comparison with the golden that is gone now */
  showMissing(run: RunWithoutGolden, key: string): void {
    this.missing = run;
    this.comparisons = this.comparisons.filter((shown) => shown.key !== key);
    this.changed.fire();
  }

  toggleMarks(): boolean {
    this.marks = !this.marks;
    this.changed.fire();
    return this.marks;
  }

  clear(): void {
    this.comparisons = [];
    this.missing = undefined;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/**
 * Where a file of a comparison is; undefined outside of the open folders (symbolic links followed) and for files that are gone:
 * nothing is drawn there and nothing is opened.
 */
export async function sourceUri(workspace: string, file: string): Promise<vscode.Uri | undefined> {
  const wanted = path.resolve(workspace, file);
  const real = await realpath(wanted).catch(() => undefined);
  if (real === undefined) return undefined;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const root = await realpath(uri.fsPath).catch(() => uri.fsPath);
    if (real.startsWith(root + path.sep)) return vscode.Uri.file(path.join(uri.fsPath, path.relative(root, real)));
  }
  return undefined;
}
