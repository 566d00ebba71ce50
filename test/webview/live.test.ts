import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { applyTheme, browserPath, Harness, type OpenOptions } from "./harness.ts";
import type { HostCall } from "./scriptedHost.ts";
import { THEMES } from "./themes.ts";

const SYSCALLS = [
  { name: "futex", calls: 1834, errors: 12, totalNs: 8.1e9 },
  { name: "read", calls: 20_412, errors: 3, totalNs: 1.92e9 },
  { name: "openat", calls: 1322, errors: 411, totalNs: 9.3e7 },
  { name: "mmap", calls: 902, errors: 0, totalNs: 5.1e7 },
  { name: "close", calls: 1201, errors: 0, totalNs: 2.2e7 },
  { name: "newfstatat", calls: 3321, errors: 820, totalNs: 1.9e7 },
  { name: "brk", calls: 88, errors: 0, totalNs: 9.1e5 },
];

describe.skipIf(browserPath === undefined)(
  "the Live view in a browser (needs Chromium; `npm test` installs it)",
  () => {
    let harness: Harness;
    let page: Page;
    let errors: string[];

    beforeAll(async () => {
      harness = await Harness.start();
    });
    afterAll(() => harness.stop());
    afterEach(async () => {
      await page.context().close();
      expect(errors).toEqual([]);
    });

    async function open(options: OpenOptions = {}): Promise<void> {
      ({ page, errors } = await harness.open(options));
    }

    /** A recording of five seconds with this many lines. */
    async function record(lines: number): Promise<void> {
      await page.evaluate(
        async ({ lines, topSyscalls }) => {
          const { host } = window;
          host.log.lines = lines;
          await host.start(
            {},
            { elapsedNs: 5e9, samples: host.samples(0, 5e9), syscalls: 41_234, threads: 5, topSyscalls },
          );
        },
        { lines, topSyscalls: SYSCALLS },
      );
      if (lines > 0) await page.locator(".row:not(.pending)").first().waitFor();
    }

    /** Messages of the rows that can be seen, in order. */
    function rows(): Promise<string[]> {
      return page.locator(".row .text").allInnerTexts();
    }
    /** Waits until the rows seen fulfil a condition; their state at the end explains a failure. */
    async function rowsUntil(what: string, condition: (texts: string[]) => boolean): Promise<string[]> {
      let texts: string[] = [];
      const check = async (): Promise<boolean> => {
        texts = await rows();
        return condition(texts);
      };
      await expect.poll(check, { message: what, timeout: 10_000 }).toBe(true);
      return texts;
    }
    function calls(method: string): Promise<HostCall[]> {
      return page.evaluate((name) => window.host.calls.filter((call) => call.method === name), method);
    }
    const indexOf = (text: string | undefined): number => Number(/line (\d+):/.exec(text ?? "")?.[1] ?? Number.NaN);

    describe("state", () => {
      it("offers a start when nothing was recorded", async () => {
        await open();
        await page.getByRole("button", { name: "Record a Program…" }).click();
        await page.getByRole("button", { name: "Check This Machine" }).click();
        await expect
          .poll(async () => (await calls("command")).map(({ params }) => params))
          .toEqual([
            { command: "start", sessionId: null },
            { command: "doctor", sessionId: null },
          ]);
      });

      it("says why nothing runs in an untrusted workspace, and starts nothing", async () => {
        await open({ setup: "untrusted" });
        await expect.poll(() => page.locator("main").innerText()).toContain("This workspace is not trusted");
        expect(await page.getByRole("button", { name: /Record/ }).count()).toBe(1);
        expect(await page.getByRole("button", { name: "Show Recorded Runs" }).count()).toBe(1);
        await page.getByRole("button", { name: "Manage Workspace Trust" }).click();
        await expect
          .poll(async () => (await calls("command"))[0]?.params)
          .toEqual({ command: "manageTrust", sessionId: null });
      });

      it("shows state, time, program and the buttons that fit the state", async () => {
        await open();
        await record(10);
        const header = page.locator("header");
        await expect.poll(() => header.innerText()).toMatch(/Recording\s+5\.\d s\s+train/);
        const names = (): Promise<(string | null)[]> =>
          header
            .getByRole("button")
            .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label")));
        expect(await names()).toEqual([
          "Pause the program",
          "Stop the program and save the run",
          "Restart the program",
        ]);

        await page.evaluate(() => window.host.update({ state: "paused", elapsedNs: 6e9 }));
        await expect
          .poll(names)
          .toEqual(["Continue the program", "Stop the program and save the run", "Restart the program"]);

        await page.evaluate(() => window.host.finish({ exitCode: 3, wallNs: 61e9 }));
        await expect.poll(() => header.innerText()).toMatch(/Finished\s+1:01/);
        expect(await header.innerText()).toContain("exit code 3");
        expect(await names()).toEqual([
          "Open the report of this run",
          "Record this program again",
          "Record another program",
        ]);
        await header.getByRole("button", { name: "Open the report of this run" }).click();
        await expect.poll(async () => (await calls("command")).at(-1)?.params).toMatchObject({ command: "openReport" });
      });

      it("names the signal that killed the program", async () => {
        await open();
        await record(1);
        await page.evaluate(() => window.host.finish({ exitCode: null, signal: "SIGSEGV" }));
        await expect.poll(() => page.locator("header").innerText()).toContain("killed by SIGSEGV");
      });

      it("shows a recording that was under way before the view was opened, and the same after it was closed", async () => {
        await open({ setup: "running" });
        await expect.poll(() => page.locator("header").innerText()).toContain("1,234 system calls");
        await page.getByRole("searchbox").fill("gradient");
        await expect.poll(() => page.locator(".filter-facts").innerText()).toContain("100 of 500 lines");
        await page.getByRole("button", { name: "Charts", exact: true }).click();
        await page.reload();
        await expect.poll(() => page.locator(".filter-facts").innerText()).toContain("100 of 500 lines");
        expect(await page.getByRole("searchbox").inputValue()).toBe("gradient");
        expect(await page.locator(".plot").count()).toBe(0);
      });

      it("asks for everything anew when updates were missed", async () => {
        await open();
        await record(1);
        const before = (await calls("ready")).length;
        await page.evaluate(async () => {
          window.host.skipUpdate({ elapsedNs: 6e9, samples: window.host.samples(5e9, 6e9) });
          await window.host.update({ elapsedNs: 7e9, samples: window.host.samples(6e9, 7e9), syscalls: 99_999 });
        });
        await expect.poll(async () => (await calls("ready")).length).toBe(before + 1);
        await expect.poll(() => page.locator("header").innerText()).toContain("99,999 system calls");
      });

      it("shows a refused command and lets it be dismissed", async () => {
        await open();
        await record(1);
        await page.evaluate(() => {
          window.host.refuse = "The program cannot be paused: it has ended.";
        });
        await page.getByRole("button", { name: "Pause the program" }).click();
        await expect
          .poll(() => page.locator(".notice-error").innerText())
          .toBe("The program cannot be paused: it has ended.");
        await page.getByRole("button", { name: "Dismiss" }).click();
        await expect.poll(() => page.locator(".notice-error").count()).toBe(0);
      });

      it("says plainly that a recording is incomplete or lost events", async () => {
        await open();
        await record(1);
        await page.evaluate(async () => {
          await window.host.update({ lost: 1024, notices: ["strace could not follow thread 7."] });
          await window.host.finish({ complete: false, problems: ["The disk is full."] });
        });
        await expect.poll(() => page.locator(".notice").count()).toBe(4);
        const text = await page.locator(".notices").innerText();
        expect(text).toContain("This recording is incomplete");
        expect(text).toContain("1,024 events were lost.");
        expect(text).toContain("The disk is full.");
        expect(text).toContain("strace could not follow thread 7.");
      });

      it("says what to do when no recorder works", async () => {
        await open();
        await page.evaluate(() =>
          window.host.start({
            recorder: "none",
            recorderReason: "strace is not installed: sudo apt-get install strace",
          }),
        );
        const section = page.getByRole("region", { name: "Slowest system calls" });
        await expect.poll(() => section.innerText()).toContain("sudo apt-get install strace");
        await section.getByRole("button", { name: "Check this machine" }).click();
        await expect.poll(async () => (await calls("command")).at(-1)?.params).toMatchObject({ command: "doctor" });
      });

      it("explains an empty log, before and after the end", async () => {
        await open();
        await record(0);
        const section = page.getByRole("region", { name: "Log" });
        await expect.poll(() => section.innerText()).toContain("No output yet");
        await page.evaluate(() => window.host.finish());
        await expect.poll(() => section.innerText()).toContain("The program wrote nothing");
      });
    });

    describe("log", () => {
      it("follows the newest line until the user scrolls up, and again from the end", async () => {
        await open();
        await record(1000);
        await rowsUntil("the end is in view", (texts) => indexOf(texts.at(-1)) === 999);
        const grow = (lines: number): Promise<void> =>
          page.evaluate(async (lines) => {
            window.host.log.lines = lines;
            await window.host.update({ elapsedNs: 6e9 });
          }, lines);
        await grow(1500);
        await rowsUntil("new lines are followed", (texts) => indexOf(texts.at(-1)) === 1499);

        await page.locator(".log-scroller").hover();
        await page.mouse.wheel(0, -400);
        await expect.poll(() => page.locator(".icon-button[aria-pressed]").getAttribute("aria-pressed")).toBe("false");
        const held = await rowsUntil("scrolled up", (texts) => indexOf(texts.at(-1)) < 1499);
        await grow(2000);
        await page.getByRole("button", { name: "500 new lines" }).waitFor();
        expect(await rows()).toEqual(held);

        await page.getByRole("button", { name: "500 new lines" }).click();
        await rowsUntil("back at the end", (texts) => indexOf(texts.at(-1)) === 1999);
        await grow(2100);
        await rowsUntil("following again", (texts) => indexOf(texts.at(-1)) === 2099);
      });

      it.each([1_000_000, 10_000_000])("shows the right lines of %i, wherever one scrolls", async (lines) => {
        await open();
        await record(lines);
        await rowsUntil("the last line", (texts) => indexOf(texts.at(-1)) === lines - 1);
        const scroller = page.locator(".log-scroller");
        for (const part of [0.5, 0.123, 0.987, 0]) {
          await scroller.evaluate((element, to) => {
            element.scrollTop = to * (element.scrollHeight - element.clientHeight);
          }, part);
          const texts = await rowsUntil(
            `lines at ${part}`,
            (seen) => Math.abs(indexOf(seen[0]) / lines - part) < 0.001,
          );
          expect(texts.map(indexOf)).toEqual(texts.map((_, i) => indexOf(texts[0]) + i));
        }
        await scroller.hover();
        await page.mouse.wheel(0, 100);
        await rowsUntil("a small step down", (texts) => indexOf(texts[0]) === 5);
        await scroller.focus();
        await page.keyboard.press("End");
        await rowsUntil("the last line by keyboard", (texts) => indexOf(texts.at(-1)) === lines - 1);
        expect(await page.locator(".row").count()).toBeLessThan(100);
      });

      it("filters by level, with counts, and lines without a level on demand", async () => {
        await open();
        await record(700);
        const select = page.getByRole("combobox", { name: "Lowest level shown" });
        expect(await select.locator("option").allInnerTexts()).toEqual([
          "All levels (700)",
          "≥ TRACE (600)",
          "≥ DEBUG (412)",
          "≥ INFO (224)",
          "≥ WARNING (36)",
          "≥ ERROR (12)",
          "≥ CRITICAL (0)",
        ]);
        await select.selectOption("40");
        await rowsUntil("only errors", (texts) => texts.length > 0 && texts.every((text) => indexOf(text) % 50 === 49));
        expect(await page.locator(".filter-facts").innerText()).toContain("12 of 700 lines");
        await page.getByRole("checkbox").check();
        await expect.poll(() => page.locator(".filter-facts").innerText()).toContain("112 of 700 lines");
        await select.selectOption("50");
        await page.getByRole("button", { name: "Show all lines" }).click();
        await rowsUntil("all again", (texts) => indexOf(texts.at(-1)) === 699);
      });

      it("searches, keeps the search live, and shows when nothing matches", async () => {
        await open();
        await record(1000);
        const search = page.getByRole("searchbox");
        await search.fill("LOSS=0.4831");
        await rowsUntil(
          "matching lines",
          (texts) => texts.length > 0 && texts.every((text) => indexOf(text) % 5 === 0),
        );
        await page.evaluate(async () => {
          window.host.log.lines = 1500;
          await window.host.update({ elapsedNs: 6e9 });
        });
        await expect.poll(() => page.locator(".filter-facts").innerText()).toContain("300 of 1,500 lines");
        await rowsUntil("the newest match", (texts) => indexOf(texts.at(-1)) === 1495);
        await search.fill("no such text");
        await expect.poll(() => page.locator(".log-lines").innerText()).toContain("No line matches");
        await search.press("Escape");
        await rowsUntil("all lines", (texts) => indexOf(texts.at(-1)) === 1499);
      });

      it("is worked with the keyboard: walk, extend, open, copy", async () => {
        await open();
        await record(1000);
        await page.locator(".log-scroller").focus();
        await page.keyboard.press("Home");
        await rowsUntil("the first line", (texts) => indexOf(texts[0]) === 0);
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Shift+ArrowDown");
        await page.keyboard.press("Shift+ArrowDown");
        await page.keyboard.press("Shift+ArrowDown");
        const active = page.locator(".row.active");
        await expect.poll(() => active.getAttribute("data-position")).toBe("4");
        expect(await page.locator(".log-scroller").getAttribute("aria-activedescendant")).toBe(
          await active.getAttribute("id"),
        );
        expect(await page.locator('.row[aria-selected="true"]').count()).toBe(4);
        await page.keyboard.press("Enter");
        await expect
          .poll(async () => (await calls("openSource")).map(({ params }) => params))
          .toEqual([{ file: "/home/you/project/src/train.py", line: 14 }]);
        await page.keyboard.press("Control+c");
        await expect
          .poll(() => page.evaluate(() => navigator.clipboard.readText()))
          .toMatch(
            /^0:00\.001 DEBUG data line 1: .*\n0:00\.003 INFO train\.loop line 2: .*\n.*line 3.*\n.*line 4[^\n]*$/,
          );
        await page.keyboard.press("Control+a");
        await page.keyboard.press("Control+c");
        await expect
          .poll(async () => (await page.evaluate(() => navigator.clipboard.readText())).split("\n").length)
          .toBe(1000);
        await page.keyboard.press("Escape");
        await expect.poll(() => page.locator('.row[aria-selected="true"]').count()).toBe(0);
      });

      it("opens the source of a clicked line and shows the line whole", async () => {
        await open({ width: 700 });
        await record(100);
        await page.locator('.row[data-position="96"]').click();
        await expect
          .poll(async () => (await calls("openSource")).map(({ params }) => params))
          .toEqual([{ file: "/home/you/project/src/train.py", line: 16 }]);
        const detail = page.getByRole("region", { name: "Selected line" });
        expect(await detail.locator("pre").innerText()).toContain("line 96:");
        await detail.getByRole("button", { name: /train\.py:16/ }).click();
        await expect.poll(() => calls("openSource")).toHaveLength(2);
        await detail.getByRole("button", { name: "Close the selected line" }).click();
        await expect.poll(() => detail.count()).toBe(0);
      });

      const markedText = (): Promise<string> => page.evaluate(() => document.getSelection()?.toString() ?? "");
      const stream = (lines: number): Promise<void> =>
        page.evaluate(async (lines) => {
          window.host.log.lines = lines;
          await window.host.update({ elapsedNs: 6e9 });
        }, lines);

      it("lets text be marked while lines stream in", async () => {
        await open();
        await record(100);
        // Until then the list still grows to its height, and rows wait for their lines.
        await rowsUntil("the end is in view", (texts) => indexOf(texts.at(-1)) === 99 && !texts.includes("…"));
        await page.evaluate(() => {
          const text = document.querySelector(".row .text");
          if (text !== null) document.getSelection()?.selectAllChildren(text);
        });
        const marked = await markedText();
        expect(marked).toMatch(/line \d+:/);
        await expect.poll(() => page.locator(".icon-button[aria-pressed]").getAttribute("aria-pressed")).toBe("false");
        await stream(5000);
        await page.getByRole("button", { name: "4,900 new lines" }).waitFor();
        expect(await markedText()).toBe(marked);
      });

      it("holds a line from the moment the pointer is pressed on it", async () => {
        // In two columns nothing else changes the height of the log.
        await open({ width: 900 });
        await record(100);
        await rowsUntil("the end is in view", (texts) => indexOf(texts.at(-1)) === 99 && !texts.includes("…"));
        const row = page.locator(".row").nth(3);
        const line = (await row.locator(".text").innerText()).replace(/…$/, "");
        const box = await row.locator(".text").boundingBox();
        if (box === null) throw new Error("The row is not drawn");
        const y = box.y + box.height / 2;
        await page.mouse.move(box.x + 1, y);
        await page.mouse.down();
        // Nothing is marked yet when these lines come.
        await stream(5000);
        await page.getByRole("button", { name: "4,900 new lines" }).waitFor();
        // As by hand: the browser marks from the second movement on.
        await page.mouse.move(box.x + box.width / 2, y, { steps: 4 });
        await page.mouse.up();
        const marked = await markedText();
        expect(marked.length).toBeGreaterThan(5);
        expect(line).toContain(marked.trim());
        await stream(6000);
        await page.getByRole("button", { name: "5,900 new lines" }).waitFor();
        expect(await markedText()).toBe(marked);
      });

      it("shows hostile text as text", async () => {
        await open({ width: 1200 });
        await page.evaluate(async () => {
          const { host } = window;
          const hostile = [
            "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
            "\u001b[31mred\u001b[0m \u0000 \u202eevil\u202c \u2066",
            "first\nsecond\nthird",
            `long ${"x".repeat(200_000)}`,
            "{{constructor}} ${1+1} &lt;b&gt; javascript:alert(1)",
          ];
          host.literal = hostile.map((message, index) => ({
            index,
            timeNs: index * 1e6,
            stream: "stderr",
            level: "<b>X</b>",
            logger: "<i>logger</i>",
            message,
            file: "<u>file</u>/javascript:alert(1)",
            line: 1,
          }));
          await host.start(
            { name: "<b>bold</b>", command: "<img src=x>\u001b[2J", recorderReason: "<s>why</s>", filter: "<p>" },
            {
              elapsedNs: 1e9,
              topSyscalls: [{ name: "<em>read</em>", calls: 1, errors: 0, totalNs: 1 }],
              notices: ["<a href='javascript:alert(1)'>notice</a>\u202e"],
            },
          );
        });
        const texts = await rowsUntil("all five", (seen) => seen.length === 5);
        expect(texts[0]).toContain("<img src=x onerror=");
        expect(texts[1]).toContain("\\x1b[31mred\\x1b[0m \\x00 \\u202eevil\\u202c \\u2066");
        expect(texts[2]).toContain("first ↵ second ↵ third");
        expect(texts[3]?.length).toBeLessThan(1000);
        expect(texts[3]?.endsWith("…")).toBe(true);
        expect(await page.title()).toBe("Goldentrace Live");
        expect(await page.locator("#root :is(img, script, b, i, u, s, em, a, p[onerror])").count()).toBe(0);
        const tooltips = await page
          .locator("[title]")
          .evaluateAll((all) => all.map((element) => element.getAttribute("title") ?? ""));
        expect(Math.max(...tooltips.map((text) => text.length))).toBeLessThan(3000);
        expect(tooltips.filter((text) => /[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/.test(text))).toEqual([]);
        await page.locator(".row").nth(3).click();
        const detail = await page.locator(".detail pre").innerText();
        expect(detail.length).toBeLessThanOrEqual(8000);
      });
    });

    describe("charts", () => {
      it("draws sharply, and follows a change of theme", async () => {
        await open({ scale: 2, theme: "dark" });
        await record(1);
        const canvas = page.locator('canvas[data-chart="cpu"]');
        const ink = (): Promise<{ width: number; css: number; colours: string[] }> =>
          canvas.evaluate((element: HTMLCanvasElement) => {
            const data = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? [];
            const colours = new Set<string>();
            for (let i = 0; i < data.length; i += 4)
              if (data[i + 3] === 255) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
            return { width: element.width, css: element.clientWidth, colours: [...colours] };
          });
        await expect.poll(async () => (await ink()).colours).toContain("89,164,249");
        const { width, css } = await ink();
        expect(width).toBe(2 * css);
        await page.evaluate(applyTheme, THEMES.light);
        await expect.poll(async () => (await ink()).colours).toContain("0,99,211");
        expect((await ink()).colours).not.toContain("89,164,249");
      });

      it("shows the values at the pointer in all charts", async () => {
        await open();
        await record(1);
        await page.locator(".plot").first().hover();
        await expect.poll(() => page.locator(".chart-columns").innerText()).toMatch(/at \d\.\d s/);
        expect(await page.locator(".value.at-cursor").count()).toBe(5);
        await page.mouse.move(5, 5);
        await expect.poll(() => page.locator(".chart-columns").innerText()).toMatch(/now/);
      });

      it("has one for GPUs where there are any, with the memory beside its name", async () => {
        await open();
        await record(0);
        const gpu = page.locator(".chart", { has: page.locator('canvas[data-chart="gpu"]') });
        await page.locator('canvas[data-chart="cpu"]').waitFor();
        expect(await gpu.count()).toBe(0);
        await page.evaluate(async () => {
          const { host } = window;
          const figures = { gpuPercent: 97, gpuMemoryBytes: 74_709 * 2 ** 20, gpuMemoryIsOwn: true };
          const samples = host.samples(5e9, 7e9).map((sample) => ({ ...sample, ...figures }));
          await host.update({ elapsedNs: 7e9, samples });
        });
        await expect.poll(() => gpu.innerText()).toMatch(/^GPU 73\.0 GiB\s+now\s+97 %\s+peak\s+97 %$/);
        const aside = gpu.locator(".chart-aside");
        expect(await aside.getAttribute("title")).toBe("Memory that the program and its children hold on GPUs");
        // Where nobody looked yet, nothing is told.
        await page.getByRole("slider", { name: "GPU over time" }).focus();
        await page.keyboard.press("Home");
        await expect.poll(() => aside.innerText()).toBe("–");
      });

      it("can be read with the keyboard", async () => {
        await open();
        await record(1);
        const cpu = page.getByRole("slider", { name: "CPU over time" });
        await cpu.focus();
        await page.keyboard.press("Home");
        await expect.poll(() => cpu.getAttribute("aria-valuetext")).toMatch(/^0\.1 s: CPU \d+ %$/);
        await page.keyboard.press("ArrowRight");
        await expect.poll(() => cpu.getAttribute("aria-valuetext")).toMatch(/^0\.2 s: CPU \d+ %$/);
        await page.keyboard.press("End");
        await expect.poll(() => cpu.getAttribute("aria-valuetext")).toMatch(/^5\.0 s: CPU/);
        await page.keyboard.press("Escape");
        await expect.poll(() => cpu.getAttribute("aria-valuetext")).toMatch(/^No moment chosen/);
      });

      it("draws nothing while nothing changes", async () => {
        await open();
        await record(1);
        const drawings = await page.evaluate(async () => {
          let count = 0;
          const original = CanvasRenderingContext2D.prototype.clearRect;
          CanvasRenderingContext2D.prototype.clearRect = function (...box) {
            count++;
            return original.apply(this, box);
          };
          const frames = async (number: number): Promise<void> => {
            for (let i = 0; i < number; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
          };
          await frames(3);
          const before = count;
          await frames(20);
          const idle = count - before;
          await window.host.update({ elapsedNs: 6e9, samples: window.host.samples(5e9, 6e9) });
          await frames(3);
          return { idle, changed: count - before - idle };
        });
        expect(drawings.idle).toBe(0);
        expect(drawings.changed).toBe(5);
      });

      it("says when there are no measurements", async () => {
        await open();
        await page.evaluate(async () => {
          await window.host.start();
          await window.host.finish();
        });
        await expect.poll(() => page.getByRole("region", { name: "Charts" }).innerText()).toContain("No measurements");
      });
    });

    describe("system calls", () => {
      const names = (): Promise<string[]> => page.locator(".syscalls tbody .syscall-name").allInnerTexts();

      it("sorts by any column, with the keyboard too", async () => {
        await open({ width: 1000 });
        await record(1);
        expect((await names()).slice(0, 3)).toEqual(["futex", "read", "openat"]);
        await page.getByRole("button", { name: "Calls", exact: true }).click();
        expect((await names()).slice(0, 3)).toEqual(["read", "newfstatat", "futex"]);
        await page.getByRole("button", { name: "Name", exact: true }).focus();
        await page.keyboard.press("Enter");
        expect((await names()).slice(0, 3)).toEqual(["brk", "close", "futex"]);
        expect(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("ascending");
      });

      it("moves no row under the pointer", async () => {
        await open({ width: 1000 });
        await record(1);
        const before = await names();
        await page.locator(".syscalls tbody tr").first().hover();
        await page.evaluate(
          async (rows) => {
            await window.host.update({ elapsedNs: 6e9, topSyscalls: rows });
          },
          SYSCALLS.map((row) => ({ ...row, totalNs: 1e10 - row.totalNs, calls: row.calls + 1 })),
        );
        await expect.poll(() => page.locator(".syscalls tbody tr").first().innerText()).toContain("1,835");
        expect(await names()).toEqual(before);
      });

      it("shows the slowest five in a narrow panel and the rest on demand", async () => {
        await open({ width: 300 });
        await record(1);
        const visible = (): Promise<number> => page.locator(".syscalls tbody tr:visible").count();
        expect(await visible()).toBe(5);
        await page.getByRole("button", { name: "Show 2 more" }).click();
        expect(await visible()).toBe(7);
      });
    });

    describe("layout", () => {
      it("fits panels from 170 to 1200 px wide without scrolling sideways, in two columns when wide", async () => {
        await open();
        await record(12_345);
        for (const width of [170, 199, 200, 239, 240, 249, 250, 279, 280, 300, 350, 500, 699, 700, 900, 1200]) {
          await page.setViewportSize({ width, height: 800 });
          const found = await page.evaluate(() => {
            const parts =
              "header, main, section, h1, h2, button, input, select, table, th, td, canvas, li, .value, .peak, .totals, .chart-label";
            const beyond = [...document.querySelectorAll(parts)].filter(
              (element) => element.getBoundingClientRect().right > window.innerWidth + 0.5,
            );
            const rect = (selector: string): DOMRect | undefined =>
              document.querySelector(selector)?.getBoundingClientRect();
            const columns = (rect(".log-section")?.left ?? 0) >= (rect(".figures")?.right ?? 0);
            const cut = [...document.querySelectorAll(".chart-label")].filter(
              (element) => element.scrollWidth > element.clientWidth,
            );
            const html = (elements: readonly Element[]): string[] => elements.map((element) => element.outerHTML);
            return { beyond: html(beyond), cut: html(cut), columns };
          });
          expect(found).toEqual({ beyond: [], cut: [], columns: width >= 700 });
        }
      });

      it("collapses and opens sections with the keyboard", async () => {
        await open();
        await record(10);
        const toggle = page.getByRole("button", { name: "Charts", exact: true });
        await toggle.focus();
        await page.keyboard.press("Space");
        await expect.poll(() => toggle.getAttribute("aria-expanded")).toBe("false");
        expect(await page.locator(".plot").count()).toBe(0);
        await page.keyboard.press("Space");
        await page.locator(".plot").first().waitFor();
      });
    });
  },
);
