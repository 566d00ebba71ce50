// Inside the real extension host: what the editor shows of a run that differs from its golden, through VS Code's own API.
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";

const BEFORE = `#include <fcntl.h>
#include <unistd.h>

static void load(const char *path) {
  int fd = open(path, O_RDONLY);
  char text[64];
  if (read(fd, text, sizeof text) < 0) _exit(1);
  close(fd);
}

int main(void) {
  load("plain.conf");
  return 0;
}
`;
const AFTER = BEFORE.replace("  close(fd);", "  close(fd);\n  close(open(path, O_RDONLY));");
const CONFIG = '[targets.loader]\nprogram = "./loader"\nstacks = true\n';
const LINE = AFTER.split("\n").findIndex((line) => line.includes("close(open")) + 1;

describe("goldens", () => {
  let folder: string;
  let source: vscode.Uri;
  let cli: string;

  const goldentrace = (...args: string[]) =>
    execFileSync(process.execPath, [cli, ...args], {
      cwd: folder,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  const compile = (text: string) => {
    writeFileSync(source.fsPath, text);
    execFileSync("cc", ["-g", "-O0", "-o", path.join(folder, "loader"), source.fsPath]);
  };
  const record = async () => {
    const over = new Promise<string>((resolve) => {
      const subscription = vscode.debug.onDidReceiveDebugSessionCustomEvent(({ event, body }) => {
        if (event !== "goldentrace.finished") return;
        subscription.dispose();
        resolve(body.runFolder);
      });
    });
    const configuration = {
      type: "goldentrace",
      request: "launch",
      name: "loader",
      program: "${workspaceFolder}/loader",
    };
    assert.ok(
      await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], { ...configuration, stacks: true }),
    );
    return over;
  };
  const problems = () => vscode.languages.getDiagnostics(source).filter((one) => one.source === "Goldentrace");

  before(async () => {
    const extension = vscode.extensions.getExtension("goldentrace.goldentrace");
    assert.ok(extension);
    await extension.activate();
    cli = path.join(extension.extensionPath, "dist", "cli.mjs");
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath as string;
    mkdirSync(path.join(folder, "src"), { recursive: true });
    source = vscode.Uri.file(path.join(folder, "src", "loader.c"));
    writeFileSync(path.join(folder, "plain.conf"), "x = 1\n");
    writeFileSync(path.join(folder, "goldentrace.toml"), CONFIG);
    compile(BEFORE);
    goldentrace("accept", "loader", "--samples", "2", "--update", "--quiet");
    compile(AFTER);
  });
  after(async () => {
    await vscode.commands.executeCommand("goldentrace.clearMarks");
    for (const name of ["goldentrace.toml", "golden_traces"]) rmSync(path.join(folder, name), { recursive: true });
  });

  it("a run's differences are problems at their line, with a hover, a lens and fixes", async () => {
    await vscode.window.showTextDocument(source);
    await record();
    await until(() => problems().length > 0);
    assert.deepEqual(
      problems().map(({ range }) => range.start.line + 1),
      [LINE],
    );
    const at = new vscode.Position(LINE - 1, 4);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", source, at);
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value)));
    assert.match(text.join("\n"), /\| golden \| now \| change \|/);
    assert.match(text.join("\n"), /openat/);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", source);
    assert.ok(
      lenses.some(({ command }) => command?.title === "1 difference from loader"),
      JSON.stringify(lenses),
    );
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      source,
      problems()[0]?.range,
    );
    const titles = fixes.map(({ title }) => title).join("\n");
    assert.match(titles, /^Accept this divergence: /m);
    assert.match(titles, /^Ignore it by a rule/m);
  });

  it("problems follow their line through edits", async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(source, new vscode.Position(0, 0), "// a line more\n");
    await vscode.workspace.applyEdit(edit);
    await until(() => problems()[0]?.range.start.line === LINE);
    await vscode.commands.executeCommand("undo");
    await until(() => problems()[0]?.range.start.line === LINE - 1);
  });

  it("next opens the line, and both sides open in the diff editor", async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await vscode.commands.executeCommand("goldentrace.nextDivergence");
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, source.fsPath);
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, LINE - 1);
    await vscode.commands.executeCommand("goldentrace.compareEvents");
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const sides = await Promise.all(
      [input.original, input.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    const [golden, actual] = sides.map((document) => document.getText());
    assert.equal(golden?.split("\n")[0], actual?.split("\n")[0]);
    assert.doesNotMatch(golden ?? "", /^openat\(/m);
    assert.match(actual ?? "", /^openat\(.*plain\.conf/m);
  });

  it("accepting one divergence ends it", async () => {
    const golden = path.join(folder, "golden_traces", "loader.json");
    const before = readFileSync(golden, "utf8");
    const [fix] = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      source,
      problems()[0]?.range,
    );
    assert.ok(fix?.command);
    await vscode.commands.executeCommand(fix.command.command, ...(fix.command.arguments ?? []));
    await until(() => problems().length === 0);
    assert.notEqual(readFileSync(golden, "utf8"), before);
  });

  it("a rule makes a divergence not count", async () => {
    goldentrace("accept", "loader", "--samples", "2", "--update", "--quiet");
    compile(BEFORE);
    await record();
    await until(() => problems().length > 0);
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      source,
      problems()[0]?.range,
    );
    const ignore = fixes.find(({ title }) => title.startsWith("Ignore it"));
    assert.ok(ignore?.command);
    await vscode.commands.executeCommand(ignore.command.command, ...(ignore.command.arguments ?? []));
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? "", /\[\[golden\.ignore\]\]/);
    await vscode.workspace.saveAll();
    await record();
    await until(() => problems().length === 0);
  });

  it("tells mistakes in goldentrace.toml while they are typed", async () => {
    const uri = vscode.Uri.file(path.join(folder, "goldentrace.toml"));
    await vscode.window.showTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), 'defults = "x"\n');
    await vscode.workspace.applyEdit(edit);
    await until(() => vscode.languages.getDiagnostics(uri).length > 0);
    const [problem] = vscode.languages.getDiagnostics(uri);
    assert.match(problem?.message ?? "", /defaults/);
    assert.equal(problem?.range.start.line, 0);
    await vscode.commands.executeCommand("undo");
    await until(() => vscode.languages.getDiagnostics(uri).length === 0);
    await vscode.workspace.saveAll();
  });

  it("two runs are compared", async () => {
    const runs = path.join(folder, ".goldentrace", "runs");
    assert.ok(existsSync(runs));
    // Without the rule, which counts here, too.
    writeFileSync(path.join(folder, "goldentrace.toml"), CONFIG);
    compile(BEFORE);
    const first = await record();
    compile(AFTER);
    const second = await record();
    await vscode.commands.executeCommand("goldentrace.clearMarks");
    await vscode.commands.executeCommand("goldentrace.selectForCompare", first);
    await vscode.commands.executeCommand("goldentrace.compareWithSelected", second);
    await until(() => problems().length > 0);
    assert.equal(problems()[0]?.range.start.line, LINE - 1);
  });
});

/** Resolves when an event of the editor, or the next turn of the loop, makes the condition true. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
