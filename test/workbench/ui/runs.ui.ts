// The Runs view, tasks from the palette, and an untrusted workspace, in a real VS Code.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench } from "../workbench.ts";
import { makeWorkspace, type TestWorkspace } from "./workspace.ts";

const file = useWorkbench();
const patience = { timeout: 30_000 };
let workspace: TestWorkspace;

beforeEach(async () => {
  workspace = await makeWorkspace();
});
afterEach(async () => {
  await file.keepPictures();
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

const runs = () => path.join(workspace.folder, ".goldentrace", "runs");

test("runs appear in the view as they are recorded, open, are deleted with the keyboard, and come back", async () => {
  const workbench = await file.open({
    folder: workspace.folder,
    // A terminal that draws its text as elements can be read.
    settings: { "terminal.integrated.gpuAcceleration": "off" },
  });
  await workbench.showContainer("Goldentrace");
  await workbench.view("Runs").getByText("No runs have been recorded").waitFor();

  recordRun("good", "/bin/echo", "fine");
  const good = workbench.treeRow("Runs", "good");
  await good.waitFor();
  recordRun("bad", "/bin/sh", "-c", "exit 7");
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

  await good.click();
  const report = await workbench.webview(".markdown-body h1");
  await expect.poll(() => report.locator("body").innerText(), patience).toContain("/bin/echo");

  // A click opens the report, which takes the focus when it is drawn.
  await workbench.page.getByRole("tab", { name: /report\.md/ }).waitFor();
  await workbench.runCommand("Goldentrace: Focus on Runs View");
  await workbench.press("Delete");
  await good.waitFor({ state: "hidden" });
  const stored = () => readdirSync(runs()).filter((name) => name.startsWith("good"));
  expect(stored()).toEqual([]);
  await workbench.notification("Deleted “good”.").getByRole("button", { name: "Undo" }).click();
  await good.waitFor();
  expect(stored()).toHaveLength(1);

  // Tasks are in the palette.
  await workbench.runAndChoose("Tasks: Run Task", "goldentrace", "goldentrace: check this machine");
  await workbench.page.locator(".terminal-wrapper.active .xterm-rows", { hasText: /Ready\s+to\s+record/ }).waitFor();
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
  expect(await workbench.offeredCommands("Goldentrace: Record")).not.toContain("Goldentrace: Record a Program…");
  const count = readdirSync(runs()).length;
  await workbench.press("F5");
  await workbench.page.waitForFunction(() => document.querySelector(".debug-toolbar") === null);
  expect(readdirSync(runs())).toHaveLength(count);
  expect(existsSync(path.join(workspace.folder, "scratch"))).toBe(false);
});
