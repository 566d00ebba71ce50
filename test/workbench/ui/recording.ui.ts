// Recording from the keyboard, watched in the Live view, in a real VS Code.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { FrameLocator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useWorkbench, type Workbench } from "../workbench.ts";
import { makeWorkspace, type TestWorkspace } from "./workspace.ts";

// One sitting in one window: opening one takes longer than most of what is done in it.
const file = useWorkbench({}, "whole-file");
const patience = { timeout: 30_000 };
let workspace: TestWorkspace;
let workbench: Workbench;
let live: FrameLocator;

beforeAll(async () => {
  workspace = await makeWorkspace();
  workbench = await file.open({ folder: workspace.folder, size: { width: 1400, height: 1000 } });
}, 180_000);
afterAll(async () => {
  await workspace.finish();
  await file.closePages();
  await workspace.remove();
});

const liveState = () => live.locator(".header-state [role=status]").innerText();
const rows = () => live.locator(".log-rows .row");

/** Presses F5 and waits until the Live view shows the recording. */
async function record(): Promise<void> {
  await workbench.startDebugging();
  live = await workbench.webview(".header-state");
  await expect.poll(liveState, patience).toBe("Recording");
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

/** Oldest first. */
function runFolders(): string[] {
  const runs = path.join(workspace.folder, ".goldentrace", "runs");
  if (!existsSync(runs)) return [];
  const folders = readdirSync(runs).map((name) => path.join(runs, name));
  return folders.sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs);
}

function readRunFile(name: string): string {
  const folder = runFolders().at(-1);
  const target = folder === undefined ? "" : path.join(folder, name);
  return existsSync(target) ? readFileSync(target, "utf8") : "";
}

const recordingItem = () =>
  workbench.page.locator('.statusbar-item[id$="goldentrace.recording"]', { hasText: "Record worker" });
const manifest = () => JSON.parse(readRunFile("run.json") || "{}");

/** What the Live view's figure says, such as "1,234 system calls", as a number. */
async function systemCalls(): Promise<number> {
  const text = await live.locator(".facts").innerText();
  return Number(/([\d,]+) system calls?/.exec(text)?.[1]?.replaceAll(",", "") ?? 0);
}

test("a program that is not there is one clear message", async () => {
  await workbench.runCommand("Goldentrace: Record a Program…");
  await workbench.choose("Another program…");
  await workbench.answer("./no-such-program --x");
  const message = workbench.dialog().getByText(/no-such-program/);
  await message.first().waitFor();
  expect(runFolders()).toEqual([]);
  await workbench.press("Escape");
  await workbench.dialog().waitFor({ state: "hidden" });
});

test("F5 streams figures, charts and TRACE lines into the Live view", async () => {
  await record();

  // The figures move: two readings that differ, both above nothing.
  await expect.poll(systemCalls, patience).toBeGreaterThan(0);
  const before = await systemCalls();
  await expect.poll(systemCalls, patience).toBeGreaterThan(before);
  const cpu = live.locator(".chart", { has: live.locator('canvas[data-chart="cpu"]') });
  await expect.poll(() => cpu.innerText(), patience).toMatch(/\d+ %/);

  // The charts are drawn and change.
  const canvas = cpu.locator("canvas");
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const drawn = await picture();
  await expect.poll(picture, patience).not.toBe(drawn);

  // Levels: all lines, then warnings alone.
  const shown = () => rows().allInnerTexts();
  await expect.poll(() => shown().then((texts) => texts.join("\n")), patience).toContain("step");
  await live.locator(".level-select").selectOption("30");
  await expect
    .poll(async () => {
      const texts = await shown();
      return texts.length > 0 && texts.every((text) => text.includes("is a round number"));
    }, patience)
    .toBe(true);

  // Search among them.
  await live.locator("input.search").fill("step 10 is");
  await expect.poll(shown, patience).toEqual([expect.stringContaining("step 10 is")]);
});

test("the status bar says what is being recorded", async () => {
  await recordingItem().waitFor();
});

test("the Debug Console shows the program's output", async () => {
  await expect
    .poll(() => workbench.debugConsole().then((lines) => lines.join("\n")), patience)
    .toMatch(/worker \| step \d+/);
});

test("a line that names a source position opens it", async () => {
  await rows().first().click();
  await workbench.page.locator('.tab.active[data-resource-name="worker.py"]').waitFor();
  await expect.poll(() => workbench.statusBar(), patience).toContainEqual(expect.stringMatching(/^Ln 14, Col 1/));
});

test("pause stops the whole program, continue lets it go on", async () => {
  const pid = await programPid();
  const processState = () => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  await workbench.press("F6");
  await expect.poll(processState, patience).toMatch(/[Tt]/);
  await expect.poll(liveState, patience).toBe("Paused");
  await workbench
    .debugToolbar()
    .getByRole("button", { name: /^Continue/ })
    .waitFor();
  await workbench.press("F5");
  await expect.poll(processState, patience).toMatch(/[SRD]/);
  await expect.poll(liveState, patience).toBe("Recording");
});

test("a program that ends leaves a whole run, whose log still answers", async () => {
  await workspace.finish();
  await expect.poll(liveState, patience).toBe("Finished");
  expect(manifest()).toMatchObject({ state: "finished", complete: true, exit: { code: 0 } });
  await recordingItem().waitFor({ state: "hidden" });
  // The session is over: the lines come from the run folder.
  await live.locator(".level-select").selectOption("0");
  await live.locator("input.search").fill("stopped after");
  await expect.poll(() => rows().allInnerTexts(), patience).toEqual([expect.stringContaining("stopped after")]);
});

test("stop ends the program and everything it started", async () => {
  await workspace.resume();
  await record();
  const pid = await programPid();
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  await workbench.press("Shift+F5");
  await expect.poll(() => existsSync(`/proc/${pid}`), patience).toBe(false);
  await expect.poll(() => manifest().state, patience).toBe("finished");
  expect(manifest().exit.signal).toMatch(/^SIG(TERM|KILL)$/);
  await workbench.debugToolbar().waitFor({ state: "hidden" });
});
