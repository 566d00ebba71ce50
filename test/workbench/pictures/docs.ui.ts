// Takes the pictures of README.md and docs/: `npm run pictures`. A real recording of a sample, light and dark, wide and narrow.
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FrameLocator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench, type Workbench } from "../workbench.ts";

const file = useWorkbench();
const patience = { timeout: 60_000 };
let parent: string;
let folder: string;

beforeAll(async () => {
  parent = await realpath(await mkdtemp(path.join(tmpdir(), "pictures-")));
  folder = path.join(parent, "samples");
  await cp(path.join(repositoryRoot, "samples"), folder, {
    recursive: true,
    filter: (source) => !source.includes(".goldentrace"),
  });
  execFileSync("make", ["-C", path.join(folder, "c-files")], { stdio: "ignore" });
  const cli = path.join(repositoryRoot, "dist", "cli.mjs");
  const record = (...args: string[]) => {
    try {
      execFileSync(process.execPath, [cli, "run", "--quiet", ...args], { cwd: folder, stdio: "ignore" });
    } catch (error) {
      // A sample that fails on purpose makes a run worth showing.
      if ((error as { status?: number }).status === undefined) throw error;
    }
  };
  record("--name", "train", "--", "python3", "python-train/train.py");
  record("--name", "train", "--", "python3", "python-train/train.py", "--fail-at", "2");
  record("--name", "files", "--stacks", "--", path.join(folder, "c-files", "build", "files"));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** Opens a window and records the training loop in it until the charts show something. */
async function recordTraining(theme: "dark" | "light" | "highContrast", width: number, height = 900) {
  const workbench = await file.open({
    folder,
    theme,
    size: { width, height },
    settings: { "debug.toolBarLocation": "commandCenter", "workbench.activityBar.location": "default" },
  });
  await workbench.openFile("train.py", 40);
  await workbench.runCommand("Debug: Select and Start Debugging");
  await workbench.page
    .locator(".quick-input-list .monaco-list-row", { hasText: "Python: train, live" })
    .first()
    .click();
  const live = await workbench.webview(".header-state");
  await expect.poll(() => live.locator(".log-rows .row").count(), patience).toBeGreaterThan(5);
  return { workbench, live };
}

async function untilSeconds(live: FrameLocator, seconds: number): Promise<void> {
  const elapsed = async () => Number.parseFloat(await live.locator(".elapsed").innerText());
  await expect.poll(elapsed, { timeout: 90_000 }).toBeGreaterThan(seconds);
}

async function stop(workbench: Workbench, live: FrameLocator): Promise<void> {
  // On a busy machine the program may have ended by itself; then the key does nothing.
  await workbench.press("Shift+F5");
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Finished");
}

const picture = (name: string) => path.join(repositoryRoot, "docs", "images", `${name}.png`);

test.each([
  ["dark", 1400],
  ["light", 1400],
  ["highContrast", 1400],
] as const)("%s at %d px", async (theme, width) => {
  const { workbench, live } = await recordTraining(theme, width);
  await untilSeconds(live, 9);
  await workbench.page.screenshot({ path: picture(`live-${theme}-${width}`) });
  await stop(workbench, live);
});

test.each(["dark", "light"] as const)("the side bar alone, 250 px wide, %s", async (theme) => {
  const { workbench, live } = await recordTraining(theme, 1000, 1150);
  const { page } = workbench;
  const sideBar = page.locator(".part.sidebar");
  const box = await sideBar.boundingBox();
  if (box === null) throw new Error("The side bar is not shown");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 250, y, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await sideBar.boundingBox())?.width, patience).toBe(250);
  // Away from the edge, which is highlighted under the pointer.
  await page.mouse.move(box.x + 600, y);
  await untilSeconds(live, 9);
  await sideBar.screenshot({ path: picture(`side-bar-${theme}-250`) });
  await stop(workbench, live);
});
