import { readFileSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Who may import whom. The whole rule; folders not named here may not exist below src/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ["base"],
  engine: ["base", "protocol"],
  node: ["base", "protocol", "engine"],
  adapter: ["base", "protocol", "engine", "node"],
  cli: ["base", "protocol", "engine", "node"],
  extension: ["base", "protocol", "engine", "node", "adapter", "cli"],
  webview: ["base", "protocol", "engine/trace", "engine/query", "engine/view"],
};

/** Folders that hold no TypeScript of ours. */
const OTHER_LANGUAGES = ["agent", "recorder"];

/** Modules from outside, by the folders that may use them. Everything else is free to the rings from `node` outwards. */
const PURE = ["base", "protocol", "engine"];
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: ["zod/mini"],
  engine: ["apache-arrow", "smol-toml", "toml-eslint-parser", "yaml", "zod/mini"],
};

const root = path.resolve(import.meta.dirname, "..");

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Every import of every source file: static, type-only, re-export and dynamic, as the TypeScript scanner sees them. */
function edges(): Edge[] {
  const files = globSync(["src/**/*.{ts,tsx}", "!src/**/*.test.{ts,tsx}"], { cwd: root });
  return files.flatMap((file) =>
    ts.preProcessFile(readFileSync(path.join(root, file), "utf8"), true, true).importedFiles.map(({ fileName }) => ({
      from: file,
      to: fileName.startsWith(".") ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
    })),
  );
}

const folderOf = (file: string): string => file.split("/")[1] ?? "";

describe("architecture", () => {
  const all = edges();

  it("sees the whole tree", () => {
    expect(all.length).toBeGreaterThan(50);
    const folders = new Set(globSync("src/*/**/*", { cwd: root }).map((file) => folderOf(file)));
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT) && !OTHER_LANGUAGES.includes(folder))).toEqual([]);
  });

  it("imports only what the table allows", () => {
    const broken = all.filter(({ from, to }) => {
      if (!to.startsWith("src/")) return false;
      const allowed = [folderOf(from), ...(MAY_IMPORT[folderOf(from)] ?? [])];
      return !allowed.some((folder) => to.startsWith(`src/${folder}/`));
    });
    expect(broken).toEqual([]);
  });

  it("keeps the pure rings free of Node, the editor and unlisted packages", () => {
    const broken = all.filter(
      ({ from, to }) =>
        PURE.includes(folderOf(from)) && !to.startsWith("src/") && !PURE_PACKAGES[folderOf(from)]?.includes(to),
    );
    expect(broken).toEqual([]);
  });

  it("imports vscode in the extension alone, and no Node module in webviews", () => {
    expect(all.filter(({ from, to }) => to === "vscode" && folderOf(from) !== "extension")).toEqual([]);
    expect(all.filter(({ from, to }) => to.startsWith("node:") && folderOf(from) === "webview")).toEqual([]);
  });

  it("leaves no import path that points outside src", () => {
    expect(all.filter(({ to }) => to.startsWith("..") || to.startsWith("test/"))).toEqual([]);
  });
});
