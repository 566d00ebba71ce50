import * as vscode from "vscode";
import { divergenceEvents, type EventSide } from "../../engine/view/divergenceEvents.ts";
import { shown as shownText } from "../../engine/view/divergenceWords.ts";
import { type ComparisonModel, type ShownComparison, sidesOf } from "./model.ts";

export const EVENTS_SCHEME = "goldentrace-events";

/** The events of a divergence (or of all) as read-only texts, one for each side of the native diff editor. */
export class EventDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscription;

  constructor(private readonly model: ComparisonModel) {
    this.subscription = model.onChange(() => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === EVENTS_SCHEME) this.changed.fire(uri);
    });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const query = new URLSearchParams(uri.query);
    const shown = this.model.find(query.get("key") ?? "");
    if (shown === undefined) return "This comparison is not shown any more.\n";
    const side = query.get("side") === "golden" ? "golden" : "actual";
    return divergenceEvents(shown.comparison, query.get("divergence"), side);
  }

  /** Opens both sides in the diff editor. @param divergence its id, or undefined for all of the comparison */
  async compare(shown: ShownComparison, divergence: string | undefined): Promise<void> {
    const one = shown.comparison.divergences.find(({ id }) => id === divergence);
    const { before, after } = sidesOf(shown);
    const title = `${shownText(one?.title ?? `All differences from ${shown.title}`, 120)} (${before} ↔ ${after})`;
    await vscode.commands.executeCommand(
      "vscode.diff",
      eventsUri(shown.key, one?.id, "golden"),
      eventsUri(shown.key, one?.id, "actual"),
      title,
      { preview: true },
    );
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function eventsUri(key: string, divergence: string | undefined, side: EventSide): vscode.Uri {
  const query = new URLSearchParams({ key, side, ...(divergence === undefined ? {} : { divergence }) });
  return vscode.Uri.from({ scheme: EVENTS_SCHEME, path: `/${side}.strace`, query: query.toString() });
}
