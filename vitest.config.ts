import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/workbench/**"],
    // Real programs are traced in many tests; the machine's load must not fail them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
