import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { RUN_FILES, RUNS_DIRECTORY } from "../../src/protocol/runFiles.ts";
import type { RunManifest } from "../../src/protocol/runFolder.ts";
import { type AdapterProcess, BuiltAdapter, processesWith } from "./adapterProcess.ts";

/** Marks the environment of a test's program, so that whatever it leaves behind is found. */
const MARK = "GOLDENTRACE_TEST_MARK";

let built: BuiltAdapter | undefined;

/** Builds the adapter once for a test file. */
export function useAdapter(): void {
  beforeAll(async () => {
    built = await BuiltAdapter.build();
  });
  afterAll(() => built?.dispose());
}

/** A workspace for one test, with an adapter running; both are gone afterwards, and so must be the test's programs. */
export class AdapterTest {
  /** Its name is one that shells, URLs and regular expressions stumble over. */
  readonly workspace = realpathSync(mkdtempSync(path.join(tmpdir(), "goldentrace wörk$space 'x' ")));
  readonly mark = randomUUID();

  constructor() {
    onTestFinished(() => {
      // A failing test must not leave its programs to the next.
      for (const { pid } of this.programs()) killIfThere(pid);
      rmSync(this.workspace, { recursive: true, force: true });
    });
  }

  adapter(...args: string[]): AdapterProcess {
    if (built === undefined) throw new Error("useAdapter was not called");
    const adapter = built.start(...args);
    onTestFinished(() => adapter.stop());
    return adapter;
  }

  /** Launch arguments for a shell script. */
  script(text: string, more: object = {}): object {
    return this.program("/bin/bash", ["-c", text], more);
  }

  program(program: string, args: string[], more: object = {}): object {
    const env = { [MARK]: this.mark };
    return { name: "test", program, args, workspace: this.workspace, cwd: this.workspace, env, ...more };
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, [MARK]: this.mark };
  }

  /** The test's programs, and tracers that wait for them, that are alive. */
  programs(): { pid: number; command: string }[] {
    return processesWith(MARK, this.mark);
  }

  expectNothingLeft(): void {
    expect(this.programs()).toEqual([]);
  }

  write(file: string, text: string): string {
    const target = path.join(this.workspace, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  /** Folders of the runs recorded, oldest first. */
  get runs(): string[] {
    const runs = path.join(this.workspace, RUNS_DIRECTORY);
    return readdirSync(runs)
      .sort()
      .map((name) => path.join(runs, name));
  }

  /** The manifest of the only run. */
  manifest(): RunManifest {
    const [run, ...others] = this.runs;
    if (run === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} runs`);
    return JSON.parse(readFileSync(path.join(run, RUN_FILES.manifest), "utf8"));
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
