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

/** Milliseconds between two comparisons of a run that is being recorded. */
const LIVE_MS = 2000;
/** Runs with more system calls are compared at their end alone: each comparison reads all of them. */
const LIVE_CALLS = 100_000;

/** Brings comparisons into the model: of runs that end, of runs that are asked for, and of pairs of runs. */
export class Comparisons implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly seen = new Set<string>();
  private readonly followed = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    readonly model: ComparisonModel,
    private readonly around: Surroundings,
    onError: (error: unknown) => void,
  ) {
    this.store.add(
      around.recordings.onChange(({ info, end }) => {
        if (info !== null && end === null && !this.followed.has(info.runFolder)) {
          this.followed.add(info.runFolder);
          this.follow(info.runFolder).catch(onError);
        }
        if (end === null || this.seen.has(end.runFolder)) return;
        this.seen.add(end.runFolder);
        this.showRun(end.runFolder).catch(onError);
      }),
    );
  }

  /**
   * Shows how a run compares with its golden, as it was found when the run ended; a recorder that was stopped may not have come to it.
   * @returns undefined when there is no golden for it
   */
  async showRun(runFolder: string): Promise<Comparison | undefined> {
    this.seen.add(runFolder);
    const { readComparison } = await import("../../node/comparisonFile.ts");
    const stored = await readComparison(runFolder);
    return stored === undefined ? this.compareAgain(runFolder) : this.show(runFolder, stored);
  }

  /** Compares a run with its golden as it is now, and shows the outcome. @returns undefined when there is no golden for it */
  async compareAgain(runFolder: string): Promise<Comparison | undefined> {
    const { workspace } = await this.manifest(runFolder);
    const comparison = await this.around.finishedRuns.compare(runFolder, workspace);
    this.around.runsModel.notifyChanged();
    return this.show(runFolder, comparison ?? undefined);
  }

  /** Compares the shown runs of a workspace again, those of one golden or of all: a golden or the configuration is another one now. */
  async compareShownAgain(workspace: string, golden?: string): Promise<void> {
    for (const { runFolder, workspace: own, title } of this.model.shown) {
      if (runFolder === null || own !== workspace || (golden !== undefined && title !== golden)) continue;
      await this.compareAgain(runFolder);
    }
  }

  /** Shows a comparison of two runs. @param output what `diff --json` printed */
  async showPair(output: string, runs: readonly [string, string]): Promise<Comparison> {
    const { parseComparison } = await import("../../node/comparisonFile.ts");
    const [first, second] = await Promise.all(runs.map((run) => this.manifest(run)));
    const comparison = parseComparison(JSON.parse(output), "The answer of goldentrace diff");
    const same = first?.name === second?.name;
    const name = (manifest: { name: string; id: string } | undefined) => (same ? manifest?.id : manifest?.name) ?? "";
    this.model.show({
      key: `pair:${second?.workspace ?? ""}`,
      title: name(first),
      pair: { before: name(first), after: name(second) },
      comparison,
      workspace: second?.workspace ?? path.dirname(runs[1]),
      runFolder: null,
    });
    return comparison;
  }

  /** Compares a run again and again while it is recorded, as long as that is cheap and there is a golden. */
  private async follow(runFolder: string): Promise<void> {
    await this.pause();
    while (!this.store.isDisposed && !this.seen.has(runFolder)) {
      const recording = this.around.recordings.running.find(({ info }) => info?.runFolder === runFolder);
      const calls = recording?.update?.syscalls ?? 0;
      if (recording === undefined || recording.end !== null || calls > LIVE_CALLS) return;
      if (calls > 0) {
        const { workspace, name } = await this.manifest(runFolder);
        const comparison = await this.around.finishedRuns.compareSoFar(runFolder, workspace);
        // Its end may have come first, and knows better.
        if (comparison === null || this.seen.has(runFolder)) return;
        if (comparison.divergences.length > 0) this.put(runFolder, workspace, name, comparison);
      }
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, LIVE_MS);
      this.timers.add(timer);
    });
  }

  private async show(runFolder: string, comparison: Comparison | undefined): Promise<Comparison | undefined> {
    const { workspace, name } = await this.manifest(runFolder);
    if (comparison === undefined) {
      this.model.showMissing({ runFolder, name }, goldenKey(workspace, name));
    } else {
      this.put(runFolder, workspace, name, comparison);
    }
    return comparison;
  }

  private put(runFolder: string, workspace: string, name: string, comparison: Comparison): void {
    const title = comparison.golden.name === "" ? name : comparison.golden.name;
    this.model.show({ key: goldenKey(workspace, title), title, pair: null, comparison, workspace, runFolder });
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
    for (const timer of this.timers) clearTimeout(timer);
    this.store.dispose();
  }
}

const goldenKey = (workspace: string, golden: string): string => `golden:${workspace}:${golden}`;
