// The Runs view, tasks from the palette, and an untrusted workspace, in a real VS Code.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench, type Workbench } from "../workbench.ts";
import { makeWorkspace, type TestWorkspace } from "./workspace.ts";

const file = useWorkbench();
const patience = { timeout: 30_000 };
let workspace: TestWorkspace;

beforeEach(async () => {
  workspace = await makeWorkspace();
});
afterEach(async () => {
  await file.closePages();
  await workspace.remove();
});

/** Records with the command line, as CI would, so that the view has something to show. */
function recordRun(name: string, ...argv: string[]): void {
  const cli = path.join(repositoryRoot, "dist", "cli.mjs");
  try {
    execFileSync(process.execPath, [cli, "run", "--quiet", "--name", name, "--", ...argv], {
      cwd: workspace.folder,
      stdio: "ignore",
    });
  } catch (error) {
    // The command line ends as the program did; a failing program is what some tests want.
    if ((error as { status?: number }).status === undefined) throw error;
  }
}

/** What the active terminal shows, through VS Code's own "select all" and "copy". */
async function terminalText(workbench: Workbench): Promise<string> {
  await workbench.runCommand("Terminal: Select All");
  await workbench.runCommand("Terminal: Copy Selection");
  return workbench.page.evaluate(() => navigator.clipboard.readText());
}

const runs = () => path.join(workspace.folder, ".goldentrace", "runs");

test("an empty Runs view says how to begin", async () => {
  const workbench = await file.open({ folder: workspace.folder });
  await workbench.showContainer("Goldentrace");
  await workbench.view("Runs").getByText("No runs have been recorded").waitFor();
});

test("runs are listed newest first with their outcome, and open", async () => {
  recordRun("good", "/bin/echo", "fine");
  recordRun("bad", "/bin/sh", "-c", "exit 7");
  const workbench = await file.open({ folder: workspace.folder });
  await workbench.showContainer("Goldentrace");
  await expect
    .poll(
      () => workbench.treeRows("Runs").then((rows) => rows.map(({ label, description }) => `${label}: ${description}`)),
      patience,
    )
    // A busy machine may need more than a minute to get here.
    .toEqual([
      expect.stringMatching(/^bad: (just now|\d+ min ago) · exit code 7$/),
      expect.stringMatching(/^good: (just now|\d+ min ago) · exit code 0$/),
    ]);
  await workbench.treeRow("Runs", "good").click();
  const report = await workbench.webview(".markdown-body h1");
  await expect.poll(() => report.locator("body").innerText(), patience).toContain("/bin/echo");
});

test("a run that appears while the view is open is shown, deleted with the keyboard and brought back", async () => {
  const workbench = await file.open({ folder: workspace.folder });
  await workbench.showContainer("Goldentrace");
  await workbench.view("Runs").getByText("No runs have been recorded").waitFor();
  recordRun("late", "/bin/true");
  const row = workbench.treeRow("Runs", "late");
  await row.waitFor();
  await row.click();
  // A click opens the report, which takes the focus when it is drawn.
  await workbench.page.getByRole("tab", { name: /report\.md/ }).waitFor();
  await workbench.runCommand("Goldentrace: Focus on Runs View");
  await workbench.press("Delete");
  await row.waitFor({ state: "hidden" });
  expect(readdirSync(runs()).filter((name) => !name.startsWith("."))).toEqual([]);
  await workbench.notification("Deleted “late”.").getByRole("button", { name: "Undo" }).click();
  await row.waitFor();
  expect(readdirSync(runs()).filter((name) => name.startsWith("late"))).toHaveLength(1);
});

test("tasks run from the palette", async () => {
  const workbench = await file.open({ folder: workspace.folder });
  await workbench.runAndChoose("Tasks: Run Task", "goldentrace", "goldentrace: check this machine");
  const terminal = workbench.page.locator(".terminal-wrapper.active");
  await terminal.waitFor();
  // The terminal draws on a canvas; its buffer is read as a person copies it.
  await expect.poll(() => terminalText(workbench), patience).toMatch(/strace/);
});

test("an untrusted workspace shows its runs, runs nothing, and says why", async () => {
  recordRun("before", "/bin/true");
  const workbench = await file.open({ folder: workspace.folder, trust: "restricted" });
  const refuse = workbench.dialog();
  if (await refuse.isVisible()) await refuse.getByRole("button", { name: /No, I don't trust/ }).click();
  await workbench.showContainer("Goldentrace");
  await workbench.treeRow("Runs", "before").waitFor();
  const live = await workbench.webview(".empty");
  await expect.poll(() => live.locator(".empty").innerText(), patience).toMatch(/not trusted/i);
  expect(await workbench.offeredCommands("Goldentrace: ")).not.toContain("Goldentrace: Record a Program…");
  const count = readdirSync(runs()).length;
  await workbench.press("F5");
  await workbench.page.waitForFunction(() => document.querySelector(".debug-toolbar") === null);
  expect(readdirSync(runs())).toHaveLength(count);
  expect(existsSync(path.join(workspace.folder, "scratch"))).toBe(false);
});
