import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify, tracerOf } from "../../src/node/processes.ts";
import { listRuns } from "../../src/node/runFolder/listRuns.ts";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { RUN_FILES } from "../../src/protocol/runFiles.ts";
import type { RunManifest } from "../../src/protocol/runFolder.ts";
import { Bench, finish, processesWith, readOutcome, runBare, started, until } from "./support.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] as const;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.make();
  chmodSync(bench.folder, 0o777);
});
afterAll(() => bench.remove());

function manifestOf(outcome: Awaited<ReturnType<Bench["record"]>>["outcome"]): RunManifest {
  if (outcome.kind === "refused") throw new Error(`${outcome.message}\n${outcome.wayOut}`);
  return outcome.manifest;
}

describe("what cannot be started is refused before anything happens", () => {
  const script = (name: string, text: string, mode = 0o755): string => {
    const path = join(bench.folder, name);
    writeFileSync(path, text, { mode });
    return path;
  };

  it.each([
    {
      title: "a program that is not there",
      command: () => ["no-such-program-here"],
      code: "not-found",
      message: "Program not found on PATH: no-such-program-here",
    },
    {
      title: "a path that is not there",
      command: () => ["./missing"],
      code: "not-found",
      message: "No such program: ./missing",
    },
    { title: "a directory", command: () => ["/usr"], code: "not-executable", message: "Is a directory" },
    {
      title: "a file without permission",
      command: () => [script("data", "echo hi\n", 0o644)],
      code: "not-executable",
      message: "is not executable",
    },
    {
      title: "a script whose interpreter is missing",
      command: () => [script("bad script", "#!/no/such/interpreter -x\n")],
      code: "not-found",
      message: "needs the interpreter /no/such/interpreter",
    },
    {
      title: "a program whose loader is missing",
      command: () => [bench.compile("crash.c", "-Wl,--dynamic-linker=/no/loader.so")],
      code: "not-found",
      message: "needs the dynamic loader /no/loader.so",
    },
    {
      title: "bytes that are no program",
      command: () => [script("garbage", "\0\x01\x02")],
      code: "not-executable",
      message: "Not a program for this machine",
    },
    {
      title: "a recorder that is not in this version",
      command: () => ["true"],
      options: { recorder: "native" as const },
      code: "usage",
      message: "The recorder native is not in this version of Goldentrace",
    },
    ...(["auto", "strace"] as const).flatMap((recorder) =>
      [
        ["not there", "/no/strace", "there is no file /no/strace"],
        ["not on PATH", "no-such-strace", "there is no no-such-strace on PATH"],
        ["a directory", "/usr", "/usr is not a file"],
        ["not executable", "/etc/passwd", "/etc/passwd is not executable"],
        ["another program", "/bin/true", "/bin/true is not strace"],
        ["another program on PATH", "cat", "is not strace"],
      ].map(([what = "", stracePath = "", message = ""]) => ({
        title: `a strace that is ${what} (${recorder})`,
        command: () => ["true"],
        options: { recorder, stracePath },
        code: "tracer-missing",
        message,
      })),
    ),
  ])("$title", async ({ command, code, message, options }) => {
    const runs = join(bench.folder, "refused");
    const { outcome } = await bench.record(command(), { runs, ...(options === undefined ? {} : { options }) });
    expect(outcome).toMatchObject({ kind: "refused", code, message: expect.stringContaining(message) });
    expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
  });

  it("a working directory that is not there", async () => {
    const { outcome } = await bench.record(["true"], { cwd: join(bench.folder, "gone") });
    expect(outcome).toMatchObject({ kind: "refused", message: expect.stringContaining("working directory") });
  });

  it("a folder for runs that cannot be made", async () => {
    writeFileSync(join(bench.folder, "file"), "");
    const { outcome } = await bench.record(["touch", join(bench.folder, "started")], {
      runs: join(bench.folder, "file", "runs"),
    });
    expect(outcome).toMatchObject({ kind: "refused", message: expect.stringContaining("Runs cannot be stored") });
    expect(existsSync(join(bench.folder, "started"))).toBe(false);
  });
});

describe("hostile names", () => {
  it.each(["a b", `quote'"s`, "$HOME `id`", "new\nline", "ünï😀", "-rf", "<b>x&amp;", "back\\slash", "%s%n"])(
    "a workspace, program and run called %j",
    async (name) => {
      const cwd = bench.directory(name);
      const program = join(cwd, `${name}.sh`);
      writeFileSync(program, '#!/bin/sh\npwd\necho "$1"\n', { mode: 0o755 });
      const recorded = await bench.record([program, name], { cwd, workspace: cwd, runs: join(cwd, "runs"), name });
      expect(recorded.stdout.toString()).toBe(`${cwd}\n${name}\n`);
      const manifest = manifestOf(recorded.outcome);
      expect(manifest).toMatchObject({ name, complete: true, command: { program, args: [name], cwd } });
      const [run] = await listRuns(join(cwd, "runs"));
      expect(run?.id).toMatch(/^[\p{L}\p{M}\p{N}_.-]+_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}_[0-9a-f]{4}$/u);
      const { trace } = await openRun(run?.folder ?? "");
      expect(trace.problems).toEqual([]);
      expect(trace.threads[0]?.execs[0]).toBe(program);
    },
  );
});

describe("the recorder is killed", () => {
  it.each([
    { when: "at once", calls: 0 },
    { when: "after the first batches", calls: 1000 },
    { when: "in the middle", calls: 10_000 },
  ])("$when", async ({ when, calls }) => {
    const runs = bench.directory(`killed ${when}`);
    const word = `killed-${process.pid}-${calls}`;
    const script = `i=0; while :; do i=$((i+1)); echo "line $i"; stat /tmp >/dev/null; done`;
    const job = bench.job(["bash", "-c", script, word], { runs });
    const recorder = bench.spawnRecorder(job, { stdio: ["ignore", "pipe", "ignore"] });
    recorder.stdout?.resume();
    const { runFolder } = await started(job);
    // What can be read before the end must be there after it.
    const before = await untilAsync(
      () => openRun(runFolder),
      (run) => run.trace.syscalls.length >= calls && (calls === 0 || run.trace.logs.text.length > 0),
    );
    recorder.kill("SIGKILL");
    await new Promise((gone) => recorder.once("exit", gone));
    const [run] = await listRuns(runs);
    expect(run).toMatchObject({ alive: false, manifest: { state: "recording", complete: false } });
    const { manifest, trace } = await openRun(run?.folder ?? "");
    expect(manifest.complete).toBe(false);
    expect(trace.problems.map(({ kind }) => kind)).toContain("recorder-died");
    expect(manifest.counts.syscalls).toBe(trace.syscalls.length);
    expect(trace.syscalls.length).toBeGreaterThanOrEqual(before.trace.syscalls.length);
    if (calls > 0) expect(trace.logs.text[0]).toBe("line 1");
    // Its output has no reader any more, so the program ends as it would without us.
    await until(
      () => processesWith(word),
      (left) => left.length === 0,
    );
  });
});

describe("the recorder is killed while the program has a terminal or file of its own", () => {
  it.each([
    { filter: "", traced: false },
    // The kernel filters calls for the tracer: without one they would fail.
    { filter: "openat,write", traced: true },
  ])("the program goes on and nothing else is printed there (filter $filter)", async ({ filter, traced }) => {
    const word = `on-its-own-${process.pid}-${filter.length}`;
    const go = join(bench.folder, `${word}-go`);
    const output = join(bench.folder, `${word}-output`);
    const descriptor = openSync(output, "w");
    const script =
      'echo one; while ! test -e "$1"; do sleep 0.02; done; /bin/echo two; ls "$1" >/dev/null; echo three >&2';
    const job = bench.job(["sh", "-c", script, word, go], { options: { filter } });
    const recorder = bench.spawnRecorder(job, { stdio: ["ignore", descriptor, descriptor] });
    const { pid } = await started(job);
    await until(
      () => readFileSync(output, "utf8"),
      (text) => text === "one\n",
    );
    const tracer = await until(
      () => tracerOf(pid),
      (seen) => seen !== 0,
    );
    const reader = `/proc/${recorder.pid}/fd/`;
    await until(
      () => processesWith(reader).length,
      (count) => count >= 2,
    );
    recorder.kill("SIGKILL");
    await new Promise((gone) => recorder.once("exit", gone));
    if (!traced) {
      await until(
        () => tracerOf(pid),
        (seen) => seen === 0,
      );
    }
    writeFileSync(go, "");
    for (const path of [word, reader]) {
      await until(
        () => processesWith(path),
        (left) => left.length === 0,
      );
    }
    expect(identify(tracer)).toBeUndefined();
    expect(readFileSync(output, "utf8")).toBe("one\ntwo\nthree\n");
    closeSync(descriptor);
  });
});

describe("the disk takes no more", () => {
  it("because of a limit on file sizes: the program is not affected and the run says so", async () => {
    const script = "for i in $(seq 1 4000); do echo line $i of many; done; echo end >&2; exit 5";
    // The limit is the recorder's; the program gets its own back.
    const recorded = await bench.record(["prlimit", "--fsize=unlimited", "bash", "-c", script], {
      prefix: ["prlimit", "--fsize=300000:unlimited"],
    });
    expect(recorded.code).toBe(5);
    expect(recorded.stdout.toString().split("\n").length).toBe(4001);
    expect(recorded.stderr.toString()).toBe("end\n");
    const manifest = manifestOf(recorded.outcome);
    expect(manifest).toMatchObject({ complete: false, state: "finished", exit: { code: 5 } });
    expect(manifest.problems.map(({ kind }) => kind)).toContain("disk-full");
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.syscalls.length).toBeGreaterThan(100);
    // What `list` prints comes from the manifest, what `show` prints from the tables.
    expect(manifest.counts).toMatchObject({ syscalls: trace.syscalls.length, logLines: trace.logs.length });
    const [problem] = manifest.problems.filter(({ kind }) => kind === "disk-full");
    expect(manifest.lost).toBe(problem?.count);
    expect(manifest.lost).toBeGreaterThan(1000);
    expect(problem?.message).toContain("were seen but are not in the run");
  });

  it.skipIf(!isRoot)("because it is full (a small tmpfs; needs root)", async () => {
    const mount = bench.directory("small disk");
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", mount]).status).toBe(0);
    try {
      const script = "for i in $(seq 1 6000); do echo line $i of many; done; exit 5";
      const recorded = await bench.record(["bash", "-c", script], { runs: join(mount, "runs") });
      expect(recorded.code).toBe(5);
      expect(recorded.stdout.toString().split("\n").length).toBe(6001);
      const manifest = manifestOf(recorded.outcome);
      expect(manifest.problems.map(({ kind }) => kind)).toContain("disk-full");
      const opened = await openRun(join(mount, "runs", manifest.id));
      expect(opened.manifest).toMatchObject({ state: "finished", complete: false, exit: { code: 5 } });
      expect(opened.trace.syscalls.length).toBeGreaterThan(0);

      const refused = await bench.record(["true"], { runs: join(mount, "runs") });
      expect(refused.outcome).toMatchObject({ kind: "refused", code: "disk-full" });
    } finally {
      spawnSync("umount", ["-l", mount]);
    }
  });
});

describe("many and much", () => {
  it("300 short-lived children", async () => {
    const recorded = await bench.record(["dash", "-c", "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"]);
    const manifest = manifestOf(recorded.outcome);
    expect(manifest).toMatchObject({ complete: true, exit: { code: 0 } });
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.threads.filter(({ role }) => role === "process").length).toBe(300);
    expect(trace.threads.every(({ exit }) => exit?.kind === "exited" && exit.code === 0)).toBe(true);
    expect(new Set(trace.threads.map(({ parent }) => parent))).toEqual(new Set([-1, 0]));
  });

  it("60 MB of output arrive unchanged", async () => {
    const script = 'head -c 60000000 /dev/zero | tr "\\0" "x" | fold -w 999; exit 4';
    const job = bench.job(["bash", "-c", script]);
    const recorder = bench.spawnRecorder(job, { stdio: ["ignore", "pipe", "inherit"] });
    let bytes = 0;
    let other = 0;
    recorder.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      for (let at = 0; at < chunk.length; at += 4093) if (chunk[at] !== 120 && chunk[at] !== 10) other++;
    });
    const [code] = await new Promise<[number | null]>((gone) => recorder.once("close", (status) => gone([status])));
    expect({ code, bytes, other }).toEqual({ code: 4, bytes: 60_060_060, other: 0 });
    const manifest = manifestOf(readOutcome(job));
    expect(manifest.counts.stdoutBytes).toBe(60_060_060);
    expect(statSync(join(bench.runs, manifest.id, RUN_FILES.stdout)).size).toBe(60_060_060);
  });

  it("a reader that goes away ends the program as without us", async () => {
    const job = bench.job(["yes"]);
    const recorder = bench.spawnRecorder(job, { stdio: ["ignore", "pipe", "pipe"] });
    recorder.stdout?.once("data", () => recorder.stdout?.destroy());
    await new Promise((gone) => recorder.once("close", gone));
    expect(manifestOf(readOutcome(job)).exit).toMatchObject({ signal: "SIGPIPE" });
  });
});

describe("one file for both streams", () => {
  it("keeps the order of lines, and records them", async () => {
    const script = 'for i in 1 2 3 4 5; do echo "out $i"; echo "err $i" >&2; done';
    const bare = await runBare(["bash", "-c", `(${script}) 2>&1`], { cwd: bench.folder });
    const job = bench.job(["python3", "-c", PRINTS_BOTH]);
    const ended = await finish(
      bench.spawnRecorder(job, { stdio: ["ignore", "pipe", "inherit"] }, ["sh", "-c", '"$@" 2>&1', "sh"]),
    );
    expect(ended.stdout.toString()).toBe(bare.stdout.toString());
    const manifest = manifestOf(readOutcome(job));
    expect(manifest.capture).toBe("tracer");
    const { trace } = await openRun(join(bench.runs, manifest.id));
    expect(trace.logs.text.join("\n")).toBe(bare.stdout.toString().trimEnd());
    expect([...trace.logs.stream]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it.each(["openat", "!write,close", "%desc,!write", "none"])(
    "records its lines although the filter %j leaves out what prints them, and no such call",
    async (filter) => {
      const command = ["dash", "-c", "echo one; echo two >&2; /bin/echo three; exit 0"];
      // The shell in front sets variables that the program looks at.
      const plain = await bench.record(command, { options: { filter }, prefix: ["sh", "-c", '"$@"', "sh"] });
      const job = bench.job(command, { options: { filter } });
      await finish(bench.spawnRecorder(job, { stdio: ["ignore", "pipe", "inherit"] }, ["sh", "-c", '"$@" 2>&1', "sh"]));
      const manifest = manifestOf(readOutcome(job));
      expect(manifest).toMatchObject({ capture: "tracer", complete: true, recorder: { filter } });
      const { trace } = await openRun(join(bench.runs, manifest.id));
      expect(trace.logs.text).toEqual(["one", "two", "three"]);
      const counts = async (id: string): Promise<Record<string, number>> => {
        const { syscalls } = (await openRun(join(bench.runs, id))).trace;
        const calls: Record<string, number> = {};
        for (const name of syscalls.name) {
          const text = syscalls.names[name] ?? "";
          calls[text] = (calls[text] ?? 0) + 1;
        }
        return calls;
      };
      const counted = await counts(manifest.id);
      expect(counted).not.toHaveProperty("write");
      expect(counted).toEqual(await counts(manifestOf(plain.outcome).id));
    },
  );
});

const PRINTS_BOTH = `
import os
for i in range(1, 6):
    os.write(1, f"out {i}\\n".encode())
    os.write(2, f"err {i}\\n".encode())
`;

describe.skipIf(!isRoot)("another user (needs root to become one)", () => {
  it("records without privileges", async () => {
    const runs = bench.directory("nobody");
    chmodSync(runs, 0o777);
    const recorded = await bench.record(["bash", "-c", "id -u; sleep 0.01 | cat; exit 3"], { prefix: asNobody, runs });
    expect(recorded.stdout.toString()).toBe(`${NOBODY}\n`);
    const manifest = manifestOf(recorded.outcome);
    expect(manifest).toMatchObject({ complete: true, exit: { code: 3 }, recorder: { id: "strace" } });
  });

  it("marks a run whose set-uid program lost its rights", async () => {
    const program = join(bench.folder, "setuid-id");
    spawnSync("cp", ["/usr/bin/id", program]);
    chmodSync(program, 0o4755);
    const recorded = await bench.record([program, "-u"], { prefix: asNobody, runs: join(bench.folder, "nobody") });
    expect(recorded.stdout.toString()).toBe(`${NOBODY}\n`);
    const manifest = manifestOf(recorded.outcome);
    expect(manifest.problems.map(({ kind }) => kind)).toEqual(["setuid"]);
    expect(manifest.complete).toBe(false);
    const untraced = await bench.record([program, "-u"], {
      prefix: asNobody,
      runs: join(bench.folder, "nobody"),
      options: { recorder: "none" },
    });
    expect(untraced.stdout.toString()).toBe("0\n");
  });

  it("refuses a folder that it may not write to, before the program starts", async () => {
    const runs = join(bench.folder, "locked");
    mkdirSync(runs, { mode: 0o555 });
    const mark = join(bench.folder, "must-not-start");
    const { outcome } = await bench.record(["touch", mark], { prefix: asNobody, runs });
    expect(outcome).toMatchObject({ kind: "refused", code: "permission" });
    expect(existsSync(mark)).toBe(false);
  });
});

describe("ptrace is refused by the system", () => {
  it("auto records without system calls and says why; strace refuses", async () => {
    const prefix = [bench.compile("noptrace.c")];
    const recorded = await bench.record(["sh", "-c", "echo out; exit 3"], { prefix });
    expect(recorded.stdout.toString()).toBe("out\n");
    const manifest = manifestOf(recorded.outcome);
    expect(manifest).toMatchObject({ complete: false, exit: { code: 3 }, recorder: { id: "none" } });
    expect(manifest.recorder.rejected.map(({ id }) => id)).toEqual(["native", "strace"]);
    expect(manifest.problems[0]).toMatchObject({
      kind: "no-syscalls",
      message: expect.stringMatching(/refuses ptrace.*SYS_PTRACE/),
    });
    const refused = await bench.record(["true"], { prefix, options: { recorder: "strace" } });
    expect(refused.outcome).toMatchObject({ kind: "refused", code: "ptrace-refused" });
  });
});

describe("a run that is being recorded", () => {
  it("is listed as such and can be opened", async () => {
    const runs = join(bench.folder, "going-on");
    const job = bench.job(["sh", "-c", "echo first; read -r line"], { runs });
    const recorder = bench.spawnRecorder(job, { stdio: ["pipe", "ignore", "ignore"] });
    const info = await started(job);
    const { trace } = await untilAsync(
      () => openRun(info.runFolder),
      ({ trace: seen }) => seen.logs.length > 0,
    );
    expect(trace.problems).toMatchObject([
      { kind: "cut-off", message: expect.stringContaining("still being recorded") },
    ]);
    expect((await listRuns(runs))[0]).toMatchObject({ alive: true, id: info.runId });
    recorder.stdin?.end("go\n");
    await new Promise((gone) => recorder.once("close", gone));
    expect(identify(info.pid)).toBeUndefined();
    expect((await listRuns(runs))[0]).toMatchObject({ alive: false, manifest: { complete: true } });
  });
});

/** Looks asynchronously until what is seen is as wanted. */
async function untilAsync<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    await new Promise((later) => setTimeout(later, 20));
  }
}

describe("the manifest", () => {
  it("holds names of the environment and never values", async () => {
    const { outcome } = await bench.record(["true"], {
      env: { PATH: process.env.PATH ?? "", API_TOKEN: "hunter2-secret" },
    });
    const manifest = manifestOf(outcome);
    const text = readFileSync(join(bench.runs, manifest.id, RUN_FILES.manifest), "utf8");
    expect(manifest.command.envNames).toEqual(["API_TOKEN", "PATH"]);
    for (const file of readdirSync(join(bench.runs, manifest.id))) {
      if (file === RUN_FILES.artifacts) continue;
      expect(readFileSync(join(bench.runs, manifest.id, file), "latin1")).not.toContain("hunter2");
    }
    expect(text).toContain('"schemaVersion": 1');
  });
});
