import { defineConfig } from "vitest/config";

// `npm run pictures` takes the documentation's pictures, which is no test.
const pictures = process.env.GOLDENTRACE_PICTURES !== undefined;
// vsix.mjs installs the package into a server's data and names the folder here: then its tests run, and only they.
const installed = process.env.GOLDENTRACE_INSTALLED_DATA !== undefined;

export default defineConfig({
  test: {
    include: [pictures ? "pictures/**/*.ui.ts" : installed ? "installed/**/*.ui.ts" : "ui/**/*.ui.ts"],
    // Every file has a VS Code server and a browser of its own: more than one at a time only makes all of them slow.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
