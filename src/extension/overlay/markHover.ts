import * as vscode from "vscode";
import { shortFunctionName } from "../../base/functionName.ts";
import type { CommandId } from "../../protocol/contributions.ts";
import { sidesOf } from "../divergences/model.ts";
import type { FollowedMarks, PlacedMark } from "./followedMarks.ts";

/** What the links of a hover may run. */
const LINKED: readonly CommandId[] = [
  "goldentrace.compareEvents",
  "goldentrace.acceptDivergence",
  "goldentrace.showDivergences",
];

/** The table of golden and actual calls for a marked line. */
export class MarkHover implements vscode.HoverProvider {
  constructor(private readonly marks: FollowedMarks) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const placed = this.marks.marksOf(document).filter(({ line }) => line === position.line);
    if (placed.length === 0) return undefined;
    return new vscode.Hover(placed.map(hoverText), document.lineAt(position.line).range);
  }
}

function hoverText({ mark, shown }: PlacedMark): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.supportHtml = false;
  text.isTrusted = { enabledCommands: LINKED };
  const where = mark.function === "" ? "" : ` in ${shortFunctionName(mark.function)}`;
  const { before, after } = sidesOf(shown);
  text.appendMarkdown("**").appendText(`Compared with ${shown.title}${where}`).appendMarkdown("**\n\n");
  if (mark.goldenLine !== null) {
    const side = shown.pair === null ? "the golden" : before;
    const moved = mark.gone
      ? `Line ${mark.goldenLine} of ${side} is gone.`
      : `This was line ${mark.goldenLine} in ${side}.`;
    text.appendText(moved).appendMarkdown("\n\n");
  }
  for (const { id, title } of mark.divergences) {
    const argument = { divergence: id, key: shown.key };
    text.appendMarkdown("- ").appendText(title);
    text.appendMarkdown(` — ${link("Compare events", "goldentrace.compareEvents", argument)}`);
    if (shown.runFolder !== null && vscode.workspace.isTrusted) {
      text.appendMarkdown(` · ${link("Accept", "goldentrace.acceptDivergence", argument)}`);
    }
    text.appendMarkdown("\n");
  }
  if (mark.rows.length > 0) {
    text.appendMarkdown(`\n| | ${cell(before)} | ${cell(after)} | change |\n|:--|--:|--:|--:|\n`);
    for (const { label, golden, actual, change } of mark.rows) {
      text.appendMarkdown(`| ${cell(label)} | ${cell(golden)} | ${cell(actual)} | ${cell(change)} |\n`);
    }
  }
  text.appendMarkdown(`\n${link("All divergences", "goldentrace.showDivergences", {})}`);
  return text;
}

/** Program text in a table: what Markdown could read as something else is escaped, and bars would end the cell. */
function cell(text: string): string {
  return new vscode.MarkdownString().appendText(text).value.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function link(label: string, command: CommandId, argument: object): string {
  const encoded = encodeURIComponent(JSON.stringify([argument]))
    .replaceAll("(", "%28")
    .replaceAll(")", "%29");
  return `[${label}](command:${command}?${encoded})`;
}
