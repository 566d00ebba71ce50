// Runs the benches of this folder one after another, each in a process of its own: `npm run bench [NAME [ARGUMENTS…]]`.
// They print figures and ratios; nothing here passes or fails.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

const folder = import.meta.dirname;
const root = path.resolve(folder, "../..");
const [wanted, ...rest] = process.argv.slice(2);
const benches = readdirSync(folder).filter(
  (file) => file.endsWith(".bench.ts") || (file.endsWith(".mjs") && file !== "run.mjs"),
);
const nameOf = (file) => file.replace(/(\.bench\.ts|\.mjs)$/, "");
const chosen = benches.filter((file) => wanted === undefined || nameOf(file) === wanted);
if (chosen.length === 0) {
  console.error(`There is no bench "${wanted}". There are: ${benches.map(nameOf).join(", ")}.`);
  process.exit(2);
}

let status = 0;
// Below node_modules, so that the bundles find the packages that they leave outside.
const bundles = mkdtempSync(path.join(root, "node_modules/.goldentrace-bench-"));
try {
  for (const file of chosen) {
    console.log(`\n== ${nameOf(file)} ==`);
    let script = path.join(folder, file);
    if (file.endsWith(".ts")) {
      script = path.join(bundles, `${nameOf(file)}.mjs`);
      await esbuild.build({
        entryPoints: [path.join(folder, file)],
        outfile: script,
        bundle: true,
        platform: "node",
        format: "esm",
        packages: "external",
        sourcemap: "inline",
        logLevel: "warning",
      });
    }
    const { status: code } = spawnSync(process.execPath, [script, ...rest], { stdio: "inherit" });
    if (code !== 0) status = 1;
  }
} finally {
  rmSync(bundles, { recursive: true });
}
process.exitCode = status;
