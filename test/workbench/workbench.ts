// What a UI test sees of the real VS Code in a real browser.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Browser, type BrowserContext, errors, type FrameLocator, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, type RunnerTestCase } from "vitest";
import { launchBrowser } from "./browser.mjs";
import { repositoryRoot } from "./location.mjs";
import { type ServerOptions, startServer, type WorkbenchServer } from "./server.mjs";

/** How long the workbench may take for one thing, in milliseconds. Generous: only a hang should reach it. */
const patience = 60_000;
/** How long one of several tries may take. */
const soon = 4_000;

/** VS Code's own themes, by what a test asks for. */
const themes = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  highContrast: "Default High Contrast",
  highContrastLight: "Default High Contrast Light",
};

export interface OpenOptions {
  /** The workspace; absolute. Copy a sample to a temporary folder before a test writes into it. */
  readonly folder: string;
  readonly theme?: keyof typeof themes;
  readonly size?: { readonly width: number; readonly height: number };
  /** "restricted": workspace trust is on and the folder is not trusted. Otherwise every folder is trusted. */
  readonly trust?: "all" | "restricted";
  /** Further user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  readonly level: number;
  readonly expanded: boolean | undefined;
}

/**
 * Registers hooks that start one server and one browser for the calling test file, close after each test what it
 * opened, and keep a picture of every page when a test fails.
 * @param options for the server of this file; this project's extension is installed unless `extensions` says otherwise
 * @param windows "whole-file": the tests are the steps of one sitting, and what they opened stays until the last one is done
 */
export function useWorkbench(
  options: ServerOptions = {},
  windows: "each-test" | "whole-file" = "each-test",
): WorkbenchFile {
  const file = new WorkbenchFile(options);
  beforeAll(() => file.start(), 2 * patience);
  beforeEach(({ task }) => {
    file.currentTest = task;
  });
  afterEach(async () => {
    await file.keepPictures();
    if (windows === "each-test") await file.closePages();
  });
  afterAll(async () => {
    await file.closePages();
    await file.stop();
  }, patience);
  return file;
}

/** The server and the browser that the tests of one file share. */
export class WorkbenchFile {
  private readonly windows: { readonly context: BrowserContext; readonly workbench: Workbench }[] = [];
  /** The test that runs now, with its result as soon as it has one. */
  currentTest: RunnerTestCase | undefined;
  private browser: Browser | undefined;
  private runningServer: WorkbenchServer | undefined;

  constructor(private readonly options: ServerOptions) {}

  get server(): WorkbenchServer {
    if (!this.runningServer) {
      throw new Error("The server runs from beforeAll to afterAll only");
    }
    return this.runningServer;
  }

  async start(): Promise<void> {
    [this.runningServer, this.browser] = await Promise.all([
      startServer({ extensions: [repositoryRoot], ...this.options }),
      launchBrowser(),
    ]);
  }

  /** Opens a folder in a fresh window (no state of earlier ones) and waits until the workbench can be used. */
  async open(options: OpenOptions): Promise<Workbench> {
    if (!this.browser) {
      throw new Error("The browser runs from beforeAll to afterAll only");
    }
    await this.server.writeSettings({
      ...this.options.settings,
      "workbench.colorTheme": themes[options.theme ?? "dark"],
      "window.autoDetectColorScheme": false,
      "security.workspace.trust.enabled": options.trust === "restricted",
      ...options.settings,
    });
    const context = await this.browser.newContext({
      viewport: options.size ?? { width: 1280, height: 800 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const workbench = new Workbench(page, this.server);
    this.windows.push({ context, workbench });
    await page.goto(this.server.url({ folder: options.folder }));
    await workbench.ready();
    return workbench;
  }

  /** Keeps a picture of every window when the test that used them failed. */
  async keepPictures(): Promise<void> {
    if (this.currentTest?.result?.state !== "fail") return;
    for (const [index, { workbench }] of this.windows.entries()) {
      if (workbench.page.isClosed()) continue;
      const name = this.currentTest.name.replace(/[^\w-]+/g, "-").slice(0, 80);
      const file = await workbench.screenshot(`failed-${name}-${index + 1}`);
      console.error(`The window when the test failed: ${file}`);
    }
  }

  async closePages(): Promise<void> {
    for (const { context } of this.windows.splice(0)) await context.close();
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    await this.runningServer?.stop();
  }
}

/** One window of VS Code. */
export class Workbench {
  constructor(
    /** For everything that has no helper here. */
    readonly page: Page,
    readonly server: WorkbenchServer,
  ) {}

  /** Resolves when the window is drawn and its extension host runs. */
  async ready(): Promise<void> {
    await this.page.locator(".monaco-workbench .part.statusbar .statusbar-item").first().waitFor();
    // VS Code sets this mark when the extension host is up and every contribution (commands, debuggers) is known.
    await this.page.waitForFunction(() => performance.getEntriesByName("code/didLoadExtensions").length > 0);
  }

  /** Presses keys as a person does, such as `F5`, `Shift+F5` or `Control+Shift+P`. */
  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  /**
   * Runs a command through the command palette, and waits for it to be offered (its extension may still be starting).
   * @param title as the palette shows it, with its category: `Goldentrace: Open Latest Run`
   */
  async runCommand(title: string): Promise<void> {
    await this.pickQuickly("F1", `>${title}`, title);
  }

  /** The titles that the command palette offers for a search text. */
  async offeredCommands(search: string): Promise<string[]> {
    const input = await this.openQuickInput("F1");
    await input.fill(`>${search}`);
    const rows = this.page.locator(".quick-input-widget .quick-input-list .monaco-list-row .label-name");
    await rows.first().waitFor();
    const titles = await rows.allInnerTexts();
    await this.press("Escape");
    return titles;
  }

  /** Opens a file of the workspace through Quick Open, optionally at a line (counted from 1). */
  async openFile(name: string, line?: number): Promise<void> {
    await this.pickQuickly("Control+P", name, path.basename(name));
    await this.page.locator(`.tab.active[data-resource-name="${path.basename(name)}"]`).waitFor();
    if (line !== undefined) {
      // The box that was left would be taken for the one to come.
      await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
      // Before the line is understood, Enter is dropped.
      const offer = this.page.locator(".quick-input-list .monaco-list-row", { hasText: `line ${line} ` });
      // A part of the window that takes the focus at this moment (a debug session that ends) closes the box.
      await this.untilDone(async () => {
        const input = await this.openQuickInput("Control+G");
        await input.fill(`:${line}`, { timeout: soon });
        await offer.click({ timeout: soon });
      }, `line ${line} of ${name} is shown`);
      await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    }
  }

  /** Answers the quick pick that is open now by choosing the row with exactly this label. */
  async choose(label: string): Promise<void> {
    await this.quickRow(label).click();
  }

  /** Runs a command that asks for a choice, and makes the choices; again when the list is closed by what takes the focus. */
  async runAndChoose(title: string, ...labels: readonly string[]): Promise<void> {
    await this.untilDone(
      async () => {
        await this.runCommand(title);
        for (const label of labels) await this.quickRow(label).click({ timeout: soon });
      },
      `${title} offers ${labels.join(", ")}`,
    );
  }

  /** Does steps of the keyboard and mouse until all of them could be done. */
  private async untilDone(steps: () => Promise<void>, message: string): Promise<void> {
    await expect
      .poll(
        async () => {
          try {
            await steps();
            return true;
          } catch (error) {
            if (!(error instanceof errors.TimeoutError)) throw error;
            await this.press("Escape");
            return false;
          }
        },
        { timeout: patience, message },
      )
      .toBe(true);
  }

  /** The labels of the quick pick that is open now. */
  async choices(): Promise<string[]> {
    const rows = this.page.locator(".quick-input-widget .quick-input-list .monaco-list-row .label-name");
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** Types into the input box that is open now and accepts it. */
  async answer(text: string): Promise<void> {
    await this.page.locator(".quick-input-widget input").fill(text);
    await this.press("Enter");
  }

  /**
   * Shows a view container by its activity bar icon, unless it is shown already.
   * @param title such as `Goldentrace`
   */
  async showContainer(title: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`);
    await icon.waitFor();
    if (!(await icon.evaluate((element) => element.classList.contains("checked")))) {
      await icon.click();
    }
    await this.page
      .locator(".activitybar .action-item.checked", { has: this.page.locator(`[aria-label^="${title}"]`) })
      .waitFor();
  }

  /** A view by the title in its header, collapsed or not. */
  view(title: string): Locator {
    return this.page.locator(".pane", { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** Expands a view when it is collapsed. */
  async expandView(title: string): Promise<Locator> {
    const header = this.view(title).locator(".pane-header");
    await header.waitFor();
    if ((await header.getAttribute("aria-expanded")) === "false") {
      await header.click();
    }
    return this.view(title);
  }

  /** The rows of a tree view that are drawn now (long trees draw only what is visible), top to bottom. */
  async treeRows(viewTitle: string): Promise<TreeRow[]> {
    const rows = await this.view(viewTitle)
      .locator(".monaco-list-row")
      .evaluateAll((elements) =>
        elements.map((element) => ({
          index: Number(element.getAttribute("data-index")),
          row: {
            label: element.querySelector(".label-name")?.textContent ?? element.textContent ?? "",
            description: element.querySelector(".label-description")?.textContent ?? "",
            ariaLabel: element.getAttribute("aria-label") ?? "",
            level: Number(element.getAttribute("aria-level")),
            expanded: element.hasAttribute("aria-expanded")
              ? element.getAttribute("aria-expanded") === "true"
              : undefined,
          },
        })),
      );
    return rows.sort((a, b) => a.index - b.index).map(({ row }) => row);
  }

  /** The row of a tree view with this label, to click or to open its menu. */
  treeRow(viewTitle: string, label: string): Locator {
    return this.view(viewTitle)
      .locator(".monaco-list-row")
      .filter({ has: this.page.locator(".label-name", { hasText: label }) });
  }

  /** The texts of the status bar's items, left to right; icons are left out. */
  async statusBar(): Promise<string[]> {
    const texts = await this.page.locator(".part.statusbar .statusbar-item .statusbar-item-label").allInnerTexts();
    return texts.map((text) => text.trim()).filter((text) => text !== "");
  }

  /** The status bar item that contains a text. */
  statusBarItem(text: string): Locator {
    return this.page.locator(".part.statusbar .statusbar-item", { hasText: text });
  }

  /** The messages of the notifications that are shown now. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** The notification that contains a text; its buttons are `getByRole("button")` below it. */
  notification(text: string): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** The modal dialog that is open. */
  dialog(): Locator {
    return this.page.locator(".monaco-dialog-box");
  }

  /** Presses a button of the modal dialog. */
  async pressDialogButton(name: string): Promise<void> {
    await this.dialog().getByRole("button", { name, exact: true }).click();
  }

  /** Starts debugging with the keyboard, as soon as VS Code can (before that, F5 only shows the Run view). */
  async startDebugging(): Promise<void> {
    await this.untilOffered("Debug: Start Debugging");
    await this.press("F5");
  }

  /** The lines of the Debug Console that are drawn now. */
  async debugConsole(): Promise<string[]> {
    const rows = this.page.locator(
      ".repl .monaco-list-row .output.expression, .repl .monaco-list-row .evaluation-result",
    );
    return (await rows.allInnerTexts()).map((text) => text.replace(/\n$/, ""));
  }

  /** The debug toolbar; it is there while a debug session runs. */
  debugToolbar(): Locator {
    return this.page.locator(".debug-toolbar");
  }

  /**
   * The document inside the webview that holds an element matching `selector`. Waits for it.
   * @param selector CSS, of something that only the wanted webview has
   */
  async webview(selector: string): Promise<FrameLocator> {
    const outer = this.page.locator("iframe.webview.ready");
    let found: FrameLocator | undefined;
    await expect
      .poll(
        async () => {
          for (let index = 0; index < (await outer.count()); index++) {
            const inner = outer.nth(index).contentFrame().frameLocator("#active-frame");
            if ((await inner.locator(selector).count()) > 0) {
              found = inner;
            }
          }
          return found !== undefined;
        },
        { timeout: patience, message: `a webview with an element ${selector}` },
      )
      .toBe(true);
    return found as FrameLocator;
  }

  /**
   * Keeps a picture of the window in `test-results/screenshots`.
   * @param name without folder and ending
   * @returns the file
   */
  async screenshot(name: string): Promise<string> {
    const file = path.join(repositoryRoot, "test-results", "screenshots", `${name}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: "disabled" });
    return file;
  }

  private async openQuickInput(keys: string): Promise<Locator> {
    const input = this.page.locator(".quick-input-widget input[type=text]");
    await expect
      .poll(
        async () => {
          if (!(await input.isVisible())) {
            // Before its key bindings are in place the window drops keys.
            await this.press(keys);
          }
          return input.isVisible();
        },
        { timeout: patience, interval: 250, message: `${keys} opens the quick input` },
      )
      .toBe(true);
    return input;
  }

  /** Waits until the command palette has a command: it is hidden while its conditions do not hold. */
  private async untilOffered(title: string): Promise<void> {
    await this.untilDone(async () => {
      await this.typeQuickly("F1", `>${title}`);
      await this.quickRow(title).first().waitFor({ timeout: soon });
    }, `"${title}" is offered`);
    await this.press("Escape");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  private async pickQuickly(keys: string, text: string, label: string): Promise<void> {
    await this.untilDone(async () => {
      await this.typeQuickly(keys, text);
      await this.quickRow(label).first().click({ timeout: soon });
    }, `"${label}" is offered for "${text}"`);
  }

  private async typeQuickly(keys: string, text: string): Promise<void> {
    const input = await this.openQuickInput(keys);
    // The list is computed when the text changes: what an extension contributes a moment later is not in it.
    await input.fill("", { timeout: soon });
    await input.fill(text, { timeout: soon });
  }

  private quickRow(label: string): Locator {
    const exactly = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+")}\\s*$`);
    return this.page
      .locator(".quick-input-widget .quick-input-list .monaco-list-row")
      .filter({ has: this.page.locator(".label-name", { hasText: exactly }) });
  }
}
