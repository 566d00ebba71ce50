import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DoctorCheck, formatDoctor } from "../../src/engine/view/doctor.ts";
import { runDoctor, straceFeaturesOf } from "../../src/node/doctor.ts";
import { installLine } from "../../src/node/packages.ts";
import { missing } from "./programs.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "goldentrace doctor "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function find(checks: readonly DoctorCheck[], id: string): DoctorCheck {
  const check = checks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`No check is called ${id}`);
  return check;
}

/** A directory with only these tools, to be PATH. */
function pathOf(name: string, scripts: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [tool, script] of Object.entries(scripts)) {
    writeFileSync(join(path, tool), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, tool), 0o755);
  }
  return path;
}

describe.skipIf(process.platform !== "linux")("the doctor", () => {
  it("finds everything that an installed strace needs in order", async () => {
    if (missing("strace") !== undefined) return;
    const checks = await runDoctor({ runsDirectory: join(folder, "not", "yet", "there") });
    for (const id of ["kernel", "strace", "tracing", "node", "runs", "metrics", "already-traced"]) {
      expect(find(checks, id)).toMatchObject({ id, state: "ok" });
    }
    expect(find(checks, "tracing").detail).toBe("a program was traced");
    expect(find(checks, "strace").detail).toMatch(/^\d+\.\d+ at \/.*strace, stacks by /);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { state, repair } of checks) if (state === "problem") expect(repair).toBeDefined();
  });

  it("says what is missing, and the line that installs it", async () => {
    const checks = await runDoctor({ path: pathOf("empty", {}), runsDirectory: folder });
    expect(find(checks, "strace")).toMatchObject({ state: "problem", repair: installLine("strace") });
    expect(find(checks, "tracing")).toMatchObject({ state: "problem" });
    expect(find(checks, "symboliser")).toMatchObject({ state: "warning", repair: installLine("addr2line") });
    for (const id of ["python3", "git", "cc"] as const) {
      expect(find(checks, id)).toMatchObject({ state: "warning", repair: installLine(id) });
    }
    expect(find(checks, "gpu")).toMatchObject({ state: "ok", detail: expect.stringContaining("no nvidia-smi") });
    expect(find(checks, "vscode").detail).toMatch(/no code on PATH|inside it/);
  });

  it("names the GPUs that a recording will look at", async () => {
    // Stands for NVIDIA's tool, which needs their hardware; the lines are such as it prints.
    const lines = [
      "0, GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf, NVIDIA H100 80GB HBM3, 0, 529, 81559, 70.16",
      "1, GPU-9d32cee8-9537-2522-d0ab-7d8e1f15ae5a, NVIDIA GB10, 0, [N/A], [N/A], 10.8",
    ];
    const prints = pathOf("gpus", { "nvidia-smi": lines.map((line) => `echo '${line}'`).join("\n") });
    const checks = await runDoctor({ path: prints, runsDirectory: folder });
    expect(find(checks, "gpu")).toMatchObject({ state: "ok", detail: "NVIDIA H100 80GB HBM3, NVIDIA GB10" });
    const none = pathOf("no gpus", { "nvidia-smi": "echo 'No devices were found'; exit 6" });
    expect(find(await runDoctor({ path: none, runsDirectory: folder }), "gpu").detail).toBe("nvidia-smi finds no GPU");
  });

  it("recognises tools that are there and do not work", async () => {
    const path = pathOf("broken", {
      strace:
        "echo 'strace -- version 6.1'; echo 'Optional features enabled: m32-mpers'; [ $1 = -V ] || { echo 'strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted' >&2; exit 1; }",
      python3: "echo 'no version set' >&2; exit 1",
      git: "echo git version 2.0",
      "nvidia-smi": "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18",
    });
    const checks = await runDoctor({ path, runsDirectory: folder });
    expect(find(checks, "strace")).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("stacks by nothing"),
    });
    expect(find(checks, "tracing")).toMatchObject({ state: "problem", repair: expect.any(String) });
    expect(find(checks, "tracing").detail).toMatch(/refused?|Operation not permitted/);
    expect(find(checks, "seccomp")).toMatchObject({ state: "warning" });
    expect(find(checks, "gpu")).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("Failed to initialize NVML: Driver/library version mismatch"),
      repair: expect.any(String),
    });
    expect(find(checks, "python3").detail).toMatch(/does not run/);
    expect(find(checks, "git")).toMatchObject({ state: "ok", detail: expect.stringMatching(/^git version 2\.0 at /) });
    const old = await runDoctor({
      path: pathOf("old", { strace: "echo 'strace -- version 4.26'" }),
      runsDirectory: folder,
    });
    expect(find(old, "strace")).toMatchObject({ state: "problem", repair: expect.stringContaining("5.6 or newer") });
    const other = await runDoctor({ path: pathOf("other", { strace: "echo hello" }), runsDirectory: folder });
    expect(find(other, "strace").detail).toMatch(/does not answer as strace does/);
  });

  it("sees that it is traced itself", async () => {
    if (missing("strace") !== undefined) return;
    const bundle = join(folder, "doctor.mjs");
    await build({
      stdin: {
        contents: `import { runDoctor } from "./src/node/doctor.ts"; console.log(JSON.stringify(await runDoctor()));`,
        resolveDir: join(import.meta.dirname, "..", ".."),
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: bundle,
      logLevel: "silent",
    });
    const { stdout } = spawnSync(
      "strace",
      ["-f", "-qq", "-e", "trace=none", "-o", "/dev/null", process.execPath, bundle],
      {
        encoding: "utf8",
        cwd: folder,
      },
    );
    const checks = JSON.parse(stdout) as DoctorCheck[];
    expect(find(checks, "already-traced")).toMatchObject({ state: "warning" });
    expect(find(checks, "already-traced").detail).toMatch(/traced by \d+ \(strace\)/);
    expect(find(checks, "tracing")).toMatchObject({ state: "problem" });
  });

  it("finds a runs directory that cannot be written", async () => {
    // Root may write everywhere else.
    const checks = await runDoctor({ runsDirectory: "/proc/self/runs" });
    expect(find(checks, "runs")).toMatchObject({ state: "problem", repair: expect.stringContaining("--out") });
    const file = join(folder, "file");
    writeFileSync(file, "");
    const below = find(await runDoctor({ runsDirectory: join(file, "runs") }), "runs");
    expect(below).toMatchObject({ state: "problem", detail: `${file} is not a directory` });
  });

  it("finds a mistake in goldentrace.toml, which stops every recording", async () => {
    const folder = mkdtempSync(join(tmpdir(), "goldentrace-doctor-"));
    try {
      const check = async () => (await runDoctor({ workspace: folder })).find(({ id }) => id === "config");
      expect(await check()).toMatchObject({ state: "ok", detail: "no targets in goldentrace.toml" });
      writeFileSync(join(folder, "goldentrace.toml"), '[targets.a]\nprogram = "x"\n[targets.b]\nprogram = "y"\n');
      expect(await check()).toMatchObject({ state: "ok", detail: "targets: a, b" });
      writeFileSync(join(folder, "goldentrace.toml"), "[targets.a]\nprogam = 1\n");
      expect(await check()).toMatchObject({ state: "problem", detail: expect.stringContaining("goldentrace.toml:") });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("works through a link on PATH", async () => {
    if (missing("addr2line") !== undefined) return;
    const path = pathOf("link", {});
    symlinkSync("/usr/bin/addr2line", join(path, "addr2line"));
    expect(find(await runDoctor({ path, runsDirectory: folder }), "symboliser")).toMatchObject({ state: "ok" });
  });
});

describe("the repair line", () => {
  it.each([
    [{ ID: "debian" }, true, "apt-get install -y strace"],
    [{ ID: "ubuntu", ID_LIKE: "debian" }, false, "sudo apt-get install -y strace"],
    [{ ID: "linuxmint", ID_LIKE: "ubuntu debian" }, false, "sudo apt-get install -y strace"],
    [{ ID: "fedora" }, false, "sudo dnf install -y strace"],
    [{ ID: "rocky", ID_LIKE: "rhel centos fedora" }, false, "sudo dnf install -y strace"],
    [{ ID: "arch" }, false, "sudo pacman -S --needed strace"],
    [{ ID: "alpine" }, true, "apk add strace"],
    [{ ID: "opensuse-leap", ID_LIKE: "suse opensuse" }, false, "sudo zypper install -y strace"],
    [{}, false, "Install strace with this system's package manager."],
  ])("of %j", (release, isRoot, expected) => expect(installLine("strace", release, isRoot)).toBe(expected));

  it("names the package, which is not always the tool", () => {
    expect(installLine("addr2line", { ID: "debian" }, true)).toBe("apt-get install -y binutils");
    expect(installLine("python3", { ID: "arch" }, true)).toBe("pacman -S --needed python");
    expect(installLine("cc", { ID: "alpine" }, true)).toBe("apk add build-base");
  });
});

describe("straceFeaturesOf", () => {
  it.each([
    ["Optional features enabled: stack-trace=libunwind stack-demangle m32-mpers", "libunwind", true],
    ["Optional features enabled: stack-trace=libdw m32-mpers", "libdw", false],
    ["Optional features enabled: m32-mpers", undefined, false],
    ["", undefined, false],
  ])("%s", (line, unwinder, demangles) => {
    expect(straceFeaturesOf(`strace -- version 6.1\n\n${line}\n`)).toEqual({ unwinder, demangles });
  });
});

describe("formatDoctor", () => {
  it("aligns checks, puts repairs below and ends with a verdict", () => {
    const checks: DoctorCheck[] = [
      { id: "a", title: "Kernel", state: "ok", detail: "Linux 6" },
      { id: "b", title: "strace", state: "problem", detail: "not\nfound", repair: "apt-get install -y strace" },
      { id: "c", title: "Git", state: "warning", detail: "not found", repair: "apt-get install -y git" },
    ];
    expect(formatDoctor(checks)).toBe(
      [
        "ok       Kernel  Linux 6",
        "PROBLEM  strace  not\\nfound",
        "         -> apt-get install -y strace",
        "warning  Git     not found",
        "         -> apt-get install -y git",
        "",
        "1 problem to mend before programs can be recorded with their system calls.",
        "",
      ].join("\n"),
    );
    expect(formatDoctor(checks.slice(0, 1))).toMatch(/\nReady to record\.\n$/);
    expect(formatDoctor([checks[0], checks[2]].filter((check) => check !== undefined))).toMatch(
      /Ready to record; the warn/,
    );
  });
});
