// A sample is edited, recorded with F5 and compared with its golden, in a real VS Code: marks, hover, problems, tests, and accepting.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench, type Workbench } from "../workbench.ts";

const file = useWorkbench();
const patience = { timeout: 90_000 };
const cli = path.join(repositoryRoot, "dist", "cli.mjs");
let folder: string;

const CONFIG = `# Times on a busy machine prove nothing.
[golden]
performance = "off"

[targets.files]
program = "build/files"
cwd = "c-files"
stacks = true
`;

/** The extra open, in front of the one that `read_file` of config.c makes. */
const EXTRA = 'FILE *again = fopen(path, "r"); if (again != NULL) fclose(again);';
const CALL = 'FILE *file = fopen(path, "r");';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "goldentrace goldens ")));
  await cp(path.join(repositoryRoot, "samples", "c-files"), path.join(folder, "c-files"), {
    recursive: true,
    filter: (source) => !source.includes(`${path.sep}build`),
  });
  await writeFile(path.join(folder, "goldentrace.toml"), CONFIG);
  await mkdir(path.join(folder, ".vscode"));
  const launch = {
    name: "files",
    type: "goldentrace",
    request: "launch",
    program: "${workspaceFolder}/c-files/build/files",
    cwd: "${workspaceFolder}/c-files",
    stacks: true,
    preLaunchTask: "build",
  };
  const build = { label: "build", type: "process", command: "make", args: ["-C", "c-files"], problemMatcher: [] };
  await writeFile(path.join(folder, ".vscode", "launch.json"), JSON.stringify({ configurations: [launch] }));
  await writeFile(path.join(folder, ".vscode", "tasks.json"), JSON.stringify({ version: "2.0.0", tasks: [build] }));
  await writeFile(path.join(folder, ".gitignore"), "build/\n.goldentrace/\n");
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message=Sample");
  execFileSync("make", ["-C", path.join(folder, "c-files")], { stdio: "ignore" });
  goldentrace("accept", "files", "--samples", "2", "--quiet", "--update");
});
afterEach(async () => {
  await file.closePages();
  await rm(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 250 });
});

function goldentrace(...args: string[]): void {
  execFileSync(process.execPath, [cli, ...args], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/** The line of config.c that a text is on, 1-based. */
async function lineOf(text: string): Promise<number> {
  const lines = (await readFile(path.join(folder, "c-files", "src", "config.c"), "utf8")).split("\n");
  return lines.findIndex((line) => line.includes(text)) + 1;
}

/** The texts at the ends of lines: VS Code draws them in pseudo-elements. */
function marks(workbench: Workbench): Promise<string[]> {
  return workbench.page.evaluate(() => {
    const spans = [...document.querySelectorAll(".editor-instance .view-line span span")];
    const texts = spans.map((span) => getComputedStyle(span, "::after").content);
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

/** Types the extra open into the editor and saves. */
async function edit(workbench: Workbench): Promise<void> {
  await workbench.openFile("config.c", await lineOf(CALL));
  await workbench.page.locator(".editor-instance .view-line", { hasText: "again" }).waitFor({ state: "hidden" });
  await workbench.press("Home");
  await workbench.page.keyboard.type(`${EXTRA}\n    `);
  await workbench.press("Control+S");
  await expect.poll(() => lineOf(EXTRA), patience).toBeGreaterThan(0);
}

const settings = {
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.autoIndent": "none",
  "testing.automaticallyOpenTestResults": "neverOpen",
  // The divergences are looked at, not the recording.
  "goldentrace.live.showOnStart": false,
};

test("an edit shows on its line, in Problems and in the Test Explorer, until it is accepted", async () => {
  const workbench = await file.open({ folder, size: { width: 1500, height: 1000 }, settings });
  const { page } = workbench;
  await edit(workbench);
  const line = await lineOf(EXTRA);
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
    marked.evaluate(
      (element) => getComputedStyle(element.querySelector("span span:last-child") as Element, "::after").content,
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
