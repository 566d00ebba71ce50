import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

// A lockfile that names the registry of whoever wrote it cannot be installed from behind another one.
test.each(["package-lock.json", "test/workbench/package-lock.json"])("%s names no registry", (name) => {
  const text = readFileSync(path.join(import.meta.dirname, "..", name), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, { resolved?: string; integrity?: string }> };
  const entries = Object.entries(packages).filter(([folder]) => folder !== "");
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  expect(entries.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  expect(text).not.toMatch(/"https?:\/\/[^"]*\.tgz"/);
});
