// Inside the real extension host: what the extension registers, and recordings started through VS Code's own API.
import * as assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";

const EXTENSION = "goldentrace.goldentrace";

function workspace(): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, "the suite runs in a workspace folder");
  return folder;
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** Starts a debug session and resolves, when it is over, with the custom events it sent, in order. */
async function recordWith(
  configuration: Record<string, unknown>,
): Promise<{ event: string; body: Record<string, unknown> }[]> {
  const events: { event: string; body: Record<string, unknown> }[] = [];
  const custom = vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
    if (session.type === "goldentrace") events.push({ event, body });
  });
  const over = new Promise<void>((resolve) => {
    const subscription = vscode.debug.onDidTerminateDebugSession((session) => {
      if (session.type !== "goldentrace") return;
      subscription.dispose();
      resolve();
    });
  });
  const started = await vscode.debug.startDebugging(workspace(), {
    type: "goldentrace",
    request: "launch",
    name: "suite",
    ...configuration,
  });
  assert.ok(started, "VS Code accepted the configuration");
  await over;
  custom.dispose();
  return events;
}

function runFolders(): string[] {
  const directory = path.join(workspace().uri.fsPath, ".goldentrace", "runs");
  return existsSync(directory) ? readdirSync(directory).map((name) => path.join(directory, name)) : [];
}

describe("the extension", () => {
  let extension: vscode.Extension<unknown>;

  before(async () => {
    const found = vscode.extensions.getExtension(EXTENSION);
    assert.ok(found, `${EXTENSION} is installed`);
    extension = found;
    await extension.activate();
  });

  it("registers every command that it contributes", async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const { contributes } = extension.packageJSON as Manifest;
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });

  it("knows the user's errors of the bundles that it loads later", () => {
    const bundle = (name: string) => require(path.join(extension.extensionPath, "dist", name));
    const { ExpectedError } = bundle("extension.cjs");
    for (const name of readdirSync(path.join(extension.extensionPath, "dist", "extension"))) {
      if (name.endsWith(".cjs")) bundle(path.join("extension", name));
    }
    const { readManifest } = bundle("extension/manifest.cjs");
    assert.throws(() => readManifest(workspace().uri.fsPath), ExpectedError);
  });

  it("records a launched program and announces its start, figures and end", async () => {
    const program = path.join(workspace().uri.fsPath, "hello.py");
    writeFileSync(program, "import os, sys\nprint('hello from', os.getcwd())\nsys.exit(3)\n");
    const events = await recordWith({ program: "python3", args: [program] });
    const names = events.map(({ event }) => event);
    assert.equal(names[0], "goldentrace.started");
    assert.ok(names.includes("goldentrace.update"), names.join(" "));
    const end = events.find(({ event }) => event === "goldentrace.finished")?.body;
    assert.ok(end, names.join(" "));
    assert.equal(end.exitCode, 3);
    assert.equal(end.complete, true);
    assert.ok((end.syscalls as number) > 50, `${end.syscalls} system calls`);
    const folder = end.runFolder as string;
    assert.ok(folder.startsWith(workspace().uri.fsPath), folder);
    assert.match(readFileSync(path.join(folder, "stdout.log"), "utf8"), /^hello from /);
    assert.match(readFileSync(path.join(folder, "report.md"), "utf8"), /hello\.py/);
  });

  it("gives a program its standard environment, without the editor's own variables", async () => {
    const events = await recordWith({ program: "/usr/bin/env", args: [] });
    const end = events.find(({ event }) => event === "goldentrace.finished")?.body;
    const printed = readFileSync(path.join(end?.runFolder as string, "stdout.log"), "utf8");
    assert.match(printed, /^PATH=/m);
    assert.doesNotMatch(printed, /^ELECTRON_RUN_AS_NODE=/m);
  });

  it("gives a program in the terminal a terminal that it controls", async () => {
    const folder = workspace().uri.fsPath;
    const program = path.join(folder, "terminal.py");
    const answer = path.join(folder, "terminal.txt");
    writeFileSync(
      program,
      `import os
facts = [os.isatty(0), os.isatty(1), os.isatty(2), os.tcgetpgrp(0) == os.getpgrp()]
open(${JSON.stringify(answer)}, "w").write(str(facts))
print("TRACE said in the terminal")
raise SystemExit(4)
`,
    );
    const events = await recordWith({ program: "python3", args: [program], console: "integratedTerminal" });
    assert.equal(readFileSync(answer, "utf8"), "[True, True, True, True]");
    const end = events.find(({ event }) => event === "goldentrace.finished")?.body;
    assert.equal(end?.exitCode, 4);
    assert.equal(end?.complete, true, JSON.stringify(end?.problems));
    assert.match(readFileSync(path.join(end?.runFolder as string, "stdout.log"), "utf8"), /said in the terminal/);
  });

  it("offers tasks, and the doctor task runs", async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: "goldentrace" });
    assert.deepEqual(tasks.map(({ definition }) => definition.command).sort(), ["check", "clean", "doctor", "show"]);
    const doctor = tasks.find(({ definition }) => definition.command === "doctor");
    assert.ok(doctor);
    const code = await new Promise<number | undefined>((resolve) => {
      const subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.definition.command !== "doctor") return;
        subscription.dispose();
        resolve(exitCode);
      });
      void vscode.tasks.executeTask(doctor);
    });
    assert.ok(code === 0 || code === 1, `the doctor's exit code is ${code}`);
  });

  it("fills configurations from the settings", async () => {
    const settings = vscode.workspace.getConfiguration("goldentrace", workspace().uri);
    await settings.update("metrics.intervalMs", 25, vscode.ConfigurationTarget.Workspace);
    try {
      const events = await recordWith({ program: "/bin/true" });
      const started = events.find(({ event }) => event === "goldentrace.started")?.body;
      assert.equal(started?.metricsIntervalMs, 25);
    } finally {
      await settings.update("metrics.intervalMs", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it("deletes a run, and undo brings it back", async () => {
    const before = runFolders();
    const [folder] = before;
    assert.ok(folder, "earlier tests recorded something");
    // Deleting shows a message with an Undo button and waits for its answer; the command's effect does not.
    const row = { folder, id: folder, label: "x", description: "", outcome: "passed", facts: [], problems: [] };
    void vscode.commands.executeCommand("goldentrace.deleteRun", row);
    await until(() => !existsSync(folder));
    await vscode.commands.executeCommand("goldentrace.undoDelete");
    assert.deepEqual(runFolders().sort(), before.sort());
  });
});

/** Resolves when a file watcher's event, or the next turn of the loop, makes the condition true. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
