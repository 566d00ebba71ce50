// Runs the benches of this folder one after another, each in a process of its own: `npm run bench [NAME [ARGUMENTS…]]`.
// They print figures and ratios; nothing here passes or fails.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const ending = ".bench.ts";
const folder = import.meta.dirname;
const root = path.resolve(folder, "../..");
const [wanted, ...rest] = process.argv.slice(2);
const benches = readdirSync(folder)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length));
const chosen = benches.filter((bench) => wanted === undefined || bench === wanted);
if (chosen.length === 0) {
  console.error(`There is no bench "${wanted}". There are: ${benches.join(", ")}.`);
  process.exit(2);
}

/**
 * Modules keep their own places when they are bundled: `import.meta.dirname` and `import.meta.url` are those of the source.
 * @type {import("esbuild").Plugin}
 */
const sourcePlaces = {
  name: "source places",
  setup(build) {
    build.onLoad({ filter: /\.(ts|tsx|mjs)$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const contents = text
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)))
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: file.endsWith(".tsx") ? "tsx" : file.endsWith(".ts") ? "ts" : "js" };
    });
  },
};

let status = 0;
// Below node_modules, so that the bundles find the packages that they leave outside.
const bundles = mkdtempSync(path.join(root, "node_modules/.goldentrace-bench-"));
try {
  for (const bench of chosen) {
    console.log(`\n== ${bench} ==`);
    const script = path.join(bundles, `${bench}.mjs`);
    await esbuild.build({
      entryPoints: [path.join(folder, `${bench}${ending}`)],
      outfile: script,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      plugins: [sourcePlaces],
      sourcemap: "inline",
      // Constants in place of variables, as in the bundles that are shipped.
      minifySyntax: true,
      logLevel: "warning",
    });
    const { status: code } = spawnSync(process.execPath, [script, ...rest], { stdio: "inherit" });
    if (code !== 0) status = 1;
  }
} finally {
  rmSync(bundles, { recursive: true });
}
process.exitCode = status;
