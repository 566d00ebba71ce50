// A sample is edited, recorded with F5 and compared with its golden, in a real VS Code: marks, hover, problems, tests, and accepting.
import { afterEach, beforeEach, expect, test } from "vitest";
import { useWorkbench, type Workbench } from "../workbench.ts";
import { addOpen, EXTRA, type GoldenWorkspace, makeGoldenWorkspace, TYPING_SETTINGS } from "./goldenWorkspace.ts";

const file = useWorkbench();
const patience = { timeout: 90_000 };
let workspace: GoldenWorkspace;

const settings = {
  ...TYPING_SETTINGS,
  "testing.automaticallyOpenTestResults": "neverOpen",
  // The divergences are looked at, not the recording.
  "goldentrace.live.showOnStart": false,
};

beforeEach(async () => {
  workspace = await makeGoldenWorkspace();
});
afterEach(async () => {
  await file.keepPictures();
  await file.closePages();
  await workspace.remove();
});

/** The texts at the ends of lines: VS Code draws them in pseudo-elements. */
function marks(workbench: Workbench): Promise<string[]> {
  return workbench.page.evaluate(() => {
    const spans = [...document.querySelectorAll(".editor-instance .view-line span span")];
    const texts = spans.map((span) => getComputedStyle(span, "::before").content);
    // Joined words and spaces: blanks are drawn as unbreakable ones.
    return texts
      .filter((text) => text.startsWith('"') && text.length > 2)
      .map((text) => text.slice(1, -1).replace(/\u00a0/g, " "));
  });
}

async function problems(workbench: Workbench): Promise<string[]> {
  const rows = workbench.page.locator(".markers-panel .monaco-list-row");
  return rows.allInnerTexts();
}

test("an edit shows on its line, in Problems and in the Test Explorer, until it is accepted", async () => {
  const workbench = await file.open({ folder: workspace.folder, size: { width: 1500, height: 1000 }, settings });
  const { page } = workbench;
  await addOpen(workbench, workspace);
  const line = await workspace.lineOf(EXTRA);
  await workbench.startDebugging();

  // The mark at the line's end.
  await expect.poll(() => marks(workbench), patience).toEqual([expect.stringMatching(/^\+2 openat/)]);
  await workbench.statusBarItem("files: 2 differences").waitFor();

  // It follows its line while the file is edited, and comes back when the line does.
  await workbench.openFile("config.c", 9);
  await workbench.press("Home");
  await page.keyboard.type("// one line more\n");
  const marked = page.locator(".editor-instance .view-line", { hasText: "again" });
  const isMarked = () =>
    marked.evaluate((element) =>
      [...element.querySelectorAll("span span")].map((span) => getComputedStyle(span, "::before").content).join(" "),
    );
  await expect.poll(isMarked, patience).toContain("openat");
  const typed = page.locator(".editor-instance .view-line", { hasText: "// one" });
  await expect
    .poll(async () => {
      await workbench.press("Control+Z");
      return typed.count();
    }, patience)
    .toBe(0);
  await workbench.press("Control+S");

  // The hover's table.
  await marked.hover({ position: { x: 150, y: 8 } });
  const hover = page.locator(".monaco-hover:visible");
  await expect
    .poll(() => hover.allInnerTexts().then((texts) => texts.join("\n")), patience)
    .toMatch(/golden\s+now\s+change/);
  const said = (await hover.allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
  expect(said).toContain("opens c-files/files.conf twice instead of once");
  expect(said).toMatch(/openat .*files\.conf\s+0\s+1\s+\+1/);
  expect(said).toContain("Compare events");

  // The entry of the Problems view.
  await workbench.runCommand("Problems: Focus on Problems View");
  await expect
    .poll(() => problems(workbench).then((texts) => texts.join("\n")), patience)
    .toMatch(new RegExp(`opens c-files/files.conf twice[\\s\\S]*\\[Ln ${line}, Col `));

  // The Divergences view, and both sides in the diff editor.
  await workbench.runCommand("Goldentrace: Show Divergences");
  const labels = () => workbench.treeRows("Divergences").then((rows) => rows.map(({ label }) => label));
  await expect
    .poll(labels, patience)
    .toEqual([
      "c-files/src/config.c",
      expect.stringContaining("files.conf twice"),
      expect.stringContaining("local.conf twice"),
    ]);
  await workbench.runCommand("Goldentrace: Compare Events with Golden");
  const added = page
    .locator(".diff-editor-instance, .monaco-diff-editor")
    .locator(".modified .view-line", { hasText: "openat(" });
  await added.first().waitFor();
  await workbench.press("Control+F4");

  // The failing test.
  await workbench.runCommand("Test: Run All Tests");
  const item = page.locator('.test-explorer [role="treeitem"]', { hasText: "files" });
  await workbench.runCommand("Testing: Focus on Test Explorer View");
  await expect.poll(() => item.first().getAttribute("aria-label"), patience).toMatch(/files.*\(?Failed/i);

  // Accepted: nothing differs any more.
  await workbench.runCommand("Goldentrace: Accept as Golden");
  await expect.poll(() => marks(workbench), patience).toEqual([]);
  await workbench.statusBarItem("files: as golden").waitFor();
  await workbench.runCommand("Problems: Focus on Problems View");
  await expect.poll(() => problems(workbench), patience).toEqual([]);
  await workbench.runCommand("Test: Run All Tests");
  await expect.poll(() => item.first().getAttribute("aria-label"), patience).toMatch(/files.*\(?Passed/i);
});
