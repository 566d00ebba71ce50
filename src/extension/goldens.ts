import * as vscode from "vscode";
import { DisposableStore } from "../base/disposable.ts";
import { runningCommands } from "./cli.ts";
import type { Recordings } from "./debug/recordings.ts";
import { Acceptance } from "./divergences/acceptance.ts";
import { CompareCommands } from "./divergences/compareCommands.ts";
import { Comparisons } from "./divergences/comparisons.ts";
import { DivergenceCommands } from "./divergences/divergenceCommands.ts";
import { EVENTS_SCHEME, EventDocuments } from "./divergences/eventDocuments.ts";
import { ComparisonModel } from "./divergences/model.ts";
import { DivergencesTree } from "./divergences/tree.ts";
import { VerdictStatus } from "./divergences/verdictStatus.ts";
import type { GoldenCommandId } from "./goldenCommandIds.ts";
import type { Log } from "./log.ts";
import { FollowedMarks } from "./overlay/followedMarks.ts";
import { DifferenceLenses } from "./overlay/lenses.ts";
import { LineDecorations } from "./overlay/lineDecorations.ts";
import { MarkHover } from "./overlay/markHover.ts";
import { ComparisonProblems } from "./problems/comparisonProblems.ts";
import { QuickFixes } from "./problems/quickFixes.ts";
import { isConfigFile, TomlProblems } from "./problems/tomlProblems.ts";
import type { FinishedRuns } from "./runs/finishedRuns.ts";
import type { RunsModel } from "./runs/runsModel.ts";
import type { RunRow } from "./runs/runsTree.ts";
import { CheckController } from "./tests/checkController.ts";
import { TargetCommands } from "./tests/targetCommands.ts";

/** What the parts about goldens get from those that are there from activation on. */
export interface GoldenSurroundings {
  readonly extensionUri: vscode.Uri;
  readonly cliPath: string;
  readonly log: Log;
  readonly recordings: Recordings;
  readonly finishedRuns: FinishedRuns;
  readonly runsModel: RunsModel;
  /** The rows that are selected in the Runs view. */
  readonly selectedRuns: () => readonly RunRow[];
}

export type GoldenHandlers = { readonly [K in GoldenCommandId]: (...parameters: never[]) => Promise<unknown> };

/** Everything that the editor shows of comparisons with goldens, and the commands on them. */
export interface Goldens extends vscode.Disposable {
  readonly commands: GoldenHandlers;
}

/** Makes the parts of this bundle, which is loaded after activation. */
export function createGoldens(around: GoldenSurroundings): Goldens {
  const store = new DisposableStore();
  const onError = (error: unknown) => void around.log.show("Showing a comparison", error);
  const model = store.add(new ComparisonModel());
  const comparisons = store.add(new Comparisons(model, around, onError));
  const marks = store.add(new FollowedMarks(model, onError));
  const tree = store.add(new DivergencesTree(model));
  const events = store.add(new EventDocuments(model));
  const problems = store.add(new ComparisonProblems(model, marks, onError));
  const lenses = store.add(new DifferenceLenses(marks));
  store.add(new LineDecorations(marks, around.extensionUri));
  store.add(new VerdictStatus(model));
  store.add(new TomlProblems(onError));
  const controller = store.add(new CheckController(comparisons, around, onError));

  const files = { scheme: "file" };
  store.add(vscode.workspace.registerTextDocumentContentProvider(EVENTS_SCHEME, events));
  store.add(vscode.languages.registerHoverProvider(files, new MarkHover(marks)));
  store.add(vscode.languages.registerCodeLensProvider(files, lenses));
  store.add(
    vscode.languages.registerCodeActionsProvider(files, new QuickFixes(problems), {
      providedCodeActionKinds: QuickFixes.kinds,
    }),
  );

  const acceptance = store.add(new Acceptance(around.cliPath, comparisons));
  store.add(compareWhenConfigured(comparisons, onError));
  // This bundle has commands of its own, beside those of the one that is loaded first.
  store.add(runningCommands);

  const divergences = new DivergenceCommands({ model, tree, events, marks, acceptance });
  const runs = new CompareCommands({ comparisons, acceptance, ...around });
  const targets = new TargetCommands({ acceptance, controller, ...around });
  return {
    commands: { ...divergences.handlers, ...runs.handlers, ...targets.handlers },
    dispose: () => store.dispose(),
  };
}

/** A budget that was raised or a rule that was added counts as soon as the file is saved. */
function compareWhenConfigured(comparisons: Comparisons, onError: (error: unknown) => void): vscode.Disposable {
  return vscode.workspace.onDidSaveTextDocument(({ uri }) => {
    const folder = isConfigFile(uri) ? vscode.workspace.getWorkspaceFolder(uri) : undefined;
    if (folder !== undefined) comparisons.compareShownAgain(folder.uri.fsPath).catch(onError);
  });
}
