import * as vscode from "vscode";
import { TASK_TYPE } from "../protocol/contributions.ts";
import { DEBUG_TYPE } from "../protocol/dap.ts";
import { runningCommands } from "./cli.ts";
import { registerCommands } from "./commands.ts";
import { AdapterFactory } from "./debug/adapterFactory.ts";
import { ConfigurationProvider } from "./debug/configurationProvider.ts";
import { Recordings } from "./debug/recordings.ts";
import { LiveViewProvider, showLiveView } from "./live/liveViewProvider.ts";
import { Log } from "./log.ts";
import { FinishedRuns } from "./runs/finishedRuns.ts";
import { RunCommands } from "./runs/runCommands.ts";
import { RunsModel } from "./runs/runsModel.ts";
import { RunsTree } from "./runs/runsTree.ts";
import { RecordingStatusBar } from "./statusBar.ts";
import { TaskProvider } from "./tasks.ts";

// The bundles that are loaded later take their classes of errors from this one.
export * from "../base/errors.ts";

/** The composition root: makes every part once and hands it what it needs. */
export function activate(context: vscode.ExtensionContext): void {
  const dist = (file: string) => context.asAbsolutePath(`dist/${file}`);
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };

  own(runningCommands);
  const log = own(new Log());
  const recordings = own(new Recordings());
  const finishedRuns = own(new FinishedRuns(dist("runWorker.cjs")));
  const runsModel = own(new RunsModel());
  const tree = own(new RunsTree(runsModel, (error) => void log.show("Reading the runs", error)));
  const configurations = new ConfigurationProvider();
  const cliPath = dist("cli.mjs");

  const goldens = lazily(async () => {
    const { createGoldens } = await import("./goldens.ts");
    const parts = { recordings, finishedRuns, runsModel, log, cliPath, selectedRuns: () => tree.selection };
    return own(createGoldens({ extensionUri: context.extensionUri, ...parts }));
  });

  own(new RecordingStatusBar(recordings));
  own(
    registerCommands({
      cliPath,
      log,
      recordings,
      runs: new RunCommands(runsModel, tree, cliPath),
      runsModel,
      configurations,
      goldens,
    }),
  );

  const liveView = own(new LiveViewProvider(context.extensionUri, recordings, finishedRuns, log));
  own(vscode.window.registerWebviewViewProvider("goldentrace.live", liveView));
  own(vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterFactory(dist("adapter.cjs"))));
  for (const trigger of [
    vscode.DebugConfigurationProviderTriggerKind.Initial,
    vscode.DebugConfigurationProviderTriggerKind.Dynamic,
  ]) {
    own(vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations, trigger));
  }
  own(vscode.tasks.registerTaskProvider(TASK_TYPE, new TaskProvider(cliPath)));

  own(
    recordings.onChange((recording) => {
      // The folder's watcher does not see ignored or outside directories in every set-up; the session's own events do.
      runsModel.notifyChanged();
      const begins = recording.info !== null && recording.update === null && recording.end === null;
      const wanted = vscode.workspace.getConfiguration("goldentrace").get<boolean>("live.showOnStart", true);
      if (begins && wanted) void showLiveView(true);
    }),
  );
  log.info("Goldentrace is ready.");
  // What goldens need is loaded when activation is over: nothing of it can be wanted before.
  setImmediate(() => void goldens().catch((error: unknown) => log.show("Loading the views on goldens", error)));
}

/** Makes something when it is first asked for. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export function deactivate(): void {
  // Everything belongs to the context's subscriptions.
}
