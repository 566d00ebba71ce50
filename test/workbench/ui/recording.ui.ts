// Recording from the keyboard, watched in the Live view, in a real VS Code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { FrameLocator } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useWorkbench, type Workbench } from "../workbench.ts";
import { makeWorkspace, type TestWorkspace } from "./workspace.ts";

const file = useWorkbench();
const patience = { timeout: 30_000 };
let workspace: TestWorkspace;

beforeEach(async () => {
  workspace = await makeWorkspace();
});
afterEach(async () => {
  await workspace.finish();
  await file.closePages();
  await workspace.remove();
});

/** Presses F5 and waits until the Live view shows the recording. */
async function record(workbench: Workbench): Promise<FrameLocator> {
  await workbench.startDebugging();
  const live = await workbench.webview(".header-state");
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Recording");
  return live;
}

/** The pid that the program logged. */
async function programPid(): Promise<number> {
  let pid: string | undefined;
  await expect
    .poll(() => {
      pid = /ready with pid (\d+)/.exec(readRunFile("stdout.log"))?.[1];
      return pid;
    }, patience)
    .toBeDefined();
  return Number(pid);
}

function runFolders(): string[] {
  const runs = path.join(workspace.folder, ".goldentrace", "runs");
  return existsSync(runs) ? readdirSync(runs).map((name) => path.join(runs, name)) : [];
}

function readRunFile(name: string): string {
  const [folder] = runFolders();
  const target = folder === undefined ? "" : path.join(folder, name);
  return existsSync(target) ? readFileSync(target, "utf8") : "";
}

const manifest = () => JSON.parse(readRunFile("run.json") || "{}");

/** What the Live view's figure says, such as "1,234 system calls", as a number. */
async function systemCalls(live: FrameLocator): Promise<number> {
  const text = await live.locator(".facts").innerText();
  return Number(/([\d,]+) system calls?/.exec(text)?.[1]?.replaceAll(",", "") ?? 0);
}

test("F5 streams figures, charts and TRACE lines into the Live view", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  const live = await record(workbench);

  // The figures move: two readings that differ, both above nothing.
  await expect.poll(() => systemCalls(live), patience).toBeGreaterThan(0);
  const before = await systemCalls(live);
  await expect.poll(() => systemCalls(live), patience).toBeGreaterThan(before);
  const cpu = live.locator(".chart", { has: live.locator('canvas[data-chart="cpu"]') });
  await expect.poll(() => cpu.innerText(), patience).toMatch(/\d+ %/);

  // The charts are drawn and change.
  const canvas = cpu.locator("canvas");
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const drawn = await picture();
  await expect.poll(picture, patience).not.toBe(drawn);

  // Levels: all lines, then warnings alone.
  const rows = live.locator(".log-rows .row");
  await expect.poll(() => rows.allInnerTexts().then((texts) => texts.join("\n")), patience).toContain("step");
  await live.locator(".level-select").selectOption("30");
  await expect
    .poll(async () => {
      const texts = await rows.allInnerTexts();
      return texts.length > 0 && texts.every((text) => text.includes("is a round number"));
    }, patience)
    .toBe(true);

  // Search among them.
  await live.locator("input.search").fill("step 10 is");
  await expect.poll(() => rows.allInnerTexts(), patience).toEqual([expect.stringContaining("step 10 is")]);

  await workspace.finish();
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Finished");
  expect(manifest()).toMatchObject({ state: "finished", complete: true, exit: { code: 0 } });

  // The session is over; the log still answers, from the run folder.
  await live.locator(".level-select").selectOption("0");
  await live.locator("input.search").fill("stopped after");
  await expect.poll(() => rows.allInnerTexts(), patience).toEqual([expect.stringContaining("stopped after")]);
});

test("a line that names a source position opens it", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  const live = await record(workbench);
  await live.locator("input.search").fill("is a round number");
  await live.locator(".log-rows .row", { hasText: "is a round number" }).first().click();
  await workbench.page.locator('.tab.active[data-resource-name="worker.py"]').waitFor();
  await expect.poll(() => workbench.statusBar(), patience).toContainEqual(expect.stringMatching(/^Ln 14, Col 1/));
});

test("stop ends the program and everything it started", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  await record(workbench);
  const pid = await programPid();
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await workbench.press("Shift+F5");
  await expect.poll(() => existsSync(`/proc/${pid}`), patience).toBe(false);
  await expect.poll(() => manifest().state, patience).toBe("finished");
  expect(manifest().exit.signal).toMatch(/^SIG(TERM|KILL)$/);
  await workbench.debugToolbar().waitFor({ state: "hidden" });
});

test("pause stops the whole program, continue lets it go on", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  const live = await record(workbench);
  const pid = await programPid();
  const processState = () => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  await workbench.press("F6");
  await expect.poll(processState, patience).toMatch(/[Tt]/);
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Paused");
  await workbench
    .debugToolbar()
    .getByRole("button", { name: /^Continue/ })
    .waitFor();
  await workbench.press("F5");
  await expect.poll(processState, patience).toMatch(/[SRD]/);
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Recording");
});

test("the Debug Console shows the program's output", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  await record(workbench);
  await expect
    .poll(() => workbench.debugConsole().then((lines) => lines.join("\n")), patience)
    .toMatch(/worker \| step \d+/);
});

test("the status bar says what is being recorded", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  await record(workbench);
  const item = workbench.page.locator('.statusbar-item[id$="goldentrace.recording"]', { hasText: "Record worker" });
  await item.waitFor();
  await workspace.finish();
  await item.waitFor({ state: "hidden" });
});

test("a program that is not there is one clear message", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
  await workbench.runCommand("Goldentrace: Record a Program…");
  await workbench.choose("Another program…");
  await workbench.answer("./no-such-program --x");
  const message = workbench.page.getByText(/no-such-program/).first();
  await message.waitFor();
  expect(runFolders()).toEqual([]);
});
