import * as vscode from "vscode";
import { ExpectedError } from "../../base/errors.ts";
import { shown } from "../../engine/view/divergenceWords.ts";
import type { GoldenBackup } from "../../node/golden/goldenBackup.ts";
import { ASKED, runCli } from "../cli.ts";
import { requireTrust } from "../config.ts";
import type { Comparisons } from "./comparisons.ts";

interface Accepted {
  readonly backup: GoldenBackup;
  /** Of the golden that was written. */
  readonly version: string;
  readonly workspace: string;
}

/** Makes what was recorded the golden, so that it can be undone: a golden that was never committed would be lost otherwise. */
export class Acceptance implements vscode.Disposable {
  private last: Accepted | undefined;

  constructor(
    private readonly cliPath: string,
    private readonly comparisons: Comparisons,
  ) {}

  /** Makes a whole run its golden. */
  async acceptRun(runFolder: string): Promise<void> {
    requireTrust();
    const workspace = await this.comparisons.workspaceOf(runFolder);
    const name = await this.take(workspace, { runFolder }, "Accepting the run as golden", []);
    await this.comparisons.compareAgain(runFolder);
    this.tell(`Accepted the run as the golden “${shown(name, 60)}”.`);
  }

  /** Takes one difference of a run over into its golden. */
  async acceptDivergence(runFolder: string, golden: string, id: string): Promise<void> {
    requireTrust();
    const workspace = await this.comparisons.workspaceOf(runFolder);
    const title = `Accepting into the golden ${shown(golden, 60)}`;
    await this.take(workspace, { runFolder, golden }, title, ["--only", id]);
    await this.comparisons.compareAgain(runFolder);
    this.tell(`Accepted one difference into the golden “${shown(golden, 60)}”.`);
  }

  /** Records a target for its golden. @param then shows what became of it */
  async acceptTarget(workspace: string, target: string, out: string, then: () => Promise<void>): Promise<void> {
    requireTrust();
    await this.keeping(workspace, target, () =>
      this.run(`Recording ${shown(target, 60)} for its golden`, ["accept", target, "--out", out], workspace),
    );
    this.tell(`Accepted what “${shown(target, 60)}” does now as its golden.`);
    await then();
  }

  /** Brings the golden back that the last accept replaced. */
  async undo(): Promise<void> {
    requireTrust();
    const { last } = this;
    if (last === undefined) throw new ExpectedError("There is no accepted golden to undo.");
    const { restoreGolden } = await import("../../node/golden/goldenBackup.ts");
    await restoreGolden(last.backup, last.version);
    await this.forget();
    await this.comparisons.compareShownAgain(last.workspace, last.backup.name);
  }

  /** @returns the golden's name */
  private async take(
    workspace: string,
    { runFolder, golden }: { readonly runFolder: string; readonly golden?: string },
    title: string,
    more: readonly string[],
  ): Promise<string> {
    const { goldenOfRun } = await import("../../node/golden/goldenBackup.ts");
    // Not always the run's own name: a launch configuration is compared with the golden of the target that it starts.
    const name = golden ?? goldenOfRun(runFolder, workspace);
    await this.keeping(workspace, name, () =>
      this.run(title, ["accept", runFolder, "--name", name, ...more], workspace),
    );
    return name;
  }

  private run(title: string, args: readonly string[], cwd: string): Thenable<unknown> {
    const location = vscode.ProgressLocation.Notification;
    return vscode.window.withProgress({ location, title, cancellable: true }, (_, token) =>
      runCli(this.cliPath, [...args, ...ASKED], { cwd, token }),
    );
  }

  private async keeping(workspace: string, name: string, accept: () => Thenable<unknown>): Promise<void> {
    const { backUpGolden, dropBackup, goldenVersion } = await import("../../node/golden/goldenBackup.ts");
    const backup = await backUpGolden(workspace, name);
    try {
      await accept();
    } catch (error) {
      await dropBackup(backup);
      throw error;
    }
    await this.forget();
    this.last = { backup, version: await goldenVersion(backup), workspace };
    await this.announce();
  }

  /** The answer is not waited for: the command is over. */
  private tell(message: string): void {
    const undo = "Undo";
    void vscode.window.showInformationMessage(message, undo).then((answer) => {
      if (answer === undo) void vscode.commands.executeCommand("goldentrace.undoAccept");
    });
  }

  private async forget(): Promise<void> {
    const { last } = this;
    this.last = undefined;
    await this.announce();
    if (last === undefined) return;
    const { dropBackup } = await import("../../node/golden/goldenBackup.ts");
    await dropBackup(last.backup);
  }

  private async announce(): Promise<void> {
    await vscode.commands.executeCommand("setContext", "goldentrace.canUndoAccept", this.last !== undefined);
  }

  dispose(): void {
    void this.forget();
  }
}
