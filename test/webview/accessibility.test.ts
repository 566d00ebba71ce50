import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserPath, Harness } from "./harness.ts";
import { THEME_NAMES } from "./themes.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as text: rule, element and reason. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } };
    return axe.run(document, { resultTypes: ["violations"] });
  });
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, any, all, none }) =>
        `${id}: ${html} (${[...any, ...all, ...none].map((check) => check.message).join("; ")})`,
    ),
  );
}

describe.skipIf(browserPath === undefined)(
  "accessibility of the Live view (needs Chromium; `npm test` installs it)",
  () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await Harness.start();
    });
    afterAll(() => harness.stop());

    it.each(THEME_NAMES)("axe finds nothing in the theme %s", async (theme) => {
      const { page } = await harness.open({ theme, width: 250 });
      await page.evaluate(async () => {
        const { host } = window;
        host.log.lines = 500;
        const topSyscalls = ["read", "write", "futex", "mmap", "close", "brk"].map((name, i) => ({
          name,
          calls: 100 * (7 - i),
          errors: i,
          totalNs: 1e9 / (i + 1),
        }));
        await host.start(
          {},
          { elapsedNs: 70e9, samples: host.samples(0, 70e9), topSyscalls, notices: ["Something to know."] },
        );
      });
      await page.locator(".row:not(.pending)").first().waitFor();
      expect(await findings(page)).toEqual([]);
      await page.setViewportSize({ width: 1000, height: 800 });
      await page.locator(".level-select").selectOption("30");
      await expect.poll(() => page.locator(".filter-facts").innerText()).toContain("of 500 lines");
      await page.locator(".log-scroller").focus();
      await page.keyboard.press("ArrowUp");
      await page.locator(".detail").waitFor();
      await page.evaluate(() => window.host.finish({ exitCode: 1, complete: false, problems: ["The disk is full."] }));
      await page.locator(".notice-error").first().waitFor();
      expect(await findings(page)).toEqual([]);
      await page.context().close();
    });

    it.each(["untrusted", undefined] as const)("axe finds nothing in the empty view (%s)", async (setup) => {
      const { page } = await harness.open({ theme: "light", ...(setup === undefined ? {} : { setup }) });
      expect(await findings(page)).toEqual([]);
      await page.context().close();
    });

    it("everything is reached with Tab, in the order of reading", async () => {
      const { page } = await harness.open({ setup: "running" });
      await page.locator(".row:not(.pending)").first().waitFor();
      const seen: string[] = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => {
          const element = document.activeElement;
          return element === null || element === document.body
            ? ""
            : (element.getAttribute("aria-label") ?? element.textContent ?? "");
        });
        if (name === "") break;
        seen.push(name);
      }
      expect(seen).toEqual([
        "Pause the program",
        "Stop the program and save the run",
        "Restart the program",
        "Charts",
        "CPU over time",
        "Memory over time",
        "System calls over time",
        "Input and output over time",
        "Slowest system calls",
        "Log",
        expect.stringContaining("errors: show only these"),
        expect.stringContaining("warnings: show these and errors"),
        "Search the log",
        "Lowest level shown",
        "Follow: keep the newest line in view",
        "Log lines",
      ]);
      await page.context().close();
    });

    it("stands still for those who asked for reduced motion", async () => {
      const { page } = await harness.open({ reducedMotion: true });
      await page.evaluate(() => window.host.start({}, { state: "starting" }));
      const spinner = page.locator(".codicon-modifier-spin");
      await spinner.waitFor();
      expect(await spinner.evaluate((element) => getComputedStyle(element).animationName)).toBe("none");
      await page.context().close();
    });

    it("uses the system's colours when they are forced", async () => {
      const { page } = await harness.open({ forcedColors: true, setup: "running" });
      const canvas = page.locator('canvas[data-chart="memory"]');
      const opaque = (): Promise<number> =>
        canvas.evaluate((element: HTMLCanvasElement) => {
          const data = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? [];
          return data.filter((value, i) => i % 4 === 3 && value > 200).length;
        });
      await expect.poll(opaque).toBeGreaterThan(100);
      await page.context().close();
    });
  },
);
