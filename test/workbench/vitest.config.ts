import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["ui/**/*.ui.ts"],
    // Every file has a VS Code server and a browser of its own: more than one at a time only makes all of them slow.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
