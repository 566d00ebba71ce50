import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitInfo, parseGitStatus } from "../../src/node/gitInfo.ts";
import { hostInfo, parseOsRelease } from "../../src/node/hostInfo.ts";
import { missing } from "./programs.ts";

describe.skipIf(missing("git") !== undefined)("gitInfo", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "goldentrace git "));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function git(...args: string[]): string {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    const identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
    const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  it("is null outside of a repository", async () => expect(await gitInfo(folder)).toBeNull());

  it("is null in a directory that does not exist", async () => {
    expect(await gitInfo(join(folder, "nowhere"))).toBeNull();
  });

  it("tells commit, branch and dirtiness", async () => {
    git("init", "-q", "-b", "trunk");
    expect(await gitInfo(folder)).toEqual({ commit: "", branch: "trunk", dirty: false });
    writeFileSync(join(folder, "a.c"), "1\n");
    expect(await gitInfo(folder)).toEqual({ commit: "", branch: "trunk", dirty: true });
    git("add", "a.c");
    git("commit", "-q", "-m", "one");
    const commit = git("rev-parse", "HEAD");
    expect(await gitInfo(folder)).toEqual({ commit, branch: "trunk", dirty: false });
    // From a directory below, of a change above.
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "a.c"), "2\n");
    expect(await gitInfo(join(folder, "sub"))).toEqual({ commit, branch: "trunk", dirty: true });
    git("checkout", "-q", "a.c");
    git("checkout", "-q", "--detach");
    expect(await gitInfo(folder)).toEqual({ commit, branch: "", dirty: false });
  });

  it("does not take our own runs for a change", async () => {
    git("init", "-q");
    git("commit", "-q", "--allow-empty", "-m", "one");
    mkdirSync(join(folder, "sub", ".goldentrace", "runs"), { recursive: true });
    writeFileSync(join(folder, "sub", ".goldentrace", "runs", "run.json"), "{}");
    expect((await gitInfo(folder))?.dirty).toBe(false);
  });

  it("stands more changes than anybody wants to read", async () => {
    git("init", "-q", "-b", "trunk");
    for (let i = 0; i < 6000; i++) writeFileSync(join(folder, `${"long".repeat(50)}${i}`), "");
    expect(await gitInfo(folder)).toEqual({ commit: "", branch: "trunk", dirty: true });
  });
});

describe("parseGitStatus", () => {
  it("reads headers and entries", () => {
    expect(parseGitStatus("# branch.oid 0123\n# branch.head main\n# branch.upstream origin/main\n")).toEqual({
      commit: "0123",
      branch: "main",
      dirty: false,
    });
    expect(parseGitStatus("# branch.oid (initial)\n# branch.head (detached)\n? x\n")).toEqual({
      commit: "",
      branch: "",
      dirty: true,
    });
  });
});

describe("hostInfo", () => {
  it("tells what the machine tells", () => {
    const host = hostInfo();
    expect(host).toMatchObject({ hostname: hostname(), cpus: availableParallelism() });
    expect(host.memoryBytes).toBeGreaterThan(1 << 28);
    expect(host.kernel).toBe(spawnSync("uname", ["-sr"], { encoding: "utf8" }).stdout.trim());
  });
});

describe("parseOsRelease", () => {
  it("removes quotes and escapes, passes comments and rubbish", () => {
    const text = `# comment\nID=debian\nPRETTY_NAME="A \\"B\\" \\$C"\nID_LIKE='x y'\nrubbish\n=1\nEMPTY=\n`;
    expect(parseOsRelease(text)).toEqual({ ID: "debian", PRETTY_NAME: 'A "B" $C', ID_LIKE: "x y", EMPTY: "" });
  });
});
