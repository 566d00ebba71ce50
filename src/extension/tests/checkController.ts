import path from "node:path";
import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { describeError, ExpectedError } from "../../base/errors.ts";
import { outcomeOf } from "../../engine/report/checkOutcome.ts";
import { checkTestResult } from "../../engine/view/checkTests.ts";
import { shown } from "../../engine/view/divergenceWords.ts";
import { targetsOf } from "../../engine/view/targetLines.ts";
import { verdictSentence } from "../../engine/view/verdictSentence.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import { runCli } from "../cli.ts";
import { requireTrust, runsDirectory } from "../config.ts";
import { recordConfiguration } from "../debug/recordConfiguration.ts";
import type { Recordings } from "../debug/recordings.ts";
import type { Comparisons } from "../divergences/comparisons.ts";
import { sourceUri } from "../divergences/model.ts";
import type { RunsModel } from "../runs/runsModel.ts";
import { readTargets, targetConfiguration } from "./targets.ts";

const CONFIG = "goldentrace.toml";
/** Saving several files at once starts one round of continuous checks. */
const SAVE_PAUSE_MS = 300;

interface Surroundings {
  readonly cliPath: string;
  readonly recordings: Recordings;
  readonly runsModel: RunsModel;
}

type RunOne = (item: vscode.TestItem, run: vscode.TestRun, token: vscode.CancellationToken) => Promise<void>;

/** One test for each target: passes when a run does what its golden did. */
export class CheckController implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly controller = this.store.add(vscode.tests.createTestController("goldentrace", "Goldentrace"));
  private readonly profile: vscode.TestRunProfile;

  constructor(
    private readonly comparisons: Comparisons,
    private readonly around: Surroundings,
    private readonly onError: (error: unknown) => void,
  ) {
    const { Run, Debug } = vscode.TestRunProfileKind;
    this.profile = this.store.add(
      this.controller.createRunProfile("Record and check", Run, (request, token) => this.run(request, token), true),
    );
    this.profile.supportsContinuousRun = true;
    this.store.add(
      this.controller.createRunProfile("Record live (F5)", Debug, (request, token) =>
        this.runAll(request, token, (item, run, cancelled) => this.debugOne(item, run, cancelled)),
      ),
    );
    const refresh = () => void this.refresh().catch(onError);
    this.controller.refreshHandler = () => this.refresh();
    const watcher = this.store.add(vscode.workspace.createFileSystemWatcher(`**/${CONFIG}`));
    this.store.add(watcher.onDidCreate(refresh));
    this.store.add(watcher.onDidChange(refresh));
    this.store.add(watcher.onDidDelete(refresh));
    this.store.add(vscode.workspace.onDidChangeWorkspaceFolders(refresh));
    refresh();
  }

  /** Checks one target as its test, so that the Test Explorer shows the outcome too. */
  async check(folder: vscode.WorkspaceFolder, target: string): Promise<void> {
    await this.refresh();
    const item = this.controller.items.get(itemId(folder, target));
    if (item === undefined) throw new ExpectedError(`There is no target “${target}” in ${CONFIG}.`);
    const source = new vscode.CancellationTokenSource();
    try {
      await this.run(new vscode.TestRunRequest([item], undefined, this.profile), source.token);
    } finally {
      source.dispose();
    }
  }

  private async refresh(): Promise<void> {
    const items: vscode.TestItem[] = [];
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const uri = vscode.Uri.joinPath(folder.uri, CONFIG);
      const targets = await readTargets(folder);
      if (targets.length === 0) continue;
      const lines = new Map(targetsOf(await readConfig(folder)).map(({ name, line }) => [name, line]));
      for (const { name, target } of targets) {
        const id = itemId(folder, name);
        // A known one stays the same object: it may be running, or be run again whenever something is saved.
        const item = this.controller.items.get(id) ?? this.controller.createTestItem(id, name, uri);
        item.description = shown([target.program, ...(target.args ?? [])].join(" "), 200);
        const line = lines.get(name);
        item.range = line === undefined ? undefined : new vscode.Range(line, 0, line, 0);
        items.push(item);
      }
    }
    this.controller.items.replace(items);
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const round = (): Promise<void> =>
      this.runAll(request, token, (item, run, cancelled) => this.checkOne(item, run, cancelled));
    if (request.continuous === true) this.onSave(token, round);
    else await round();
  }

  /** Runs a round when something was saved, and never two at once. */
  private onSave(token: vscode.CancellationToken, round: () => Promise<void>): void {
    let timer: NodeJS.Timeout | undefined;
    let running = false;
    const start = (): void => {
      if (running) {
        timer = setTimeout(start, SAVE_PAUSE_MS);
        return;
      }
      running = true;
      void round()
        .catch(this.onError)
        .finally(() => {
          running = false;
        });
    };
    const saved = vscode.workspace.onDidSaveTextDocument(() => {
      clearTimeout(timer);
      timer = setTimeout(start, SAVE_PAUSE_MS);
    });
    token.onCancellationRequested(() => {
      clearTimeout(timer);
      saved.dispose();
    });
  }

  private async runAll(request: vscode.TestRunRequest, token: vscode.CancellationToken, one: RunOne): Promise<void> {
    const all: vscode.TestItem[] = [];
    const isIn = (items: readonly vscode.TestItem[] | undefined, { id }: vscode.TestItem): boolean =>
      items?.some((one) => one.id === id) === true;
    this.controller.items.forEach((item) => {
      if (request.include === undefined || isIn(request.include, item)) all.push(item);
    });
    const items = all.filter((item) => !isIn(request.exclude, item));
    const run = this.controller.createTestRun(request);
    // The run's own token is cancelled for one round of a continuous run, and for a run that a command of ours began.
    const cancellation = new vscode.CancellationTokenSource();
    const cancelled = cancellation.token;
    const subscriptions = [token, run.token].map((each) => each.onCancellationRequested(() => cancellation.cancel()));
    if (token.isCancellationRequested || run.token.isCancellationRequested) cancellation.cancel();
    try {
      for (const item of items) run.enqueued(item);
      for (const item of items) {
        if (cancelled.isCancellationRequested) run.skipped(item);
        else await this.guarded(item, run, cancelled, one);
      }
    } finally {
      run.end();
      for (const subscription of subscriptions) subscription.dispose();
      cancellation.dispose();
    }
  }

  private async guarded(
    item: vscode.TestItem,
    run: vscode.TestRun,
    token: vscode.CancellationToken,
    one: RunOne,
  ): Promise<void> {
    run.started(item);
    try {
      requireTrust();
      await one(item, run, token);
    } catch (error) {
      if (token.isCancellationRequested) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(describeError(error)));
    }
  }

  /** Records and checks in a process of its own: the command line does both. */
  private async checkOne(item: vscode.TestItem, run: vscode.TestRun, token: vscode.CancellationToken): Promise<void> {
    const { folder, target } = this.targetOf(item);
    const directory = runsDirectory(folder);
    const { stdout, stderr } = await runCli(
      this.around.cliPath,
      ["check", target, "--json", "--quiet", "--out", directory],
      // 1 is "differs", 3 "cannot be compared": both are answers.
      { cwd: folder.uri.fsPath, token, accept: [1, 3] },
    );
    if (stderr.trim() !== "") run.appendOutput(`${stderr.trim().replaceAll(/\r?\n/g, "\r\n")}\r\n`);
    const { parseCheckDocument } = await import("../../node/comparisonFile.ts");
    const entry = parseCheckDocument(stdout).entries.find((one) => one.target === target);
    if (entry === undefined) throw new Error(`goldentrace check said nothing of ${target}`);
    this.around.runsModel.notifyChanged();
    if (entry.runId !== null) {
      const stored = await this.comparisons.showRun(path.join(directory, entry.runId));
      if (stored === undefined) throw noGolden(target);
    }
    await this.report(item, run, { comparison: entry, outcome: entry.outcome }, entry.durationMs);
  }

  /** Records with F5, watched in the Live view; the outcome is that of the run's own comparison. */
  private async debugOne(item: vscode.TestItem, run: vscode.TestRun, token: vscode.CancellationToken): Promise<void> {
    const { folder, target } = this.targetOf(item);
    const found = (await readTargets(folder)).find(({ name }) => name === target);
    if (found === undefined) throw new ExpectedError(`There is no target “${target}” in ${CONFIG}.`);
    const started = performance.now();
    const runFolder = await recordConfiguration(this.around.recordings, folder, targetConfiguration(found), token);
    const comparison = await this.comparisons.showRun(runFolder);
    if (comparison === undefined) throw noGolden(target);
    const { performanceRule } = await import("../../node/configProblems.ts");
    const settings = { performance: performanceRule(await readConfig(folder), target) };
    const outcome = outcomeOf(comparison, settings, comparison.golden.path !== "");
    await this.report(item, run, { comparison, outcome }, performance.now() - started);
  }

  private async report(
    item: vscode.TestItem,
    run: vscode.TestRun,
    { comparison, outcome }: { comparison: Comparison; outcome: Parameters<typeof checkTestResult>[0] },
    durationMs: number,
  ): Promise<void> {
    const { folder } = this.targetOf(item);
    const result = checkTestResult(outcome, comparison);
    run.appendOutput(`${verdictSentence(comparison).replaceAll("\n", "\r\n")}\r\n`, undefined, item);
    if (result.state === "passed") {
      run.passed(item, durationMs);
      return;
    }
    const messages: vscode.TestMessage[] = [];
    for (const { text, expected, actual, place } of result.messages) {
      const message =
        expected === null || actual === null
          ? new vscode.TestMessage(text)
          : vscode.TestMessage.diff(text, expected, actual);
      const uri = place === null ? undefined : await sourceUri(folder.uri.fsPath, place.file);
      if (place !== null && uri !== undefined) {
        message.location = new vscode.Location(uri, new vscode.Position(Math.max(0, place.line - 1), 0));
      }
      messages.push(message);
    }
    if (result.state === "failed") run.failed(item, messages, durationMs);
    else run.errored(item, messages, durationMs);
  }

  private targetOf(item: vscode.TestItem): { folder: vscode.WorkspaceFolder; target: string } {
    const folder = item.uri === undefined ? undefined : vscode.workspace.getWorkspaceFolder(item.uri);
    if (folder === undefined) throw new ExpectedError("The folder of this test is not open any more.");
    return { folder, target: item.label };
  }

  dispose(): void {
    this.store.dispose();
  }
}

async function readConfig(folder: vscode.WorkspaceFolder): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, CONFIG)));
}

function noGolden(target: string): ExpectedError {
  return new ExpectedError(`There is no golden for “${target}” yet.`, {
    wayOut: `Use “Accept” over the target in ${CONFIG}, or accept this run in the Divergences view.`,
  });
}

const itemId = (folder: vscode.WorkspaceFolder, target: string): string => `${folder.uri.toString()}#${target}`;
