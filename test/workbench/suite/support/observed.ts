// What the extension does through VS Code's API, noticed on its way: one extension cannot ask VS Code for another one's tests, views and
// messages. Everything still goes to the real editor. Must be loaded before the extension is activated.
import * as vscode from "vscode";

export interface ObservedMessage {
  readonly text: string;
  readonly severity: "information" | "warning" | "error";
  readonly buttons: readonly string[];
}

export type TestState = "passed" | "failed" | "errored" | "skipped";

export interface ObservedResult {
  readonly state: TestState;
  readonly messages: readonly vscode.TestMessage[];
  readonly durationMs: number | undefined;
}

/** One test run, from `createTestRun` on. */
export interface ObservedRun {
  readonly started: readonly string[];
  /** By the test's label. */
  readonly results: ReadonlyMap<string, ObservedResult>;
  readonly ended: boolean;
}

interface MutableRun {
  readonly started: string[];
  readonly results: Map<string, ObservedResult>;
  ended: boolean;
}

interface Offered extends vscode.QuickPickItem {
  readonly label: string;
}

/** Chooses among what a quick pick offers. */
export type Choice = (items: readonly Offered[], options: vscode.QuickPickOptions | undefined) => Offered | undefined;

class Observed {
  readonly runs: ObservedRun[] = [];
  readonly profiles: vscode.TestRunProfile[] = [];
  controller: vscode.TestController | undefined;
  readonly messages: ObservedMessage[] = [];
  readonly trees = new Map<string, { provider: vscode.TreeDataProvider<unknown>; view: vscode.TreeView<unknown> }>();
  readonly statusItems = new Map<string, vscode.StatusBarItem>();
  /** Titles of what `withProgress` showed, with what cancels it. */
  readonly progress: { readonly title: string; cancel(): void }[] = [];
  /** The values that the extension gave to contexts of `when` clauses. */
  readonly contexts = new Map<string, unknown>();
  /** What the next quick picks choose; without one the real picker comes. */
  readonly choices: Choice[] = [];
  /** The button that messages are answered with, once each. */
  readonly answers: string[] = [];

  install(): this {
    this.watchTests();
    this.watchViews();
    this.watchMessages();
    return this;
  }

  private watchTests(): void {
    const { createTestController } = vscode.tests;
    vscode.tests.createTestController = (id, label) => {
      const controller = createTestController(id, label);
      this.controller = controller;
      const { createRunProfile, createTestRun } = controller;
      controller.createRunProfile = (...parameters) => {
        const profile = createRunProfile.apply(controller, parameters);
        this.profiles.push(profile);
        return profile;
      };
      controller.createTestRun = (...parameters) => this.watchRun(createTestRun.apply(controller, parameters));
      return controller;
    };
  }

  private watchRun(run: vscode.TestRun): vscode.TestRun {
    const seen: MutableRun = { started: [], results: new Map(), ended: false };
    this.runs.push(seen);
    const { started, passed, failed, errored, skipped, end } = run;
    const put = (
      { label }: vscode.TestItem,
      state: TestState,
      durationMs: number | undefined,
      messages: vscode.TestMessage | readonly vscode.TestMessage[] = [],
    ) => {
      seen.results.set(label, { state, durationMs, messages: Array.isArray(messages) ? messages : [messages] });
    };
    run.started = (item) => {
      seen.started.push(item.label);
      started.call(run, item);
    };
    run.passed = (item, ms) => {
      put(item, "passed", ms);
      passed.call(run, item, ms);
    };
    run.failed = (item, messages, ms) => {
      put(item, "failed", ms, messages);
      failed.call(run, item, messages, ms);
    };
    run.errored = (item, messages, ms) => {
      put(item, "errored", ms, messages);
      errored.call(run, item, messages, ms);
    };
    run.skipped = (item) => {
      put(item, "skipped", undefined);
      skipped.call(run, item);
    };
    run.end = () => {
      seen.ended = true;
      end.call(run);
    };
    return run;
  }

  private watchViews(): void {
    const { window, commands } = vscode;
    const { createTreeView, createStatusBarItem } = window;
    window.createTreeView = <T>(id: string, options: vscode.TreeViewOptions<T>) => {
      const view = createTreeView.call(window, id, options) as vscode.TreeView<T>;
      this.trees.set(id, {
        provider: options.treeDataProvider as vscode.TreeDataProvider<unknown>,
        view: view as vscode.TreeView<unknown>,
      });
      return view;
    };
    window.createStatusBarItem = ((...parameters: Parameters<typeof createStatusBarItem>) => {
      const item = createStatusBarItem.apply(window, parameters);
      this.statusItems.set(String(parameters[0]), item);
      return item;
    }) as typeof createStatusBarItem;
    const { executeCommand } = commands;
    commands.executeCommand = <T>(command: string, ...rest: unknown[]) => {
      if (command === "setContext") this.contexts.set(String(rest[0]), rest[1]);
      return executeCommand.call(commands, command, ...rest) as Thenable<T>;
    };
  }

  private watchMessages(): void {
    const { window } = vscode;
    const watch = (name: "showInformationMessage" | "showWarningMessage" | "showErrorMessage") => {
      const show = window[name] as (text: string, ...rest: unknown[]) => Thenable<unknown>;
      const severity =
        name === "showErrorMessage" ? "error" : name === "showWarningMessage" ? "warning" : "information";
      const watched = (text: string, ...rest: unknown[]) => {
        const buttons = rest.filter((one) => typeof one === "string");
        this.messages.push({ text, severity, buttons });
        const answer = buttons.find((button) => button === this.answers[0]);
        if (answer !== undefined) this.answers.shift();
        // Nobody closes a message here; without an answer it counts as closed.
        else void show.call(window, text, ...rest);
        return Promise.resolve(answer);
      };
      window[name] = watched as (typeof window)[typeof name];
    };
    watch("showInformationMessage");
    watch("showWarningMessage");
    watch("showErrorMessage");
    const { showQuickPick, withProgress } = window;
    const watchedPick = async (
      items: readonly Offered[] | Thenable<readonly Offered[]>,
      options?: vscode.QuickPickOptions,
    ) => {
      const choose = this.choices.shift();
      return choose === undefined ? showQuickPick.call(window, await items, options) : choose(await items, options);
    };
    window.showQuickPick = watchedPick as unknown as typeof showQuickPick;
    window.withProgress = ((
      options: vscode.ProgressOptions,
      task: (report: vscode.Progress<unknown>, token: vscode.CancellationToken) => Thenable<unknown>,
    ) =>
      withProgress.call(window, options, (report, token) => {
        const source = new vscode.CancellationTokenSource();
        token.onCancellationRequested(() => source.cancel());
        this.progress.push({ title: options.title ?? "", cancel: () => source.cancel() });
        return task(report, source.token);
      })) as typeof withProgress;
  }
}

const KEY = Symbol.for("goldentrace.test.observed");
const shared = globalThis as { [KEY]?: Observed };

shared[KEY] ??= new Observed().install();
/** The one of this extension host; every suite is a bundle of its own. */
export const observed: Observed = shared[KEY];
