import * as vscode from "vscode";
import { ExpectedError } from "../../base/errors.ts";
import { requireTrust } from "../config.ts";
import type { GoldenHandlers } from "../goldens.ts";
import { openSource } from "../openSource.ts";
import type { FollowedMarks } from "../overlay/followedMarks.ts";
import { ignoreEdit } from "../problems/quickFixes.ts";
import type { Acceptance } from "./acceptance.ts";
import type { EventDocuments } from "./eventDocuments.ts";
import { type ComparisonModel, type ShownComparison, sourceUri } from "./model.ts";
import type { DivergenceRow, DivergencesTree } from "./tree.ts";

/** What commands on a divergence are called with: a row of the view, what a link or lens carries, or nothing. */
type Argument =
  | DivergenceRow
  | { readonly divergence?: string; readonly key?: string; readonly node?: string }
  | undefined;

interface Parts {
  readonly model: ComparisonModel;
  readonly tree: DivergencesTree;
  readonly events: EventDocuments;
  readonly marks: FollowedMarks;
  readonly acceptance: Acceptance;
}

type Ids =
  | "goldentrace.showDivergences"
  | "goldentrace.nextDivergence"
  | "goldentrace.previousDivergence"
  | "goldentrace.groupByFile"
  | "goldentrace.groupByKind"
  | "goldentrace.openDivergence"
  | "goldentrace.compareEvents"
  | "goldentrace.acceptDivergence"
  | "goldentrace.ignoreDivergence"
  | "goldentrace.clearMarks"
  | "goldentrace.toggleMarks";

/** The commands on shown divergences. */
export class DivergenceCommands {
  readonly handlers: Pick<GoldenHandlers, Ids> = {
    "goldentrace.showDivergences": (argument: Argument) => this.showDivergences(argument),
    "goldentrace.nextDivergence": () => this.step(1),
    "goldentrace.previousDivergence": () => this.step(-1),
    "goldentrace.groupByFile": async () => this.parts.tree.groupBy("file"),
    "goldentrace.groupByKind": async () => this.parts.tree.groupBy("kind"),
    "goldentrace.openDivergence": (argument: Argument) => this.open(this.row(argument)),
    "goldentrace.compareEvents": (argument: Argument) => this.compareEvents(argument),
    "goldentrace.acceptDivergence": (argument: Argument) => this.accept(argument),
    "goldentrace.ignoreDivergence": (argument: Argument) => this.ignore(argument),
    "goldentrace.clearMarks": async () => this.parts.model.clear(),
    "goldentrace.toggleMarks": async () => this.parts.model.toggleMarks(),
  };

  constructor(private readonly parts: Parts) {}

  private async showDivergences(argument: Argument): Promise<void> {
    await vscode.commands.executeCommand("goldentrace.divergences.focus");
    const row = argument === undefined ? undefined : this.rowOrNone(argument);
    if (row !== undefined) await this.parts.tree.mark(row);
  }

  private async step(step: 1 | -1): Promise<void> {
    const row = this.parts.tree.next(step);
    if (row === undefined) throw nothing();
    await this.open(row);
  }

  private async open(row: DivergenceRow): Promise<void> {
    const { place, divergence } = row.node;
    await this.parts.tree.mark(row);
    if (place === null) {
      if (divergence !== null) await this.parts.events.compare(row.shown, divergence);
      return;
    }
    const uri = await sourceUri(row.shown.workspace, place.file);
    // Asks before it opens what lies outside of the workspace, and says what is gone.
    if (uri === undefined) return openSource(place);
    const line = this.parts.marks.lineNow(uri, place.line);
    const document = await vscode.workspace.openTextDocument(uri);
    const position = new vscode.Position(Math.min(line, document.lineCount - 1), 0);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
  }

  private async compareEvents(argument: Argument): Promise<void> {
    const { shown, id } = this.wanted(argument);
    await this.parts.events.compare(shown, id);
  }

  private async accept(argument: Argument): Promise<void> {
    requireTrust();
    const { shown, id } = this.wanted(argument);
    const { runFolder, title } = shown;
    if (id === undefined) throw new ExpectedError("Select a divergence, to accept it.");
    if (runFolder === null) {
      throw new ExpectedError("This compares two runs, so there is no golden that could take the difference over.");
    }
    await this.parts.acceptance.acceptDivergence(runFolder, title, id);
  }

  private async ignore(argument: Argument): Promise<void> {
    requireTrust();
    const { shown, id } = this.wanted(argument);
    const divergence = shown.comparison.divergences.find((one) => one.id === id);
    if (divergence === undefined) throw new ExpectedError("Select a divergence, to ignore it.");
    const edit = await ignoreEdit(shown, divergence);
    if (!(await vscode.workspace.applyEdit(edit))) throw new ExpectedError("goldentrace.toml could not be changed.");
    const uri = vscode.Uri.joinPath(vscode.Uri.file(shown.workspace), "goldentrace.toml");
    const document = await vscode.workspace.openTextDocument(uri);
    const end = document.lineAt(document.lineCount - 1).range.end;
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(end, end) });
  }

  /** What a command is about; without an argument the selected row, else all of the newest comparison. */
  private wanted(argument: Argument): { shown: ShownComparison; id: string | undefined } {
    const given = argument ?? this.parts.tree.current;
    if (given !== undefined && "shown" in given) return { shown: given.shown, id: given.node.divergence ?? undefined };
    const { model } = this.parts;
    const id = given?.divergence;
    const shown =
      id !== undefined
        ? model.withDivergence(id, given?.key)
        : given?.key === undefined
          ? model.newest
          : model.find(given.key);
    if (shown === undefined) throw nothing();
    return { shown, id };
  }

  private row(argument: Argument): DivergenceRow {
    const row = argument === undefined ? this.parts.tree.current : this.rowOrNone(argument);
    if (row === undefined) throw nothing();
    return row;
  }

  private rowOrNone(argument: NonNullable<Argument>): DivergenceRow | undefined {
    if ("shown" in argument) return argument;
    const { key, node, divergence } = argument;
    if (key !== undefined && node !== undefined) return this.parts.tree.find(key, node);
    return divergence === undefined ? undefined : this.parts.tree.rowOf(key, divergence);
  }
}

function nothing(): ExpectedError {
  return new ExpectedError("There is no divergence to show.", {
    wayOut: "Record a run that has a golden, or compare a run from the Runs view.",
  });
}
