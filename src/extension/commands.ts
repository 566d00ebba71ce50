import * as vscode from "vscode";
import { type CommandId, EXTENSION_ID, type HIDDEN_COMMANDS, WALKTHROUGH } from "../protocol/contributions.ts";
import { DEBUG_TYPE } from "../protocol/dap.ts";
import { runCli } from "./cli.ts";
import { pickFolder, requireTrust } from "./config.ts";
import { askForProgram, type ConfigurationProvider } from "./debug/configurationProvider.ts";
import type { Recordings } from "./debug/recordings.ts";
import { GOLDEN_COMMANDS, type GoldenCommandId } from "./goldenCommandIds.ts";
import type { Goldens } from "./goldens.ts";
import { showLiveView } from "./live/liveViewProvider.ts";
import type { Log } from "./log.ts";
import { pickProcess } from "./pickProcess.ts";
import type { RunArgument, RunCommands } from "./runs/runCommands.ts";
import type { RunsModel } from "./runs/runsModel.ts";
import type { RunRow } from "./runs/runsTree.ts";

type Handler = (...parameters: never[]) => Promise<unknown>;
type AnyCommand = Exclude<CommandId, GoldenCommandId> | keyof typeof HIDDEN_COMMANDS;

interface Surroundings {
  readonly cliPath: string;
  readonly log: Log;
  readonly recordings: Recordings;
  readonly runs: RunCommands;
  readonly runsModel: RunsModel;
  readonly configurations: ConfigurationProvider;
  readonly goldens: () => Promise<Goldens>;
}

/** Registers every contributed command; a missing one is a compile error. Failures are shown once, here. */
export function registerCommands(around: Surroundings): vscode.Disposable {
  const { runs } = around;
  const handlers: { readonly [K in AnyCommand]: Handler } = {
    "goldentrace.run": () => record(around),
    "goldentrace.attach": () => attach(),
    "goldentrace.stop": () => stop(around.recordings),
    "goldentrace.showLive": () => showLiveView(false),
    "goldentrace.refreshRuns": async () => around.runsModel.notifyChanged(),
    "goldentrace.openReport": (run: RunArgument) => runs.openReport(run),
    "goldentrace.revealRun": (run: RunArgument) => runs.reveal(run),
    "goldentrace.rerun": (run: RunArgument) => runs.rerun(run),
    "goldentrace.deleteRun": (run: RunArgument, selected?: readonly RunRow[]) => runs.delete(run, selected),
    "goldentrace.undoDelete": () => runs.undoDelete(),
    "goldentrace.copyRunPath": (run: RunArgument) => runs.copyPath(run),
    "goldentrace.exportRun": (run: RunArgument) => runs.export(run),
    "goldentrace.showSummary": (run: RunArgument) => runs.showSummary(run),
    "goldentrace.doctor": () => doctor(around.cliPath),
    "goldentrace.init": () => initialise(around.cliPath),
    "goldentrace.showLog": async () => around.log.channel.show(),
    "goldentrace.openWalkthrough": async () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${EXTENSION_ID}#${WALKTHROUGH}`),
    "goldentrace.pickProcess": () => pickProcess(),
  };
  const later = GOLDEN_COMMANDS.map((id): [string, Handler] => [
    id,
    async (...parameters) => (await around.goldens()).commands[id](...parameters),
  ]);
  const registrations = [...Object.entries(handlers), ...later].map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...parameters: never[]) => {
      try {
        return await handler(...parameters);
      } catch (error) {
        await around.log.show(id, error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

/** Offers the programs of a folder, and a free command line. */
async function record({ configurations }: Surroundings): Promise<void> {
  requireTrust();
  const folder = await pickFolder();
  if (folder === undefined) return;
  const offers = await configurations.provideDebugConfigurations(folder);
  const other = { label: "$(terminal) Another program…", description: "", configuration: undefined };
  const picked = await vscode.window.showQuickPick(
    [
      ...offers.map((configuration) => ({
        label: configuration.name.replace(/^Record /, ""),
        description: [configuration.program, ...(configuration.args ?? [])].join(" "),
        configuration,
      })),
      other,
    ],
    { placeHolder: "Which program shall be recorded?", matchOnDescription: true },
  );
  if (picked === undefined) return;
  const configuration = picked.configuration ?? (await askForProgram());
  if (configuration !== undefined) await vscode.debug.startDebugging(folder, configuration);
}

async function attach(): Promise<void> {
  requireTrust();
  const folder = await pickFolder();
  const processId = await pickProcess();
  if (folder === undefined || processId === undefined) return;
  await vscode.debug.startDebugging(folder, {
    type: DEBUG_TYPE,
    request: "attach",
    name: `Process ${processId}`,
    processId,
  });
}

async function stop(recordings: Recordings): Promise<void> {
  const recording =
    recordings.running.find(({ sessionId }) => sessionId === recordings.current?.sessionId) ??
    recordings.running.at(-1);
  if (recording !== undefined) await vscode.debug.stopDebugging(recording.session);
}

/** The doctor only looks, so it works in untrusted workspaces too. */
async function doctor(cliPath: string): Promise<void> {
  const { stdout } = await runCli(cliPath, ["doctor"], { accept: [1] });
  const document = await vscode.workspace.openTextDocument({ content: stdout, language: "plaintext" });
  await vscode.window.showTextDocument(document, { preview: true });
}

async function initialise(cliPath: string): Promise<void> {
  requireTrust();
  const folder = await pickFolder();
  if (folder === undefined) return;
  const { stdout } = await runCli(cliPath, ["init"], { cwd: folder.uri.fsPath });
  const open = "Open goldentrace.toml";
  const answer = await vscode.window.showInformationMessage(stdout.trim().split("\n").at(-1) ?? "", open);
  if (answer === open) await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, "goldentrace.toml"));
}
