import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/query/summary.ts";
import { RUN_FILES } from "../../src/protocol/runFiles.ts";
import { missing } from "../node/programs.ts";
import { BuiltCli } from "./cli.ts";
import { summarySchema } from "./summarySchema.ts";

const SCRIPT = "cat /etc/hostname; cat /no/such/file; echo 'ERROR: it broke' >&2; (exit 3)";

describe.skipIf(missing("strace") !== undefined)("reading runs", () => {
  let cli: BuiltCli;
  let cwd: string;
  let runs: string;
  beforeAll(async () => {
    cli = new BuiltCli();
    cwd = cli.workspace();
    runs = join(cwd, ".goldentrace/runs");
    writeFileSync(join(cwd, "kept.txt"), "kept");
    await cli.run(cwd, ["run", "-n", "first", "--artifact", "*.txt", "-m", "stage=test", "--", "sh", "-c", SCRIPT]);
    await cli.run(cwd, ["run", "-n", "second", "--", "true"]);
  });
  afterAll(() => cli.dispose());

  const folderOf = (name: string, within = runs) =>
    join(within, readdirSync(within).find((id) => id.startsWith(`${name}_`)) ?? "none");

  /** A copy of the first run's folder in a place of its own, to be damaged. */
  function copyOfFirst(name: string): string {
    const copy = join(cwd, "copies", name, "run");
    cpSync(folderOf("first"), copy, { recursive: true });
    return copy;
  }

  it("show --json has the shape that scripts rely on", async () => {
    const summary = await cli.json<RunSummary>(cwd, ["show", "first", "--json"]);
    expect(summary).toMatchObject({
      name: "first",
      command: ["sh", "-c", SCRIPT],
      cwd,
      recorder: { id: "strace" },
      state: "finished",
      complete: true,
      problems: [],
      lost: 0,
      exit: { code: 3, signal: null },
      meta: { stage: "test" },
      artifacts: [{ path: "kept.txt", bytes: 4, state: "verified" }],
      logs: { ERROR: 1 },
      sites: [],
    });
    expect(summary.wallNs).toBeGreaterThan(0);
    expect(summary.events).toBe(
      [...summary.syscalls, ...summary.unreturned].reduce((total, { calls }) => total + calls, 0),
    );
    expect(summary.errors).toContainEqual({ errno: "ENOENT", syscall: "openat", path: "/no/such/file", count: 1 });
    expect(summary.threads.map((thread) => thread.role).filter((role) => role === "main")).toHaveLength(1);
    expect(summary.envSet).toHaveProperty("LOG_LEVEL");
    for (const row of summary.syscalls) {
      expect(row.p50Ns).toBeLessThanOrEqual(row.p99Ns);
      expect(row.p99Ns).toBeLessThanOrEqual(row.maxNs);
    }
  });

  it("show --json holds every field, and no other, of runs that went well or badly", async () => {
    const killed = copyOfFirst("schema");
    const path = join(killed, RUN_FILES.manifest);
    writeFileSync(path, readFileSync(path, "utf8").replace('"state": "finished"', '"state": "recording"'));
    await cli.run(cwd, ["run", "--out", "others", "-n", "killed", "--", "sh", "-c", "kill -9 $$"]);
    await cli.run(cwd, ["run", "--out", "others", "-n", "none", "--recorder", "none", "--", "true"]);
    const foreign = join(cwd, "foreign.strace");
    writeFileSync(
      foreign,
      '7 1700000000.000001 openat(AT_FDCWD, "/x", O_RDONLY) = -1 ENOENT (No such file) <0.000010>\n',
    );
    for (const run of ["first", "second", killed, foreign]) {
      summarySchema.parse(await cli.json(cwd, ["show", run, "--json"]));
    }
    for (const name of ["killed", "none"]) {
      summarySchema.parse(await cli.json(cwd, ["show", name, "--json", "--out", "others"]));
    }
  });

  it("docs/cli.md tells of every field of show --json", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
    const table = page.slice(page.indexOf("`goldentrace show --json` prints"), page.indexOf("## Commands"));
    for (const field of Object.keys(summarySchema.shape)) expect(table).toContain(`\`${field}\``);
  });

  it("show tells all of it in words", async () => {
    const { stdout, stderr, code } = await cli.run(cwd, ["show", "first"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    for (const part of [
      "\nexit        3\n",
      "complete: ",
      "% time",
      "usecs/call",
      " total",
      "did not return: exit_group",
      "ENOENT  openat",
      "/no/such/file",
      "ERROR 1",
      "--stacks",
      "LOG_LEVEL=TRACE",
      "kept.txt",
      "verified",
      "marks       stage=test",
    ]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain("\u001b");
  });

  it.each([
    ["latest", "second"],
    ["first", "first"],
    ["firs", "first"],
    [".goldentrace/runs/FIRST", "first"],
    [".goldentrace/runs/FIRST/syscalls.arrow", "first"],
  ])("RUN may be %s", async (argument, name) => {
    const path = argument.replace(".goldentrace/runs/FIRST", () => folderOf("first"));
    expect((await cli.json<RunSummary>(cwd, ["show", path, "--json"])).name).toBe(name);
  });

  it.each([
    { argv: ["show", "frist"], code: 3, stderr: /Did you mean: first/ },
    { argv: ["show", "./nowhere"], code: 3, stderr: /no run or file/ },
    { argv: ["show", "--out", "empty", "latest"], code: 3, stderr: /Record one/ },
    { argv: ["show", "kept.txt"], code: 3, stderr: /not a trace in a known format/ },
    { argv: ["show", "a", "b"], code: 2, stderr: /does not take "b"/ },
    { argv: ["export", "first"], code: 2, stderr: /renacer-json, csv/ },
    {
      argv: ["export", "first", "-f", "csv", "-o", "no/dir/x.csv"],
      code: 1,
      stderr: /cannot be written: its folder does not exist/,
    },
    { argv: ["shwo"], code: 2, stderr: /Did you mean: goldentrace show/ },
    { argv: ["list", "--limit", "x"], code: 2, stderr: /whole number/ },
    { argv: ["clean", "--older-than", "7"], code: 2, stderr: /a time such as/ },
    { argv: [], code: 2, stderr: /Usage/ },
  ])("$argv ends with $code and says why", async ({ argv, code, stderr }) => {
    const result = await cli.run(cwd, argv);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(stderr);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it("shows what strace wrote itself, with the same counts as strace -c", async () => {
    const program = ["sh", "-c", "for i in 1 2 3; do cat /etc/hostname; done; cat /no/such"];
    const log = join(cwd, "strace.log");
    const count = join(cwd, "count.txt");
    const quiet = { cwd, stdio: "ignore" } as const;
    for (const args of [
      ["-f", "-ttt", "-T", "-o", log, ...program],
      ["-f", "-c", "-o", count, ...program],
    ]) {
      try {
        execFileSync("strace", args, quiet);
      } catch {
        // The program's own exit code is 1.
      }
    }
    await cli.run(cwd, ["run", "-n", "counted", "--no-trace-logs", "--", ...program]);
    const table = readFileSync(count, "utf8").split("\n").slice(2, -3);
    const expected = table
      .map((line) => line.trim().split(/\s+/))
      .map((cells) => `${cells.at(-1)} ${cells[3]} ${cells.length === 6 ? cells[4] : 0}`)
      .sort();
    for (const run of ["strace.log", "counted"]) {
      const { syscalls } = await cli.json<RunSummary>(cwd, ["show", run, "--json"]);
      expect(syscalls.map(({ name, calls, errors }) => `${name} ${calls} ${errors}`).sort()).toEqual(expected);
    }
  });

  it("exports every format, to a file and to standard output", async () => {
    for (const format of ["renacer-json", "csv", "strace-summary", "json", "markdown"]) {
      const { stdout, code } = await cli.run(cwd, ["export", "first", "--format", format]);
      expect(code).toBe(0);
      writeFileSync(join(cwd, "export.out"), "old");
      expect(await cli.run(cwd, ["export", "first", "-f", format, "-o", "export.out"])).toMatchObject({
        code: 0,
        stdout: "",
      });
      expect(readFileSync(join(cwd, "export.out"), "latin1")).toBe(stdout);
      if (format.endsWith("json")) {
        const { events } = await cli.json<RunSummary>(cwd, ["show", "first", "--json"]);
        const document = JSON.parse(stdout);
        expect(document.syscalls.length + (document.unreturned?.length ?? 0)).toBe(events);
      }
    }
    expect(readdirSync(cwd).filter((name) => name.startsWith(".export"))).toEqual([]);
  });

  it("prints the report that was written at the end of the run, and makes one where there is none", async () => {
    const stored = readFileSync(join(folderOf("first"), RUN_FILES.report), "latin1");
    expect((await cli.run(cwd, ["report", "first"])).stdout).toBe(stored);
    const copy = copyOfFirst("without report");
    rmSync(join(copy, RUN_FILES.report));
    const { stdout } = await cli.run(cwd, ["report", copy]);
    expect(stdout.split("\n").filter((line) => line.startsWith("#"))).toEqual(
      stored.split("\n").filter((line) => line.startsWith("#")),
    );
  });

  it("opens a run that was cut off, and says so everywhere", async () => {
    const copy = copyOfFirst("cut");
    const manifest = JSON.parse(readFileSync(join(copy, RUN_FILES.manifest), "utf8"));
    const cut = { ...manifest, state: "recording", complete: false, exit: null, wallNs: null, writer: undefined };
    writeFileSync(join(copy, RUN_FILES.manifest), JSON.stringify(cut));
    const syscalls = join(copy, RUN_FILES.syscalls);
    truncateSync(syscalls, Math.floor(readFileSync(syscalls).length * 0.7));
    rmSync(join(copy, RUN_FILES.report));
    const shownRun = await cli.run(cwd, ["show", copy]);
    expect(shownRun.code).toBe(0);
    expect(shownRun.stdout).toContain("INCOMPLETE");
    expect((await cli.json<RunSummary>(cwd, ["show", copy, "--json"])).complete).toBe(false);
    expect((await cli.run(cwd, ["report", copy])).stdout).toContain("**This trace is incomplete**");
    expect((await cli.run(cwd, ["export", copy, "-f", "csv"])).stderr).toContain("incomplete");
    expect((await cli.run(cwd, ["list", "--out", join(copy, "..")])).stdout).toContain("incomplete");
  });

  it("sees that an artifact was changed or is gone", async () => {
    const copy = copyOfFirst("artifact");
    writeFileSync(join(copy, "artifacts/kept.txt"), "KEPT");
    expect((await cli.run(cwd, ["show", copy])).stdout).toMatch(/kept\.txt .* changed/);
    rmSync(join(copy, "artifacts/kept.txt"));
    expect((await cli.run(cwd, ["show", copy])).stdout).toMatch(/kept\.txt .* missing/);
  });

  it("shows what the tables tell when the manifest is damaged, and refuses one of a newer version", async () => {
    const copy = copyOfFirst("damaged");
    const path = join(copy, RUN_FILES.manifest);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, text.length / 2));
    const shown = await cli.run(cwd, ["show", copy]);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("INCOMPLETE");
    expect(shown.stdout).toContain("run.json is damaged");
    expect(shown.stdout).toMatch(/execve/);
    expect((await cli.run(cwd, ["report", copy])).stdout).toContain("run.json is damaged");
    writeFileSync(path, text.replace(/"schemaVersion": \d+/, '"schemaVersion": 999'));
    expect(await cli.run(cwd, ["show", copy])).toMatchObject({ code: 3, stderr: expect.stringContaining("newer") });
    expect((await cli.run(cwd, ["list", "--out", join(copy, "..")])).stdout).toContain("unreadable");
  });

  it("keeps hostile names and output from the terminal", async () => {
    const evil = "evil\u001b]0;title\u0007\u202e::error::x";
    writeFileSync(join(cwd, evil), "#!/bin/sh\nprintf 'TRACE \\033[2Jgone ##vso[x]\\n' >&2\ncat '/no/\u001b[31m'\n", {
      mode: 0o755,
    });
    await cli.run(cwd, ["run", "-m", `x=${evil}`, "--", `./${evil}`]);
    for (const argv of [["show"], ["list"], ["report"], ["show", "--json"], ["list", "--names"], ["show", "--all"]]) {
      const { stdout, stderr, code } = await cli.run(cwd, argv);
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      const text = Buffer.from(stdout, "latin1").toString();
      expect(text).not.toMatch(/[\u001b\u0007]/);
      if (!argv.includes("--json")) expect(text).not.toContain("\u202e");
      expect(text.split("\n").some((line) => /^\s*::/.test(line))).toBe(false);
    }
  });

  it("ends quietly when nobody reads on", async () => {
    const node = [process.execPath, cli.path].map((word) => `'${word}'`).join(" ");
    const pipe = `set -o pipefail; ${node} export first -f json | head -c 10 >/dev/null; echo $?`;
    expect(execFileSync("bash", ["-c", pipe], { cwd, encoding: "utf8" })).toBe("0\n");
  });

  it.skipIf(missing("script") !== undefined)("keeps ids whole in a list that is narrow", async () => {
    const node = [process.execPath, cli.path].map((word) => `'${word}'`).join(" ");
    const listed = (columns: number) =>
      execFileSync("script", ["-qec", `stty cols ${columns}; NO_COLOR=1 ${node} list`, "/dev/null"], {
        cwd,
        encoding: "utf8",
      }).split(/\r?\n/);
    const id = basename(folderOf("second"));
    for (const columns of [50, 60, 80]) {
      const lines = listed(columns);
      expect(lines.some((line) => line.endsWith(`  ${id}`))).toBe(true);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    }
    for (const line of listed(40)) expect(line.length, line).toBeLessThanOrEqual(40);
  });

  it("lists newest first and cleans what is asked for", async () => {
    const place = join(cwd, "to clean");
    mkdirSync(place);
    for (const [index, id] of ["a", "b", "c"].entries()) {
      const folder = join(place, `${id}_x`);
      cpSync(folderOf("first"), folder, { recursive: true });
      const manifest = JSON.parse(readFileSync(join(folder, RUN_FILES.manifest), "utf8"));
      manifest.id = `${id}_x`;
      manifest.clocks.start.realtimeNs = String(BigInt(Date.now() - index * 86_400_000) * 1_000_000n);
      writeFileSync(join(folder, RUN_FILES.manifest), JSON.stringify(manifest));
    }
    mkdirSync(join(place, "not a run"));
    utimesSync(place, 0, 0);
    const ids = async () =>
      (await cli.run(cwd, ["list", "--names", "--out", place])).stdout.split("\n").filter(Boolean);
    expect(await ids()).toEqual(["a_x", "b_x", "c_x"]);
    const listed = await cli.json<{ id: string; outcome: string; bytes: number }[]>(cwd, [
      "list",
      "--json",
      "--out",
      place,
      "-l",
      "2",
    ]);
    expect(listed).toMatchObject([{ id: "a_x", outcome: "failed" }, { id: "b_x" }]);
    expect(listed[0]?.bytes).toBeGreaterThan(1000);
    expect((await cli.run(cwd, ["list", "--out", place, "-l", "0"])).stdout).toMatch(/^\S+ and 3 more\n$/);

    expect((await cli.run(cwd, ["clean", "--out", place])).stdout).toBe("Nothing to delete.\n");
    const dry = await cli.run(cwd, ["clean", "--keep", "1", "--dry-run", "--out", place]);
    expect(dry.stdout).toContain("would delete b_x");
    expect(dry.stdout).toMatch(/\n2 runs, .* would be freed\n$/);
    expect(await ids()).toHaveLength(3);
    expect((await cli.run(cwd, ["clean", "--older-than", "36h", "--out", place])).stdout).toContain("deleted c_x");
    expect(await ids()).toEqual(["a_x", "b_x"]);
    await cli.run(cwd, ["clean", "--keep", "0", "-q", "--out", place]);
    expect(await ids()).toEqual([]);
    expect(existsSync(join(place, "not a run"))).toBe(true);
  });
});
