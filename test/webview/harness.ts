// Serves the Live view's real page and bundle on localhost, beside a scripted extension host, and opens it in the system's Chromium.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import * as esbuild from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { liveHtml } from "../../src/extension/live/html.ts";
import { THEMES, type ThemeName } from "./themes.ts";

const root = path.resolve(import.meta.dirname, "../..");
const codicons = path.join(root, "node_modules/@vscode/codicons/dist");
const NONCE = "bm9uY2U";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The system's browser, or undefined: the tests then skip and say so (`npm test` installs it). */
export const browserPath: string | undefined = [process.env.CHROMIUM_PATH, ...BROWSERS].find(
  (candidate) => candidate !== undefined && existsSync(candidate),
);

/** Chromium in a container has no sandbox and no GPU, and has no business on the network beyond the page. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly setup?: "untrusted" | "running";
  readonly scale?: number;
  readonly reducedMotion?: boolean;
  readonly forcedColors?: boolean;
}

export class Harness {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly origin: string,
  ) {}

  static async start(): Promise<Harness> {
    if (browserPath === undefined) throw new Error(`No browser at ${BROWSERS.join(", ")}`);
    const files = await bundle();
    const server = createServer((request, response) => {
      const name = new URL(request.url ?? "/", "http://localhost").pathname;
      const file = files.get(name);
      response.writeHead(file === undefined ? 404 : 200, { "Content-Type": file?.type ?? "text/plain" });
      response.end(file?.body ?? "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    files.set("/", { type: "text/html", body: page(origin) });
    const browser = await chromium.launch({ executablePath: browserPath, headless: true, args: FLAGS });
    return new Harness(server, browser, origin);
  }

  /** Opens the view in a fresh browser context. Errors of the page and violations of its policy fail the test through `page.errors`. */
  async open(options: OpenOptions = {}): Promise<{ page: Page; errors: string[] }> {
    const theme = THEMES[options.theme ?? "dark"];
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 350, height: options.height ?? 900 },
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
      forcedColors: options.forcedColors === true ? "active" : "none",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.text().includes("Content Security Policy")) errors.push(message.text());
    });
    await page.addInitScript(applyTheme, theme);
    await page.goto(`${this.origin}/?setup=${options.setup ?? ""}`);
    await page.locator("main > *").first().waitFor();
    return { page, errors };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What VS Code does to a webview's page: variables on the root element, the kind of theme as classes of the body. */
export function applyTheme(theme: { readonly classes: string; readonly variables: object }): void {
  const apply = (): void => {
    const { style } = document.documentElement;
    for (const name of [...style]) if (name.startsWith("--vscode-")) style.removeProperty(name);
    for (const [name, value] of Object.entries(theme.variables)) style.setProperty(name, String(value));
    document.body.className = theme.classes;
    // VS Code gives the side panel's colour to the page around the view.
    style.backgroundColor = "var(--vscode-sideBar-background)";
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", apply, { once: true });
  else apply();
}

function page(origin: string): string {
  const html = liveHtml({
    cspSource: origin,
    nonce: NONCE,
    scriptUri: `${origin}/live.js`,
    styleUri: `${origin}/live.css`,
    codiconUri: `${origin}/codicon.css`,
  });
  // The scripted host must be there before the view; VS Code injects its own script likewise.
  return html.replace("<head>", `<head><script nonce="${NONCE}" src="${origin}/host.js"></script>`);
}

interface ServedFile {
  readonly type: string;
  readonly body: Uint8Array | string;
}

async function bundle(): Promise<Map<string, ServedFile>> {
  const common = { bundle: true, write: false, target: "chrome130", outdir: "/", logLevel: "warning" } as const;
  const [view, host] = await Promise.all([
    esbuild.build({
      ...common,
      entryPoints: { live: path.join(root, "src/webview/live/main.tsx") },
      format: "esm",
      jsx: "automatic",
      jsxImportSource: "preact",
    }),
    esbuild.build({
      ...common,
      entryPoints: { host: path.join(import.meta.dirname, "scriptedHost.ts") },
      format: "iife",
    }),
  ]);
  const files = new Map<string, ServedFile>();
  for (const { path: name, contents } of [...view.outputFiles, ...host.outputFiles]) {
    files.set(name, { type: name.endsWith(".css") ? "text/css" : "text/javascript", body: contents });
  }
  files.set("/codicon.css", { type: "text/css", body: readFileSync(path.join(codicons, "codicon.css")) });
  files.set("/codicon.ttf", { type: "font/ttf", body: readFileSync(path.join(codicons, "codicon.ttf")) });
  return files;
}
