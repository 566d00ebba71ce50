// The entry of the tests that run inside VS Code's extension host. Both ways of starting VS Code call `run()`:
// @vscode/test-electron (desktop) and the served workbench (a page's `extensionTestsPath`).
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";

/** What is written to the file that `GOLDENTRACE_SUITE_RESULT` names, when all tests have run. */
export interface SuiteResult {
  readonly tests: readonly SuiteTest[];
}

export interface SuiteTest {
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped";
  readonly milliseconds: number;
  /** Of a failed test: its message and stack. */
  readonly error?: string;
}

/**
 * Runs every `*.suite.cjs` beside this file.
 * @throws when a test failed, so that VS Code ends with an exit code that is not 0
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 120_000, reporter: class Silent extends Mocha.reporters.Base {} });
  for (const name of readdirSync(__dirname).sort()) {
    if (name.endsWith(".suite.cjs")) {
      mocha.addFile(path.join(__dirname, name));
    }
  }
  const grep = process.env.GOLDENTRACE_SUITE_GREP;
  if (grep) {
    mocha.grep(grep);
  }
  const tests: SuiteTest[] = [];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    const record = (test: Mocha.Test | Mocha.Hook, state: SuiteTest["state"], error?: unknown) => {
      const text =
        error === undefined ? undefined : error instanceof Error ? (error.stack ?? error.message) : String(error);
      tests.push({
        title: test.fullTitle(),
        state,
        milliseconds: test.duration ?? 0,
        ...(text === undefined ? {} : { error: text }),
      });
    };
    runner.on("pass", (test) => record(test, "passed"));
    runner.on("pending", (test) => record(test, "skipped"));
    // A failing hook is reported here, too, as a failure of its own.
    runner.on("fail", (test, error) => record(test, "failed", error));
  });
  const result: SuiteResult = { tests };
  const file = process.env.GOLDENTRACE_SUITE_RESULT;
  if (file) {
    writeFileSync(file, JSON.stringify(result));
  }
  const failed = tests.filter((test) => test.state === "failed");
  if (failed.length > 0) {
    throw new Error(`${failed.length} failed:\n${failed.map((test) => `${test.title}\n${test.error}`).join("\n")}`);
  }
}
