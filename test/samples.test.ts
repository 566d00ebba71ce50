import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { beforeAll, describe, expect, test } from "vitest";
import { LogReader } from "../src/engine/read/logs/logReader.ts";
import type { LogRecord } from "../src/engine/trace/records.ts";
import { LAUNCH_ATTRIBUTES } from "../src/protocol/contributions.ts";
import { configFileSchema, launchArgsSchema } from "../src/protocol/launch.ts";

const samples = path.join(import.meta.dirname, "..", "samples");

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, program: string, args: readonly string[], env: Record<string, string> = {}): Outcome {
  const { LOG_LEVEL, RUST_LOG, RUST_BACKTRACE, PYTHONPATH, ...inherited } = process.env;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: path.join(samples, folder),
    env: { ...inherited, ...env },
    encoding: "utf8",
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

function logsOf(stderr: string): LogRecord[] {
  const records: LogRecord[] = [];
  const reader = new LogReader({ addLog: (record) => records.push(record) }, "stderr");
  reader.push(new TextEncoder().encode(stderr), 0);
  reader.end();
  return records;
}

/** What every sample promises: the same output each time, INFO by default, and each line of its TRACE log understood. */
function checkSample(folder: string, program: string, args: readonly string[], trace: Record<string, string>): void {
  const quiet = run(folder, program, args);
  const talking = run(folder, program, args, trace);
  expect(quiet.status, quiet.stderr).toBe(0);
  expect(talking.status).toBe(0);
  expect(quiet.stdout).not.toBe("");
  expect(talking.stdout).toBe(quiet.stdout);
  const levels = (outcome: Outcome) => new Set(logsOf(outcome.stderr).map(({ level }) => level));
  expect(levels(quiet)).toEqual(new Set([20]));
  expect([...levels(talking)].sort((a, b) => a - b).slice(0, 3)).toEqual([5, 10, 20]);
  const traced = logsOf(talking.stderr).filter(({ level }) => level === 5);
  expect(traced.length).toBeGreaterThan(5);
  for (const { logger, message } of traced) expect([logger, message].includes("")).toBe(false);
}

describe("the C sample", () => {
  beforeAll(() => {
    execFileSync("make", ["-B"], { cwd: path.join(samples, "c-files"), stdio: "pipe" });
  });

  test("logs at TRACE, with the position of each line", () => {
    checkSample("c-files", "build/files", [], { LOG_LEVEL: "TRACE" });
    for (const { site } of logsOf(run("c-files", "build/files", [], { LOG_LEVEL: "TRACE" }).stderr)) {
      const source = readFileSync(path.join(samples, "c-files", site?.file ?? ""), "utf8").split("\n");
      expect(source[(site?.line ?? 0) - 1]).toMatch(/LOG\(/);
    }
  });

  test("works from any directory and repeats its work", () => {
    const once = run(".", path.join("c-files", "build", "files"), []);
    const twice = run(".", path.join("c-files", "build", "files"), ["--rounds", "2"]);
    expect(twice.stdout).toBe(once.stdout + once.stdout);
  });
});

const cargo = spawnSync("cargo", ["--version"], { encoding: "utf8" });
describe("the Rust sample", () => {
  const skipped = cargo.error === undefined ? undefined : "cargo is not installed";

  test("builds offline, passes its own tests, and logs at TRACE", (context) => {
    context.skip(skipped !== undefined, skipped);
    execFileSync("cargo", ["build", "--offline"], { cwd: path.join(samples, "rust-log"), stdio: "pipe" });
    execFileSync("cargo", ["test", "--offline"], { cwd: path.join(samples, "rust-log"), stdio: "pipe" });
    checkSample("rust-log", "target/debug/rust-log", [], { RUST_LOG: "trace" });
  });

  test("panics where its source says", (context) => {
    context.skip(skipped !== undefined, skipped);
    const { status, stderr } = run("rust-log", "target/debug/rust-log", ["--panic"], { RUST_BACKTRACE: "1" });
    expect(status).toBe(101);
    const panic = logsOf(stderr).find(({ level }) => level === 50);
    expect(panic).toMatchObject({ message: "asked to panic", threadName: "main", site: { file: "src/main.rs" } });
    const source = readFileSync(path.join(samples, "rust-log", "src/main.rs"), "utf8").split("\n");
    expect(source[(panic?.site?.line ?? 0) - 1]).toMatch(/panic!/);
    expect(panic?.text).toMatch(/stack backtrace:[\s\S]*note: /);
  });
});

describe("the Python sample", () => {
  beforeAll(() => {
    execFileSync("make", [], { cwd: path.join(samples, "python-train"), stdio: "pipe" });
  });

  test("logs at TRACE and writes the same checkpoint each time", () => {
    const sum = () =>
      createHash("sha256")
        .update(readFileSync(path.join(samples, "python-train/build/checkpoint.json")))
        .digest("hex");
    checkSample("python-train", "python3", ["train.py", "--epochs", "3"], { LOG_LEVEL: "TRACE" });
    const first = sum();
    run("python-train", "python3", ["train.py", "--epochs", "3"]);
    expect(sum()).toBe(first);
  });

  test("fails with a traceback that is one record with its log line", () => {
    const { status, stderr } = run("python-train", "python3", ["train.py", "--fail-at", "2"]);
    expect(status).toBe(1);
    const failure = logsOf(stderr).at(-1);
    expect(failure).toMatchObject({ level: 40, logger: "train" });
    expect(failure?.message).toMatch(/^training failed\nTraceback/);
    expect(failure?.site?.file).toMatch(/trainer\/loop\.py$/);
  });
});

test("goldentrace.toml and launch.json name programs and settings that exist", () => {
  const config = configFileSchema.parse(parseToml(readFileSync(path.join(samples, "goldentrace.toml"), "utf8")));
  expect(Object.keys(config.targets ?? {})).toEqual(["files", "rust-log", "python-train"]);
  for (const target of Object.values(config.targets ?? {})) {
    expect(readdirSync(path.join(samples, target.cwd ?? ""))).toContain("README.md");
  }
  const read = (name: string) => parseJsonc(readFileSync(path.join(samples, ".vscode", name), "utf8"));
  const labels = read("tasks.json").tasks.map(({ label }: { label: string }) => label);
  const configurations = read("launch.json").configurations as Record<string, unknown>[];
  for (const { name, type, request, preLaunchTask, ...attributes } of configurations) {
    expect({ type, request }).toEqual({ type: "goldentrace", request: "launch" });
    expect(labels).toContain(preLaunchTask);
    for (const key of Object.keys(attributes)) expect(Object.keys(LAUNCH_ATTRIBUTES), `${name}`).toContain(key);
    expect(launchArgsSchema.safeParse(attributes).success, `${name}`).toBe(true);
  }
  const program = configurations.find(({ name }) => name === "C: files")?.program as string;
  accessSync(program.replace("${workspaceFolder}", samples), constants.X_OK);
});
