import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/workbench/**"],
    // Real programs are traced in many tests; the machine's load must not fail them.
    // On CI a test of real processes that fails gets a second chance, so that a busy machine does not refuse a change; the
    // report still names it. At the desk every failure counts.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
