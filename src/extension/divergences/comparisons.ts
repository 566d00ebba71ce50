import path from "node:path";
import type * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { Recordings } from "../debug/recordings.ts";
import type { FinishedRuns } from "../runs/finishedRuns.ts";
import type { RunsModel } from "../runs/runsModel.ts";
import type { ComparisonModel } from "./model.ts";

interface Surroundings {
  readonly recordings: Recordings;
  readonly finishedRuns: FinishedRuns;
  readonly runsModel: RunsModel;
}

/** Brings comparisons into the model: of runs that end, of runs that are asked for, and of pairs of runs. */
export class Comparisons implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly seen = new Set<string>();

  constructor(
    readonly model: ComparisonModel,
    private readonly around: Surroundings,
    onError: (error: unknown) => void,
  ) {
    this.store.add(
      around.recordings.onChange(({ end }) => {
        if (end === null || this.seen.has(end.runFolder)) return;
        this.seen.add(end.runFolder);
        this.showRun(end.runFolder).catch(onError);
      }),
    );
  }

  /**
   * Shows how a run compares with its golden, as it was found when the run ended.
   * @returns undefined when there is no golden for it
   */
  async showRun(runFolder: string): Promise<Comparison | undefined> {
    this.seen.add(runFolder);
    const { readComparison } = await import("../../node/comparisonFile.ts");
    return this.show(runFolder, await readComparison(runFolder));
  }

  /** Compares a run with its golden as it is now, and shows the outcome. @returns undefined when there is no golden for it */
  async compareAgain(runFolder: string): Promise<Comparison | undefined> {
    const { workspace } = await this.manifest(runFolder);
    const comparison = await this.around.finishedRuns.compare(runFolder, workspace);
    this.around.runsModel.notifyChanged();
    return this.show(runFolder, comparison ?? undefined);
  }

  /** Shows a comparison of two runs. @param output what `diff --json` printed */
  async showPair(output: string, runs: readonly [string, string]): Promise<Comparison> {
    const { parseComparison } = await import("../../node/comparisonFile.ts");
    const [first, second] = await Promise.all(runs.map((run) => this.manifest(run)));
    const comparison = parseComparison(JSON.parse(output), "The answer of goldentrace diff");
    const name = (manifest: { name: string; id: string } | undefined) => manifest?.name ?? "";
    const same = name(first) === name(second);
    this.model.show({
      key: `pair:${second?.workspace ?? ""}`,
      title: same ? (first?.id ?? "") : name(first),
      comparison,
      workspace: second?.workspace ?? path.dirname(runs[1]),
      runFolder: null,
    });
    return comparison;
  }

  private async show(runFolder: string, comparison: Comparison | undefined): Promise<Comparison | undefined> {
    const { workspace, name } = await this.manifest(runFolder);
    if (comparison === undefined) {
      this.model.showMissing({ runFolder, name });
    } else {
      const title = comparison.golden.name === "" ? name : comparison.golden.name;
      this.model.show({ key: `golden:${workspace}:${title}`, title, comparison, workspace, runFolder });
    }
    return comparison;
  }

  /** The workspace that a run belongs to; absolute. */
  async workspaceOf(runFolder: string): Promise<string> {
    return (await this.manifest(runFolder)).workspace;
  }

  private async manifest(runFolder: string) {
    const { readManifest } = await import("../../node/runFolder/manifest.ts");
    return readManifest(runFolder);
  }

  dispose(): void {
    this.store.dispose();
  }
}
