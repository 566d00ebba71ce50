import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfiles = ["package-lock.json", "test/workbench/package-lock.json"];

function lockedPackages(name: string): Map<string, LockedPackage> {
  const text = readFileSync(path.join(import.meta.dirname, "..", name), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  return new Map(Object.entries(packages));
}

// A lockfile that names the registry of whoever wrote it cannot be installed from behind another one.
test.each(lockfiles)("%s names no registry, and a checksum for every package", (name) => {
  const packages = lockedPackages(name);
  packages.delete("");
  expect(packages.size).toBeGreaterThan(0);
  const wrong = [...packages].filter(
    ([, { resolved, integrity }]) => resolved !== undefined || integrity === undefined,
  );
  expect(wrong).toEqual([]);
});

// `npm install` leaves out an optional package that its registry does not have; `npm ci` then refuses the lockfile.
test.each(lockfiles)("%s has every package that another one asks for", (name) => {
  const packages = lockedPackages(name);
  const missing: string[] = [];
  for (const [folder, { dependencies, optionalDependencies }] of packages) {
    for (const wanted of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (!placesOf(folder, wanted).some((place) => packages.has(place))) {
        missing.push(`${wanted}, for ${folder}`);
      }
    }
  }
  expect(missing).toEqual([]);
});

/** Where Node looks for a package that is asked for in `folder`: beside it, then further up. */
function placesOf(folder: string, wanted: string): string[] {
  const places = [];
  for (let parent = folder; ; parent = parent.slice(0, parent.lastIndexOf("node_modules/")).replace(/\/$/, "")) {
    places.push(`${parent === "" ? "" : `${parent}/`}node_modules/${wanted}`);
    if (parent === "") {
      return places;
    }
  }
}
