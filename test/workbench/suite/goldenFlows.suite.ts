// Inside the real extension host: budgets, accepting and undoing, comparisons of configurations, and the states of the Divergences view.
import * as assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type JobWorkspace, makeJobWorkspace, until } from "./support/jobWorkspace.ts";
import { observed } from "./support/observed.ts";

const VIEW = "goldentrace.divergences";

describe("golden flows", () => {
  let workspace: JobWorkspace;
  let golden: string;

  const job = { type: "goldentrace", request: "launch", program: "${workspaceFolder}/job", stacks: true };
  /** Records as F5 does. @param meanwhile is called when the recording has begun @returns the run's folder */
  const record = async (name = "job", meanwhile?: (session: vscode.DebugSession) => unknown): Promise<string> => {
    const over = new Promise<string>((resolve) => {
      const subscription = vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (event === "goldentrace.started") meanwhile?.(session);
        if (event !== "goldentrace.finished") return;
        subscription.dispose();
        resolve(body.runFolder);
      });
    });
    assert.ok(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { ...job, name }));
    return over;
  };
  const problems = (uri: vscode.Uri) =>
    vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Goldentrace");
  const view = () => {
    const tree = observed.trees.get(VIEW);
    assert.ok(tree);
    return tree;
  };
  /** The rows of the view as `label | description`, children indented; and the items of all rows. */
  const rows = async (): Promise<{ texts: string[]; items: vscode.TreeItem[] }> => {
    const { provider } = view();
    const texts: string[] = [];
    const items: vscode.TreeItem[] = [];
    const visit = async (element: unknown, indent: string): Promise<void> => {
      for (const row of (await provider.getChildren(element)) ?? []) {
        const item = await provider.getTreeItem(row);
        items.push(item);
        texts.push(`${indent}${item.label} | ${item.description}`);
        await visit(row, `${indent}  `);
      }
    };
    await visit(undefined, "");
    return { texts, items };
  };
  const status = () => observed.statusItems.get("goldentrace.verdict")?.text ?? "";
  const state = () => observed.contexts.get("goldentrace.comparison");
  const clear = () => vscode.commands.executeCommand("goldentrace.clearMarks");
  const fixes = async (uri: vscode.Uri) => {
    // Where one comes to from the Problems view.
    await vscode.window.showTextDocument(uri);
    return vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      problems(uri)[0]?.range,
    );
  };

  before(async () => {
    workspace = await makeJobWorkspace();
    golden = path.join(workspace.folder, "golden_traces", "job.json");
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    workspace.configure();
    workspace.mode("normal");
    await clear();
    observed.messages.length = 0;
  });
  after(() => workspace.remove());

  it("groups differences by file and by kind, and steps through them while the view is hidden", async () => {
    workspace.mode("again");
    await record();
    await until(() => state() === "diverged");
    assert.deepEqual((await rows()).texts[0], "jobs/job.c | 2 differences");
    await vscode.commands.executeCommand("goldentrace.groupByKind");
    const { texts } = await rows();
    assert.match(texts[0] ?? "", /^(New|More or less often) \| /);
    assert.equal(observed.contexts.get("goldentrace.grouping"), "kind");
    assert.match(texts.join("\n"), /^ {2}.*plain\.conf.* \| job\.c:\d+$/m);
    await vscode.commands.executeCommand("goldentrace.groupByFile");
    // A row is selected, and then the view is folded or covered.
    await vscode.commands.executeCommand("goldentrace.divergences.focus");
    await vscode.commands.executeCommand("goldentrace.nextDivergence");
    const first = vscode.window.activeTextEditor?.selection.active.line;
    await vscode.commands.executeCommand("workbench.view.explorer");
    await until(() => !view().view.visible);
    await vscode.commands.executeCommand("goldentrace.nextDivergence");
    const second = vscode.window.activeTextEditor?.selection.active.line;
    assert.notEqual(second, first);
    await vscode.commands.executeCommand("goldentrace.nextDivergence");
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, first);
    await vscode.commands.executeCommand("goldentrace.previousDivergence");
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, second);
  });

  it("a budget that is not met is a problem at its line; raised and saved, it is none", async () => {
    workspace.configure(
      '\n[[assertion]]\nname = "few opens"\ntype = "span_count"\nspan_name_pattern = "open.*"\nmax_spans = 1\n',
    );
    await record();
    await until(() => problems(workspace.config).length > 0);
    const [problem] = problems(workspace.config);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    assert.match(status(), /1 over budget/);
    assert.match((await rows()).texts.join("\n"), /^Budgets \| 1 not met$/m);
    const raise = (await fixes(workspace.config)).find(({ title }) => title.startsWith("Raise the budget to"));
    assert.ok(raise?.edit);
    const document = await vscode.workspace.openTextDocument(workspace.config);
    assert.ok(await vscode.workspace.applyEdit(raise.edit));
    const limit = Number(/max_spans = (\d+)/.exec(document.getText())?.[1]);
    assert.ok(limit >= 3, `${limit}`);
    assert.equal(raise.title, `Raise the budget to ${limit}`);
    assert.ok(await document.save());
    await until(() => problems(workspace.config).length === 0);
    await until(() => /as golden/.test(status()));
  });

  it("what is accepted can be undone, and undone only once", async () => {
    const before = readFileSync(golden, "utf8");
    const performance = readFileSync(golden.replace(".json", "_performance.json"), "utf8");
    workspace.mode("again");
    // Launch configurations have names of their own; the golden is that of the target that starts the same program.
    const run = await record("Record the job");
    await until(() => problems(workspace.source).length > 0);
    const count = problems(workspace.source).length;
    const accept = (await fixes(workspace.source)).find(({ title }) => title.startsWith("Accept this divergence"));
    assert.ok(accept?.command);
    await vscode.commands.executeCommand(accept.command.command, ...(accept.command.arguments ?? []));
    assert.deepEqual(
      observed.messages.filter(({ severity }) => severity === "error"),
      [],
    );
    await until(() => problems(workspace.source).length < count);
    assert.notEqual(readFileSync(golden, "utf8"), before);
    assert.equal(observed.contexts.get("goldentrace.canUndoAccept"), true);
    await vscode.commands.executeCommand("goldentrace.undoAccept");
    assert.equal(readFileSync(golden, "utf8"), before);
    await until(() => problems(workspace.source).length === count);

    observed.answers.push("Undo");
    await vscode.commands.executeCommand("goldentrace.acceptRun", run);
    assert.ok(observed.messages.some(({ text, buttons }) => /“job”/.test(text) && buttons.includes("Undo")));
    await until(() => observed.contexts.get("goldentrace.canUndoAccept") === false);
    await until(() => problems(workspace.source).length === count);
    assert.equal(readFileSync(golden, "utf8"), before);
    assert.equal(readFileSync(golden.replace(".json", "_performance.json"), "utf8"), performance);
    assert.ok(!existsSync(path.join(path.dirname(golden), "Record-the-job.json")));
    await vscode.commands.executeCommand("goldentrace.undoAccept");
    assert.match(observed.messages.at(-1)?.text ?? "", /no accepted golden/);
  });

  it("a golden that someone else changed since is not undone", async () => {
    const before = readFileSync(golden, "utf8");
    const run = await record();
    await vscode.commands.executeCommand("goldentrace.acceptRun", run);
    writeFileSync(golden, before);
    await vscode.commands.executeCommand("goldentrace.undoAccept");
    assert.match(observed.messages.at(-1)?.text ?? "", /was changed since/);
    assert.equal(readFileSync(golden, "utf8"), before);
  });

  it("without a golden it says so and offers to accept the run; undone, there is none again", async () => {
    workspace.configure('\n[targets.other]\nprogram = "./job"\nargs = ["other"]\n');
    const other = path.join(path.dirname(golden), "Another.json");
    await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { ...job, name: "Another", args: ["x"] });
    await until(() => state() === "noGolden");
    assert.deepEqual((await rows()).texts, []);
    // As the button of the empty view does.
    await vscode.commands.executeCommand("goldentrace.acceptRun");
    assert.ok(existsSync(other), JSON.stringify(observed.messages));
    await until(() => state() === "equivalent");
    assert.match(status(), /Another: as golden/);
    await vscode.commands.executeCommand("goldentrace.undoAccept");
    assert.ok(!existsSync(other));
    await until(() => state() === "noGolden");
  });

  it("a golden that is no golden is told with the way out, and accepting the run mends it", async () => {
    const before = readFileSync(golden, "utf8");
    writeFileSync(golden, "hello\n");
    try {
      await record();
      await until(() => state() === "incomparable");
      assert.match(status(), /job: not comparable/);
      assert.match(view().view.message ?? "", /^job: .+\. .+/);
      const { items } = await rows();
      const accept = items.find(({ label }) => label === "Accept this run as golden");
      assert.ok(accept?.command);
      await vscode.commands.executeCommand(accept.command.command, ...(accept.command.arguments ?? []));
      await until(() => state() === "equivalent");
      await vscode.commands.executeCommand("goldentrace.undoAccept");
      assert.equal(readFileSync(golden, "utf8"), "hello\n");
    } finally {
      writeFileSync(golden, before);
    }
  });

  it("a run that was stopped is no equal of its golden, and cannot become one", async () => {
    workspace.mode("wait");
    const before = readFileSync(golden, "utf8");
    const run = await record("job", (session) => void vscode.debug.stopDebugging(session));
    await until(
      () => state() === "incomparable",
      () => `${state()} ${view().view.message}`,
    );
    assert.match(view().view.message ?? "", /stopped before the program ended/);
    await vscode.commands.executeCommand("goldentrace.acceptRun", run);
    const told = observed.messages.filter(({ severity }) => severity === "error").at(-1)?.text ?? "";
    assert.match(told, /stopped/);
    assert.doesNotMatch(told, /^goldentrace: |\n {2}/);
    assert.equal(readFileSync(golden, "utf8"), before);
    await until(() => workspace.processes().length === 0);
  });

  it("budgets alone are judged and told where there is no golden", async () => {
    workspace.configure(
      '\n[targets.alone]\nprogram = "/bin/true"\n[[assertion]]\nname = "no opens"\ntype = "span_count"\nspan_name_pattern = "open.*"\nmax_spans = 0\napplies_to = ["alone"]\n',
    );
    await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], {
      ...job,
      name: "alone",
      program: "/bin/true",
      stacks: false,
    });
    await until(() => problems(workspace.config).length > 0);
    assert.match(status(), /alone: 1 over budget/);
    assert.match((await rows()).texts.join("\n"), /^Budgets \| 1 not met$/m);
  });

  it("two configurations are recorded and compared (A/B)", async () => {
    const launch = vscode.workspace.getConfiguration("launch", vscode.Uri.file(workspace.folder));
    const configurations = [
      { ...job, name: "Without flag" },
      { type: "node", request: "launch", name: "Something else" },
      { ...job, name: "With flag", args: ["--again"] },
    ];
    await launch.update("configurations", configurations, vscode.ConfigurationTarget.WorkspaceFolder);
    const offered: string[][] = [];
    const choose = (name: string) =>
      observed.choices.push((items) => {
        offered.push(items.map(({ label, description }) => `${label}: ${description}`));
        return items.find(({ label }) => label === name);
      });
    try {
      choose("Without flag");
      choose("With flag");
      const progress = observed.progress.length;
      await vscode.commands.executeCommand("goldentrace.compareConfigurations");
      assert.deepEqual(
        offered.map((one) => one.length),
        [2, 1],
      );
      assert.match(offered[1]?.[0] ?? "", /^With flag: .*job --again$/);
      assert.ok(observed.progress.slice(progress).some(({ title }) => title === "Recording A and B"));
      await until(() => problems(workspace.source).length > 0);
      const { texts, items } = await rows();
      assert.match(texts.join("\n"), /plain\.conf/);
      assert.match(status(), /With flag: \d+ difference/);
      const tooltip = observed.statusItems.get("goldentrace.verdict")?.tooltip;
      assert.match(String(tooltip), /^With flag compared with Without flag/);
      // Neither side is a golden: there is nothing to accept.
      assert.ok(items.every(({ contextValue }) => contextValue !== "divergence.run"));
      assert.ok((await fixes(workspace.source)).every(({ title }) => !title.startsWith("Accept")));
      await vscode.commands.executeCommand("goldentrace.compareEvents");
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      assert.match(tab?.label ?? "", /Without flag ↔ With flag/);

      // Cancelled while A is recorded: it ends, B is not recorded, and nobody is told what they know.
      workspace.mode("wait");
      observed.messages.length = 0;
      choose("Without flag");
      choose("With flag");
      const over = vscode.commands.executeCommand("goldentrace.compareConfigurations");
      await until(() => workspace.processes().some((args) => args.endsWith("/job")));
      observed.progress.at(-1)?.cancel();
      await over;
      await until(() => workspace.processes().length === 0);
      assert.deepEqual(observed.messages, []);
    } finally {
      observed.choices.length = 0;
      await launch.update("configurations", undefined, vscode.ConfigurationTarget.WorkspaceFolder);
    }
  });

  it("in an untrusted workspace nothing is run or changed, and it says why", async () => {
    workspace.mode("again");
    const run = await record();
    await until(() => problems(workspace.source).length > 0);
    await vscode.window.showTextDocument(workspace.source);
    const runs = path.join(workspace.folder, ".goldentrace", "runs");
    const before = { runs: readdirSync(runs).length, golden: readFileSync(golden, "utf8") };
    const target = { target: "job", folder: vscode.Uri.file(workspace.folder).toString() };
    const [divergence] = (await rows()).items.flatMap(({ command }) => command?.arguments?.[0] ?? []);
    const asked: readonly (readonly [string, ...unknown[]])[] = [
      ["goldentrace.runTarget", target],
      ["goldentrace.checkTarget", target],
      ["goldentrace.acceptTarget", target],
      ["goldentrace.acceptRun", run],
      ["goldentrace.undoAccept"],
      ["goldentrace.acceptDivergence", divergence],
      ["goldentrace.ignoreDivergence", divergence],
      ["goldentrace.compareConfigurations"],
    ];
    const trust = Object.getOwnPropertyDescriptor(vscode.workspace, "isTrusted");
    assert.ok(trust?.configurable);
    // The tests' own window is always trusted.
    Object.defineProperty(vscode.workspace, "isTrusted", { ...trust, get: () => false });
    try {
      for (const [command, ...args] of asked) {
        observed.messages.length = 0;
        await vscode.commands.executeCommand(command, ...args);
        assert.deepEqual(
          observed.messages.map(({ text, severity }) => [severity, /not trusted/.test(text)]),
          [["error", true]],
          command,
        );
      }
      assert.deepEqual(
        (await fixes(workspace.source)).filter(({ title }) => /Accept|Ignore|Raise/.test(title)),
        [],
      );
      const lenses = (uri: vscode.Uri) =>
        vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri);
      await vscode.workspace.openTextDocument(workspace.config);
      assert.deepEqual(await lenses(workspace.config), []);
      const tested = observed.runs.length;
      await vscode.commands.executeCommand("workbench.view.testing.focus");
      while (observed.runs.length === tested) await vscode.commands.executeCommand("testing.runAll");
      await until(() => observed.runs[tested]?.ended === true);
      assert.match(String(observed.runs[tested]?.results.get("job")?.messages[0]?.message), /not trusted/);
      // What is there can be looked at.
      await clear();
      observed.messages.length = 0;
      await vscode.commands.executeCommand("goldentrace.compareWithGolden", run);
      assert.deepEqual(observed.messages, []);
      assert.ok(problems(workspace.source).length > 0 || state() === "diverged");
    } finally {
      Object.defineProperty(vscode.workspace, "isTrusted", trust);
    }
    assert.deepEqual({ runs: readdirSync(runs).length, golden: readFileSync(golden, "utf8") }, before);
  });
});
