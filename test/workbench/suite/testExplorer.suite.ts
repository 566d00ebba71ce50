// Inside the real extension host: targets as tests, run and debugged and cancelled by VS Code's own commands.
import * as assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type JobWorkspace, LOAD_LINE, makeJobWorkspace, until } from "./support/jobWorkspace.ts";
import { type ObservedResult, type ObservedRun, observed } from "./support/observed.ts";

const FRESH = '\n[targets.fresh]\nprogram = "/bin/true"\n';

describe("the Test Explorer", () => {
  let workspace: JobWorkspace;
  let folder: string;

  /** Resolves with the test run that something starts, when it has ended. */
  const runOf = async (start: () => unknown): Promise<ObservedRun> => {
    const before = observed.runs.length;
    void start();
    await until(
      () => observed.runs[before]?.ended === true,
      () => JSON.stringify(observed.runs.slice(before)),
    );
    return observed.runs[before] as ObservedRun;
  };
  const run = (command: string, ...args: unknown[]) =>
    runOf(async () => {
      const before = observed.runs.length;
      // The window hears of new tests a moment after they were made; until then there is nothing to run, and it returns at once.
      while (observed.runs.length === before) await vscode.commands.executeCommand(command, ...args);
    });
  const argument = (target: string) => ({ target, folder: vscode.Uri.file(folder).toString() });
  const items = () => {
    const found = new Map<string, vscode.TestItem>();
    observed.controller?.items.forEach((item) => {
      found.set(item.label, item);
    });
    return found;
  };
  const text = ({ messages }: ObservedResult) =>
    messages.map(({ message }) => (typeof message === "string" ? message : message.value)).join("\n");
  const resultOf = ({ results }: ObservedRun, target = "job"): ObservedResult => {
    const result = results.get(target);
    assert.ok(result, `${target} has a result`);
    return result;
  };
  const assertDiffers = (result: ObservedResult) => {
    assert.equal(result.state, "failed", text(result));
    const [message] = result.messages;
    assert.match(text(result), /plain\.conf/);
    assert.match(message?.actualOutput ?? "", /^openat\(.*plain\.conf/m);
    assert.notEqual(message?.expectedOutput, message?.actualOutput);
    assert.equal(message?.location?.uri.fsPath, workspace.source.fsPath);
    assert.ok(message.location.range.start.line + 1 >= LOAD_LINE);
    assert.ok((result.durationMs ?? 0) > 0);
  };

  before(async () => {
    workspace = await makeJobWorkspace();
    ({ folder } = workspace);
    workspace.configure(FRESH);
    await vscode.commands.executeCommand("testing.refreshTests");
    await until(() => items().size === 2);
    await vscode.commands.executeCommand("workbench.view.testing.focus");
  });
  after(() => workspace.remove());

  it("has one test for each target, at its line", () => {
    const { uri, range } = items().get("job") as vscode.TestItem;
    assert.equal(uri?.fsPath, workspace.config.fsPath);
    const lines = readFileSync(workspace.config.fsPath, "utf8").split("\n");
    assert.equal(lines[range?.start.line ?? -1], "[targets.job]");
  });

  it("runs all: one holds, the other has no golden and says what to do", async () => {
    const all = await run("testing.runAll");
    const job = resultOf(all);
    assert.equal(job.state, "passed", text(job));
    assert.ok((job.durationMs ?? 0) > 0);
    const fresh = resultOf(all, "fresh");
    assert.equal(fresh.state, "errored");
    assert.match(text(fresh), /no golden/i);
    assert.match(text(fresh), /accept/i);
    assert.doesNotMatch(text(fresh), /goldentrace:|nothing to check/);
  });

  it("a difference fails the test at its line, and every view tells the same", async () => {
    workspace.mode("again");
    const result = resultOf(await run("goldentrace.checkTarget", argument("job")));
    assertDiffers(result);
    await until(() => vscode.languages.getDiagnostics(workspace.source).length > 0);
    const problems = vscode.languages.getDiagnostics(workspace.source);
    assert.deepEqual(
      problems.map(({ message }) => message),
      result.messages.map(({ message }) => message),
    );
    assert.match(observed.statusItems.get("goldentrace.verdict")?.text ?? "", /job: \d+ difference/);
  });

  it("debugging a test records it in a debug session, with the same outcome and the same environment", async () => {
    const sessions: vscode.DebugSession[] = [];
    const subscription = vscode.debug.onDidStartDebugSession((session) => sessions.push(session));
    const environment = '\n[targets.environment]\nprogram = "/usr/bin/env"\n[targets.environment.env]\nADDED = "1"\n';
    workspace.configure(environment);
    workspace.mode("again");
    await vscode.commands.executeCommand("testing.refreshTests");
    await until(() => items().has("environment"));
    const printed = () => {
      const [newest] = runIds(folder)
        .filter((name) => name.includes("environment"))
        .slice(-1);
      const output = readFileSync(path.join(folder, ".goldentrace", "runs", newest ?? "", "stdout.log"), "utf8");
      return output
        .split("\n")
        .filter((line) => !/^(_|SHLVL|PWD)=/.test(line))
        .sort();
    };
    try {
      const debugged = await run("testing.debugAll");
      assertDiffers(resultOf(debugged));
      assert.deepEqual(sessions.map(({ type, name }) => `${type} ${name}`).sort(), [
        "goldentrace environment",
        "goldentrace job",
      ]);
      const fresh = resultOf(debugged, "environment");
      assert.equal(fresh.state, "errored");
      assert.match(text(fresh), /no golden/i);
      const inDebugger = printed();
      assert.ok(inDebugger.includes("ADDED=1"));
      workspace.cli("accept", "environment", "--samples", "1", "--update", "--quiet");
      await run("goldentrace.checkTarget", argument("environment"));
      assert.deepEqual(printed(), inDebugger);
    } finally {
      subscription.dispose();
    }
  });

  it("runs again when something is saved, also after the targets were changed", async () => {
    workspace.configure(FRESH);
    workspace.mode("normal");
    await vscode.commands.executeCommand("testing.refreshTests");
    await until(() => items().has("fresh"));
    const profile = observed.profiles.find(({ supportsContinuousRun }) => supportsContinuousRun);
    const job = items().get("job") as vscode.TestItem;
    const start = observed.runs.length;
    await vscode.commands.executeCommand("vscode.startContinuousTestRun", profile, [job]);
    const save = async (uri: vscode.Uri, what: string) => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(0, 0), what);
      await vscode.workspace.applyEdit(edit);
      await vscode.workspace.saveAll(false);
    };
    try {
      const first = await runOf(() => save(workspace.source, "/* saved */ "));
      assert.deepEqual([...first.results.keys()], ["job"]);
      assert.equal(resultOf(first).state, "passed", text(resultOf(first)));
      // The file of targets itself: every test item may be another one afterwards.
      const second = await runOf(() => save(workspace.config, "# saved\n"));
      assert.deepEqual([...second.results.keys()], ["job"]);
      workspace.mode("again");
      assertDiffers(resultOf(await runOf(() => save(workspace.source, "/* again */ "))));
      assert.equal(observed.runs.length, start + 3);
    } finally {
      await vscode.commands.executeCommand("vscode.stopContinuousTestRun", [job]);
    }
    const after = observed.runs.length;
    await save(workspace.source, "/* not watched any more */ ");
    await run("goldentrace.checkTarget", argument("job"));
    assert.equal(observed.runs.length, after + 1);
  });

  it("cancelling ends the program, its tracer and the recording", async () => {
    workspace.mode("wait");
    for (const command of ["testing.runAll", "goldentrace.checkTarget", "testing.debugAll"]) {
      const cancelled = run(command, ...(command === "goldentrace.checkTarget" ? [argument("job")] : []));
      await until(() => workspace.processes().some((args) => args.endsWith("/job") || args === "./job"));
      await vscode.commands.executeCommand("testing.cancelRun");
      const { results, started } = await cancelled;
      assert.equal(results.get("job")?.state, "skipped", command);
      // What had not begun does not begin.
      assert.deepEqual(started, ["job"], command);
      await until(
        () => workspace.processes().length === 0,
        () => `${command}: ${workspace.processes().join(", ")}`,
      );
    }
  });
});

/** Ids of the runs that were recorded, oldest first: they begin with the time. */
function runIds(folder: string): string[] {
  return readdirSync(path.join(folder, ".goldentrace", "runs")).sort();
}
