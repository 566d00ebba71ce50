// Builds every bundle from one table. `node esbuild.mjs [--watch] [--minify] [--only=FILE] [--dist=DIRECTORY]`.
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");
const minify = process.argv.includes("--minify");
const option = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const only = option("only");
const dist = option("dist") ?? "dist";
const inDist = (file) => path.join(dist, path.relative("dist", file));
const require = createRequire(import.meta.url);

/** Lines for the `$esbuild-watch` problem matcher in .vscode/tasks.json. */
const problemMatcher = {
  name: "problem-matcher",
  setup(build) {
    build.onStart(() => {
      if (watch) console.log("[watch] build started");
    });
    build.onEnd((result) => {
      for (const { text, location } of result.errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
      }
      if (watch) console.log("[watch] build finished");
    });
  },
};

const common = {
  bundle: true,
  sourcemap: minify ? false : "linked",
  minify,
  legalComments: "none",
  logLevel: "warning",
  // CommonJS bundles ask for __dirname first.
  logOverride: { "empty-import-meta": "silent" },
  plugins: [problemMatcher],
};

/** An ESM bundle on Node still meets CommonJS dependencies that call `require`. */
const esmRequire = {
  js: "import { createRequire as goldentraceCreateRequire } from 'node:module';const require = goldentraceCreateRequire(import.meta.url);",
};

/** A CommonJS bundle meets ESM dependencies that ask where they are. */
const cjsUrl = {
  banner: { js: "const goldentraceModuleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { "import.meta.url": "goldentraceModuleUrl" },
};

/** What the extension imports dynamically: bundles of their own, so that activation reads and compiles nothing of them. */
const parts = {
  comparisonFile: "src/node/comparisonFile.ts",
  configProblems: "src/node/configProblems.ts",
  discoverPrograms: "src/node/discoverPrograms.ts",
  goldenBackup: "src/node/golden/goldenBackup.ts",
  listRuns: "src/node/runFolder/listRuns.ts",
  manifest: "src/node/runFolder/manifest.ts",
  trash: "src/node/runFolder/trash.ts",
  writers: "src/engine/write/index.ts",
};

/** Such bundles that use the editor's API themselves. */
const editorParts = { goldens: "src/extension/goldens.ts" };
const allParts = { ...parts, ...editorParts };

/** @param {string} folder of the parts, as seen from the bundle */
const activation = (folder) => ({
  name: "activation",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path: wanted, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const source = path.relative(import.meta.dirname, path.resolve(resolveDir, wanted));
      const part = Object.keys(allParts).find((name) => allParts[name] === source);
      if (part === undefined) return { errors: [{ text: `${source} is not in the table of parts in esbuild.mjs` }] };
      return { path: `${folder}/${part}.cjs`, external: true };
    });
    // esbuild would copy every property of the API for every importing module: a third of the time of loading.
    build.onLoad({ filter: /src\/extension\/.*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const contents = text.replace('import * as vscode from "vscode";', 'const vscode = require("vscode");');
      return { contents, loader: "ts" };
    });
  },
});

const sharedErrors = {
  name: "shared errors",
  setup(build) {
    // `instanceof` works only where a class is there once.
    build.onResolve({ filter: /\/errors\.ts$/ }, () => ({ path: "../extension.cjs", external: true }));
  },
};

// `vscode` is external in the extension's bundles alone: a run-time import anywhere else breaks the build.
const targets = [
  {
    entryPoints: ["src/extension/main.ts"],
    outfile: "dist/extension.cjs",
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode"],
    supported: { "dynamic-import": false },
    plugins: [problemMatcher, activation("./extension")],
  },
  {
    entryPoints: parts,
    outdir: "dist/extension",
    outExtension: { ".js": ".cjs" },
    platform: "node",
    format: "cjs",
    target: "node22",
    plugins: [problemMatcher, sharedErrors],
  },
  {
    entryPoints: editorParts,
    outdir: "dist/extension",
    outExtension: { ".js": ".cjs" },
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["vscode"],
    supported: { "dynamic-import": false },
    plugins: [problemMatcher, sharedErrors, activation(".")],
  },
  {
    entryPoints: ["src/adapter/main.ts"],
    outfile: "dist/adapter.cjs",
    platform: "node",
    format: "cjs",
    target: "node20",
    ...cjsUrl,
  },
  {
    entryPoints: ["src/node/runWorker.ts"],
    outfile: "dist/runWorker.cjs",
    platform: "node",
    format: "cjs",
    target: "node20",
    ...cjsUrl,
  },
  {
    entryPoints: ["src/cli/main.ts"],
    outfile: "dist/cli.mjs",
    // Its main file is a UMD module, whose own imports no bundler finds.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: `#!/usr/bin/env node\n${esmRequire.js}` },
  },
  {
    entryPoints: { live: "src/webview/live/main.tsx" },
    outdir: "dist/webview",
    platform: "browser",
    format: "esm",
    target: "chrome130",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".ttf": "file" },
  },
];

/** Files that ship as they are. */
const copies = [
  [require.resolve("@vscode/codicons/dist/codicon.css"), "dist/webview/codicon.css"],
  [require.resolve("@vscode/codicons/dist/codicon.ttf"), "dist/webview/codicon.ttf"],
  ["src/agent/startup/sitecustomize.py", "dist/agent/startup/sitecustomize.py"],
];

for (const [from, to] of copies) {
  await mkdir(path.dirname(inDist(to)), { recursive: true });
  await copyFile(from, inDist(to));
}

const chosen = targets
  .filter(({ outfile }) => only === undefined || outfile === `dist/${only}`)
  .map(({ outfile, outdir, ...target }) => ({
    ...common,
    ...target,
    ...(outfile === undefined ? { outdir: inDist(outdir) } : { outfile: inDist(outfile) }),
  }));

if (watch) {
  const contexts = await Promise.all(chosen.map((target) => esbuild.context(target)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await Promise.all(chosen.map((target) => esbuild.build(target)));
}
