import * as vscode from "vscode";
import { ExpectedError } from "../../base/errors.ts";
import { pickFolder, requireTrust, runsDirectory } from "../config.ts";
import type { Acceptance } from "../divergences/acceptance.ts";
import type { GoldenHandlers } from "../goldens.ts";
import type { RunsModel } from "../runs/runsModel.ts";
import type { CheckController } from "./checkController.ts";
import { readTargets, targetConfiguration } from "./targets.ts";

interface Parts {
  readonly acceptance: Acceptance;
  readonly controller: CheckController;
  readonly runsModel: RunsModel;
}

/** A lens over a target says which; from the palette it is asked for. */
type Argument = { readonly target: string; readonly folder: string } | undefined;

type Ids = "goldentrace.runTarget" | "goldentrace.checkTarget" | "goldentrace.acceptTarget";

/** Recording, checking and accepting targets of goldentrace.toml. */
export class TargetCommands {
  readonly handlers: Pick<GoldenHandlers, Ids> = {
    "goldentrace.runTarget": (argument: Argument) => this.run(argument),
    "goldentrace.checkTarget": (argument: Argument) => this.check(argument),
    "goldentrace.acceptTarget": (argument: Argument) => this.accept(argument),
  };

  constructor(private readonly parts: Parts) {}

  private async run(argument: Argument): Promise<void> {
    requireTrust();
    const chosen = await this.choose(argument, "Record which target?");
    if (chosen === undefined) return;
    const target = (await readTargets(chosen.folder)).find(({ name }) => name === chosen.target);
    if (target === undefined) throw new ExpectedError(`There is no target “${chosen.target}” in goldentrace.toml.`);
    await vscode.debug.startDebugging(chosen.folder, targetConfiguration(target));
  }

  private async check(argument: Argument): Promise<void> {
    requireTrust();
    const chosen = await this.choose(argument, "Check which target?");
    if (chosen !== undefined) await this.parts.controller.check(chosen.folder, chosen.target);
  }

  private async accept(argument: Argument): Promise<void> {
    requireTrust();
    const chosen = await this.choose(argument, "Accept what which target does now as its golden?");
    if (chosen === undefined) return;
    const { folder, target } = chosen;
    const { acceptance, controller, runsModel } = this.parts;
    await acceptance.acceptTarget(folder.uri.fsPath, target, runsDirectory(folder), async () => {
      runsModel.notifyChanged();
      await controller.check(folder, target);
    });
  }

  private async choose(
    argument: Argument,
    placeHolder: string,
  ): Promise<{ target: string; folder: vscode.WorkspaceFolder } | undefined> {
    const given = argument === undefined ? undefined : vscode.Uri.parse(argument.folder);
    const folder = given === undefined ? await pickFolder() : vscode.workspace.getWorkspaceFolder(given);
    if (folder === undefined) return undefined;
    if (argument !== undefined) return { target: argument.target, folder };
    const targets = await readTargets(folder);
    if (targets.length === 0) {
      throw new ExpectedError("There are no targets in goldentrace.toml.", {
        wayOut: "Use “Goldentrace: Set Up This Workspace” to write some.",
      });
    }
    const target =
      targets.length === 1
        ? targets[0]?.name
        : await vscode.window.showQuickPick(
            targets.map(({ name }) => name),
            { placeHolder },
          );
    return target === undefined ? undefined : { target, folder };
  }
}
