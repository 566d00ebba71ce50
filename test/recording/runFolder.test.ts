import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completeOptions } from "../../src/node/buildRequest.ts";
import { cleanRuns } from "../../src/node/runFolder/cleanRuns.ts";
import { folderName } from "../../src/node/runFolder/create.ts";
import { listRuns } from "../../src/node/runFolder/listRuns.ts";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { restoreRuns, trashRun } from "../../src/node/runFolder/trash.ts";
import { startRecording } from "../../src/node/startRecording.ts";
import { RUN_FILES } from "../../src/protocol/runFiles.ts";

let folder = "";
let runs = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "goldentrace-runs-"));
  runs = join(folder, ".goldentrace", "runs");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Records a small program; returns the run's folder. */
async function record(): Promise<string> {
  const recording = await startRecording({
    name: "small",
    what: {
      kind: "launch",
      program: "sh",
      args: ["-c", "echo one; ls / >/dev/null; echo two >&2"],
      cwd: folder,
      env: { PATH: process.env.PATH ?? "" },
      stdio: { kind: "pipes" },
    },
    workspace: folder,
    runsDirectory: runs,
    options: completeOptions({}),
    toolVersion: "0.0.0",
  });
  return (await recording.ended).end.runFolder;
}

describe("folderName", () => {
  it("makes any name a part of a path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (name) => {
        const part = folderName(name);
        expect(part).toMatch(/^[\p{L}\p{M}\p{N}._-]+$/u);
        expect(part.startsWith(".")).toBe(false);
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(200);
      }),
    );
    expect(folderName("../../etc/passwd")).toBe("etc-passwd");
    expect(folderName("///")).toBe("run");
  });
});

describe("a run folder", () => {
  it("keeps out of the history of the project", async () => {
    await record();
    expect(readFileSync(join(folder, ".goldentrace", ".gitignore"), "utf8")).toBe("*\n");
    expect(readdirSync(join(runs, readdirSync(runs)[0] ?? "")).sort()).toEqual(
      [
        RUN_FILES.frames,
        RUN_FILES.logs,
        RUN_FILES.marks,
        RUN_FILES.metrics,
        RUN_FILES.report,
        RUN_FILES.manifest,
        RUN_FILES.signals,
        RUN_FILES.stacks,
        RUN_FILES.stderr,
        RUN_FILES.stdout,
        RUN_FILES.syscalls,
        RUN_FILES.threads,
      ].sort(),
    );
  });

  it("opens whatever table is cut wherever, and says so", async () => {
    const path = await record();
    const whole = await openRun(path);
    const table = join(path, RUN_FILES.syscalls);
    const bytes = readFileSync(table);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        writeFileSync(table, bytes);
        truncateSync(table, length);
        const { trace } = await openRun(path);
        expect(trace.problems.some((problem) => problem.losesData)).toBe(true);
        expect(trace.syscalls.length).toBeLessThanOrEqual(whole.trace.syscalls.length);
      }),
      { numRuns: 60 },
    );
  });

  it("that is larger than an array can be is refused with a way out", async () => {
    const path = await record();
    // Sparse: takes no space.
    truncateSync(join(path, RUN_FILES.syscalls), 2 ** 32 + 8);
    await expect(openRun(path)).rejects.toMatchObject({
      name: "ExpectedError",
      message: expect.stringContaining("too large to be held in memory"),
      wayOut: expect.stringContaining("polars"),
    });
  });

  it("with a damaged manifest shows what its tables tell, at every cut, and is incomplete", async () => {
    const path = await record();
    const whole = await openRun(path);
    const manifest = join(path, RUN_FILES.manifest);
    const text = readFileSync(manifest);
    // The last byte is a line feed, which JSON does without.
    for (let length = 0; length < text.length - 1; length += 97) {
      writeFileSync(manifest, text.subarray(0, length));
      const opened = await openRun(path);
      expect(opened.manifest).toMatchObject({
        complete: false,
        exit: { code: 0, signal: null },
        problems: [{ message: expect.stringContaining("run.json is damaged: it is not JSON"), losesData: true }],
      });
      expect(opened.manifest.command.program).toMatch(/sh$/);
      expect(opened.trace.syscalls).toEqual(whole.trace.syscalls);
      expect(await listRuns(runs)).toMatchObject([{ manifest: undefined, problem: expect.stringMatching(/damaged/) }]);
    }
    // Whole entries are kept beside damaged ones.
    writeFileSync(
      manifest,
      JSON.stringify({ ...whole.manifest, clocks: { start: { realtimeNs: "x" } }, lost: "many" }),
    );
    const { manifest: kept } = await openRun(path);
    expect(kept).toMatchObject({
      complete: false,
      lost: 0,
      command: whole.manifest.command,
      host: whole.manifest.host,
    });
    // Nothing at all can be read.
    const empty = join(runs, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, RUN_FILES.manifest), "\0garbage");
    await expect(openRun(empty)).rejects.toThrow(/is damaged/);
    rmSync(empty, { recursive: true });
    writeFileSync(manifest, text.toString().replace('"schemaVersion": 1', '"schemaVersion": 2'));
    await expect(openRun(path)).rejects.toThrow(/newer Goldentrace/);
    rmSync(manifest);
    await expect(openRun(path)).rejects.toThrow(/Not a run folder/);
    expect(await listRuns(runs)).toEqual([]);
  });
});

describe("runs", () => {
  it("are listed newest first, deleted, restored and cleaned", async () => {
    const first = await record();
    const second = await record();
    const third = await record();
    mkdirSync(join(runs, "something else"));
    const folders = async (): Promise<string[]> => (await listRuns(runs)).map((run) => run.folder);
    expect(await folders()).toEqual([third, second, first]);

    const trashed = await trashRun(second);
    expect(await folders()).toEqual([third, first]);
    await restoreRuns([trashed]);
    expect(await folders()).toEqual([third, second, first]);
    expect((await openRun(second)).manifest.complete).toBe(true);

    await trashRun(second);
    const { removed, trash } = await cleanRuns(runs, { keep: 1, olderThanMs: undefined });
    expect(removed.map((run) => run.folder)).toEqual([first]);
    expect(trash).toBe(1);
    expect(await folders()).toEqual([third]);
    expect(readdirSync(runs).sort()).toEqual(["something else", third.slice(runs.length + 1)].sort());
    await expect(trashRun(join(runs, "something else"))).rejects.toThrow(/Not a run folder/);
  });
});
