// Takes the pictures of docs/editor.md: `npm run pictures`.
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { addOpen, EXTRA, type GoldenWorkspace, makeGoldenWorkspace, TYPING_SETTINGS } from "../ui/goldenWorkspace.ts";
import { useWorkbench } from "../workbench.ts";

const file = useWorkbench();
let workspace: GoldenWorkspace;

beforeAll(async () => {
  workspace = await makeGoldenWorkspace();
});
afterAll(() => workspace.remove());

test.each(["dark", "light"] as const)("marks, hover and divergences, %s", async (theme) => {
  const settings = {
    ...TYPING_SETTINGS,
    "goldentrace.live.showOnStart": false,
    "debug.toolBarLocation": "commandCenter",
  };
  const workbench = await file.open({ folder: workspace.folder, theme, size: { width: 1500, height: 900 }, settings });
  const { page } = workbench;
  if ((await workspace.lineOf(EXTRA)) === 0) await addOpen(workbench, workspace);
  else await workbench.openFile("config.c", await workspace.lineOf(EXTRA));
  await workbench.startDebugging();
  await workbench.statusBarItem("files: 2 differences").waitFor();
  await workbench.runCommand("Goldentrace: Show Divergences");
  await workbench.runCommand("Problems: Focus on Problems View");
  await page.locator(".editor-instance .view-line", { hasText: "again" }).hover({ position: { x: 150, y: 8 } });
  const hover = page.locator(".monaco-hover:visible", { hasText: "Compare events" });
  await expect.poll(() => hover.count(), { timeout: 60_000 }).toBeGreaterThan(0);
  const picture = path.join(repositoryRoot, "docs", "images", `goldens-${theme}-1500.png`);
  // A hover that is still being faded in looks disabled.
  await page.screenshot({ path: picture, animations: "disabled" });
});
