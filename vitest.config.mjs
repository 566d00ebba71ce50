import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Vitest leaves one processor to itself, which on a machine with two means one file at a time, while tests of real
    // programs mostly wait.
    maxWorkers: Math.max(2, availableParallelism()),
    // Real programs are traced in many tests; the machine's load must not fail them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is awaited comes; how soon is the machine's affair.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        // Pure code: its files need not load everything anew for each of them.
        test: { name: "code", include: ["src/**/*.test.ts", "src/**/*.test.tsx"], isolate: false },
      },
      {
        extends: true,
        test: {
          name: "programs",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/workbench/**"],
        },
      },
    ],
  },
});
