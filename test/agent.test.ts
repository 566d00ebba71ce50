import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const agent = path.join(import.meta.dirname, "..", "src", "agent");

test("the Python startup module passes its own tests", () => {
  const { status, stderr, error } = spawnSync("python3", ["-m", "unittest", "discover", "-s", "tests"], {
    cwd: agent,
    encoding: "utf8",
  });
  expect(error).toBeUndefined();
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Ran [1-9]\d* tests[\s\S]*OK/);
});
