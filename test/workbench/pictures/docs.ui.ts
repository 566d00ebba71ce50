// Takes the pictures of README.md and docs/: `npm run pictures`. A real recording of a sample, light and dark, wide and narrow.
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench } from "../workbench.ts";

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

test.each([
  ["dark", 1400],
  ["light", 1400],
  ["dark", 1000],
  ["highContrast", 1400],
] as const)("%s at %d px", async (theme, width) => {
  const workbench = await file.open({
    folder,
    theme,
    size: { width, height: 900 },
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
  await expect
    .poll(
      () =>
        live
          .locator(".elapsed")
          .innerText()
          .then((text) => Number.parseFloat(text)),
      { timeout: 90_000 },
    )
    .toBeGreaterThan(9);
  await workbench.page.screenshot({ path: path.join(repositoryRoot, "docs", "images", `live-${theme}-${width}.png`) });
  await workbench.runCommand("Goldentrace: Stop Recording");
  await expect.poll(() => live.locator(".header-state [role=status]").innerText(), patience).toBe("Finished");
});
