import * as vscode from "vscode";
import { ExpectedError } from "../../base/errors.ts";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import { runCli } from "../cli.ts";
import { pickFolder, requireTrust } from "../config.ts";
import { recordConfiguration } from "../debug/recordConfiguration.ts";
import type { Recordings } from "../debug/recordings.ts";
import type { GoldenHandlers } from "../goldens.ts";
import type { RunsModel } from "../runs/runsModel.ts";
import type { RunRow } from "../runs/runsTree.ts";
import type { Acceptance } from "./acceptance.ts";
import type { Comparisons } from "./comparisons.ts";

type RunArgument = RunRow | string | undefined;

interface Parts {
  readonly comparisons: Comparisons;
  readonly acceptance: Acceptance;
  readonly cliPath: string;
  readonly recordings: Recordings;
  readonly runsModel: RunsModel;
  readonly selectedRuns: () => readonly RunRow[];
}

type Ids =
  | "goldentrace.acceptRun"
  | "goldentrace.undoAccept"
  | "goldentrace.compareWithGolden"
  | "goldentrace.compareRuns"
  | "goldentrace.selectForCompare"
  | "goldentrace.compareWithSelected"
  | "goldentrace.compareConfigurations";

/** Comparing and accepting recorded runs. */
export class CompareCommands {
  private selected: string | undefined;
  readonly handlers: Pick<GoldenHandlers, Ids> = {
    "goldentrace.acceptRun": (run: RunArgument) => this.acceptRun(run),
    "goldentrace.undoAccept": () => this.parts.acceptance.undo(),
    "goldentrace.compareWithGolden": (run: RunArgument) => this.compareWithGolden(run),
    "goldentrace.compareRuns": (run: RunArgument, rows?: readonly RunRow[]) => this.compareRuns(run, rows),
    "goldentrace.selectForCompare": (run: RunArgument) => this.selectForCompare(run),
    "goldentrace.compareWithSelected": (run: RunArgument) => this.compareWithSelected(run),
    "goldentrace.compareConfigurations": () => this.compareConfigurations(),
  };

  constructor(private readonly parts: Parts) {}

  private async acceptRun(argument: RunArgument): Promise<void> {
    requireTrust();
    const missing = this.parts.comparisons.model.withoutGolden?.runFolder;
    await this.parts.acceptance.acceptRun(
      argument === undefined && missing !== undefined ? missing : await this.folder(argument),
    );
  }

  private async compareWithGolden(argument: RunArgument): Promise<void> {
    const folder = await this.folder(argument);
    const { comparisons } = this.parts;
    const comparison = await progress("Comparing with the golden", () => comparisons.compareAgain(folder));
    if (comparison === undefined) {
      const accept = "Accept This Run as Golden";
      const answer = await vscode.window.showInformationMessage(
        "There is no golden of this run’s name.",
        ...(vscode.workspace.isTrusted ? [accept] : []),
      );
      if (answer === accept) await this.acceptRun(folder);
      return;
    }
    await vscode.commands.executeCommand("goldentrace.divergences.focus");
  }

  private async compareRuns(argument: RunArgument, selection?: readonly RunRow[]): Promise<void> {
    const rows = selection ?? this.parts.selectedRuns();
    const [newer, older] = rows.length === 2 ? await this.byAge(rows) : [];
    if (newer !== undefined && older !== undefined) return this.compare(older.folder, newer.folder);
    const first = typeof argument === "object" ? argument : await this.pickRun("Compare which run …", undefined);
    if (first === undefined) return;
    const second = await this.pickRun(`… with which one? (the first is ${first.label})`, first.folder);
    if (second !== undefined) await this.compare(first.folder, second.folder);
  }

  private async selectForCompare(argument: RunArgument): Promise<void> {
    this.selected = await this.folder(argument);
    await vscode.commands.executeCommand("setContext", "goldentrace.runSelected", true);
  }

  private async compareWithSelected(argument: RunArgument): Promise<void> {
    if (this.selected === undefined) throw new ExpectedError("Select a run for comparing first.");
    await this.compare(this.selected, await this.folder(argument));
  }

  /** Two launch configurations, one after the other: with and without a flag, say. */
  private async compareConfigurations(): Promise<void> {
    requireTrust();
    const folder = await pickFolder();
    if (folder === undefined) return;
    const all = vscode.workspace
      .getConfiguration("launch", folder.uri)
      .get<vscode.DebugConfiguration[]>("configurations", [])
      .filter(({ type, request }) => type === DEBUG_TYPE && request === "launch");
    if (all.length < 2) {
      throw new ExpectedError("There are not two launch configurations of type goldentrace in this folder.", {
        wayOut: "Write them in .vscode/launch.json, such as one with a flag and one without.",
      });
    }
    const pick = (placeHolder: string, offered: readonly vscode.DebugConfiguration[]) =>
      vscode.window.showQuickPick(
        offered.map((configuration) => ({
          label: configuration.name,
          description: [configuration.program, ...(configuration.args ?? [])].join(" "),
          configuration,
        })),
        { placeHolder },
      );
    const a = await pick("A: the configuration to compare with", all);
    if (a === undefined) return;
    const b = await pick("B: the one whose differences from A are shown", without(all, a.configuration));
    if (b === undefined) return;
    const { recordings } = this.parts;
    const runs = await progress("Recording A and B", async (token, report) => {
      report(a.label);
      const first = await recordConfiguration(recordings, folder, a.configuration, token);
      report(b.label);
      return [first, await recordConfiguration(recordings, folder, b.configuration, token)] as const;
    });
    await this.compare(...runs);
  }

  private async compare(before: string, after: string): Promise<void> {
    if (before === after) throw new ExpectedError("These are one and the same run.");
    const cwd = await this.parts.comparisons.workspaceOf(after);
    const { stdout } = await progress("Comparing two runs", (token) =>
      // 1 is "they differ", 3 "they cannot be compared": both are answers.
      runCli(this.parts.cliPath, ["diff", before, after, "--json"], { cwd, token, accept: [1, 3] }),
    );
    const comparison = await this.parts.comparisons.showPair(stdout, [before, after]);
    await vscode.commands.executeCommand("goldentrace.divergences.focus");
    if (comparison.verdict === "equivalent") {
      void vscode.window.showInformationMessage("The two runs did the same.");
    }
  }

  private async byAge(rows: readonly RunRow[]): Promise<RunRow[]> {
    const order = (await this.parts.runsModel.rows()).map(({ folder }) => folder);
    return [...rows].sort((a, b) => order.indexOf(a.folder) - order.indexOf(b.folder));
  }

  private async pickRun(placeHolder: string, except: string | undefined): Promise<RunRow | undefined> {
    const rows = (await this.parts.runsModel.rows()).filter(
      ({ folder, outcome }) => folder !== except && outcome !== "recording" && outcome !== "unreadable",
    );
    if (rows.length === 0) throw new ExpectedError("There are not two runs to compare in this workspace.");
    const picked = await vscode.window.showQuickPick(
      rows.map((row) => ({ label: row.label, description: row.description, detail: row.id, row })),
      { placeHolder, matchOnDescription: true, matchOnDetail: true },
    );
    return picked?.row;
  }

  private async folder(argument: RunArgument): Promise<string> {
    if (typeof argument === "string") return argument;
    const row = argument ?? this.parts.selectedRuns()[0] ?? (await this.parts.runsModel.rows())[0];
    if (row === undefined) {
      throw new ExpectedError("No runs have been recorded in this workspace.", { wayOut: "Press F5 to record one." });
    }
    return row.folder;
  }
}

function without(
  all: readonly vscode.DebugConfiguration[],
  one: vscode.DebugConfiguration,
): vscode.DebugConfiguration[] {
  return all.filter((configuration) => configuration !== one);
}

function progress<T>(
  title: string,
  task: (token: vscode.CancellationToken, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return Promise.resolve(
    vscode.window.withProgress({ location, title, cancellable: true }, (report, token) =>
      task(token, (message) => report.report({ message })),
    ),
  );
}
