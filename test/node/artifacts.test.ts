import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectArtifacts, verifyArtifacts } from "../../src/node/artifacts.ts";

let folder = "";
let cwd = "";
let runFolder = "";

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "goldentrace artifacts ")));
  cwd = join(folder, "project");
  runFolder = join(cwd, ".goldentrace", "runs", "run_1");
  mkdirSync(runFolder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

async function collect(globs: readonly string[], limits?: { files: number; fileBytes: number; totalBytes: number }) {
  const { artifacts, problems } = await collectArtifacts({ cwd, globs, runFolder, ...(limits ? { limits } : {}) });
  return {
    artifacts,
    paths: artifacts.map(({ path }) => path),
    messages: problems.map(({ message }) => message),
    kinds: problems.map(({ kind, losesData }) => `${kind} ${losesData}`),
  };
}

describe("collectArtifacts", () => {
  it("copies what matches, with its size and SHA-256", async () => {
    const content = Buffer.alloc(3_000_000, "model");
    put("out/model.bin", content);
    put("out/deep/log one.txt", "hello\n");
    put("out/.hidden", "h");
    put("other.txt", "not asked for");
    const { artifacts, messages } = await collect(["out/**"]);
    expect(messages).toEqual([]);
    expect(artifacts).toEqual([
      { path: "out/.hidden", bytes: 1, sha256: createHash("sha256").update("h").digest("hex") },
      { path: "out/deep/log one.txt", bytes: 6, sha256: createHash("sha256").update("hello\n").digest("hex") },
      { path: "out/model.bin", bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") },
    ]);
    expect(readFileSync(join(runFolder, "artifacts", "out/model.bin")).equals(content)).toBe(true);
    const sums = spawnSync("sha256sum", ["out/model.bin"], { cwd: join(runFolder, "artifacts"), encoding: "utf8" });
    expect(sums.stdout.split(" ")[0]).toBe(artifacts[2]?.sha256);
  });

  it("takes a file once, whatever globs match it, and names with glob characters as they are", async () => {
    put("a[1].txt", "1");
    put("b.txt", "2");
    expect((await collect(["*.txt", "b.*", "a\\[1\\].txt"])).paths).toEqual(["a[1].txt", "b.txt"]);
  });

  it("says which glob found nothing", async () => {
    const { messages, kinds } = await collect(["*.onnx"]);
    expect(messages).toEqual(["Artifact *.onnx was not kept: no file matches."]);
    expect(kinds).toEqual(["artifact false"]);
  });

  it("never copies runs into themselves", async () => {
    put("a.txt", "a");
    writeFileSync(join(runFolder, "run.json"), "{}");
    expect((await collect(["**/*"])).paths).toEqual(["a.txt"]);
  });

  it("refuses everything outside of the working directory", async () => {
    const secret = join(folder, "secret.txt");
    writeFileSync(secret, "secret");
    mkdirSync(join(folder, "outside"));
    writeFileSync(join(folder, "outside", "inner.txt"), "inner");
    put("mine.txt", "mine");
    symlinkSync(secret, join(cwd, "link.txt"));
    symlinkSync(join(folder, "outside"), join(cwd, "linked"));
    symlinkSync(join(cwd, "mine.txt"), join(cwd, "own.txt"));
    const { paths, messages } = await collect(["**", "../secret.txt", secret, "linked/inner.txt", "{..,x}/secret.txt"]);
    // A link to a file inside is that file.
    expect(paths).toEqual(["mine.txt", "own.txt"]);
    expect(messages).toEqual(
      expect.arrayContaining([
        "Artifact link.txt was not kept: it lies outside of the working directory.",
        "Artifact linked was not kept: it lies outside of the working directory.",
        "Artifact ../secret.txt was not kept: it does not lie below the working directory.",
        `Artifact ${secret} was not kept: it does not lie below the working directory.`,
      ]),
    );
    const copies = spawnSync("grep", ["-rl", "secret\\|inner", join(runFolder, "artifacts")], { encoding: "utf8" });
    expect(copies.stdout).toBe("");
  });

  it("refuses what is no regular file, without waiting for it", async () => {
    spawnSync("mkfifo", [join(cwd, "pipe")]);
    symlinkSync("nowhere", join(cwd, "dangling"));
    const { paths, messages } = await collect(["pipe", "dangling"]);
    expect(paths).toEqual([]);
    expect(messages).toEqual([
      "Artifact pipe was not kept: no file matches.",
      "Artifact dangling was not kept: it cannot be read (ENOENT).",
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("says what it may not read", async () => {
    put("locked.txt", "x");
    chmodSync(join(cwd, "locked.txt"), 0);
    expect((await collect(["locked.txt"])).messages).toEqual([
      "Artifact locked.txt was not kept: it cannot be read (EACCES).",
    ]);
  });

  it("keeps its limits, and says so", async () => {
    put("big.bin", Buffer.alloc(5000));
    put("small.bin", Buffer.alloc(1000));
    put("tiny.bin", Buffer.alloc(10));
    const limits = { files: 2, fileBytes: 4000, totalBytes: 1005 };
    const sizes = await collect(["*.bin"], limits);
    expect(sizes.paths).toEqual(["small.bin"]);
    expect(sizes.messages).toEqual([
      "Artifact big.bin was not kept: its 4.88 KiB exceed what a run keeps.",
      "Artifact tiny.bin was not kept: its 10 B exceed what a run keeps.",
    ]);
    const counts = await collect(["*.bin"], { files: 2, fileBytes: 1e9, totalBytes: 1e9 });
    expect(counts.paths).toEqual(["big.bin", "small.bin"]);
    expect(counts.messages).toEqual(["Artifact tiny.bin was not kept: a run keeps at most 2 files."]);
  });

  it("shows hostile names harmlessly", async () => {
    symlinkSync("nowhere", join(cwd, "a\u001b[31m\nb"));
    expect((await collect(["a*"])).messages[0]).toBe(
      "Artifact a\\x1b[31m\\nb was not kept: it cannot be read (ENOENT).",
    );
  });
});

describe("verifyArtifacts", () => {
  it("tells verified, changed and missing copies apart", async () => {
    for (const name of ["same", "longer", "other", "gone", "link", "directory"]) put(name, "content");
    const { artifacts } = await collect(["*"]);
    const copy = (name: string): string => join(runFolder, "artifacts", name);
    appendFileSync(copy("longer"), "!");
    writeFileSync(copy("other"), "CONTENT");
    for (const name of ["gone", "link", "directory"]) rmSync(copy(name));
    symlinkSync(join(cwd, "link"), copy("link"));
    mkdirSync(copy("directory"));
    const states = Object.fromEntries(
      (await verifyArtifacts(runFolder, artifacts)).map(({ path, state }) => [path, state]),
    );
    expect(states).toEqual({
      same: "verified",
      longer: "changed",
      other: "changed",
      gone: "missing",
      link: "missing",
      directory: "missing",
    });
  });

  it("does not follow a list that leads out of the folder", async () => {
    writeFileSync(join(folder, "secret.txt"), "secret");
    const sha256 = createHash("sha256").update("secret").digest("hex");
    const wayOut = "../../../../../secret.txt";
    expect(existsSync(join(runFolder, "artifacts", wayOut))).toBe(true);
    const [state] = await verifyArtifacts(runFolder, [{ path: wayOut, bytes: 6, sha256 }]);
    expect(state?.state).toBe("missing");
  });
});
