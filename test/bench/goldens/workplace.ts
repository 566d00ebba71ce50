import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findOnPath } from "../../../src/node/program.ts";
import type { TrialProgram } from "./programs.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const SOURCES = join(import.meta.dirname, "programs");
/** Nothing looks as if it had just been changed: git would read such files again. */
const LONG_AGO = new Date("2024-03-01T12:00:00Z");
const WORDS = "water stone river field light cloud house table green paper silver winter".split(" ");

/** Why a program cannot be tried here; undefined when it can. */
export function whyNot({ command, needs = [], sample, name }: TrialProgram): string | undefined {
  const [program = ""] = command;
  const missing = [program, ...needs].find((tool) => !tool.startsWith("./") && !isInstalled(tool));
  if (missing !== undefined) return `${missing} is not installed`;
  if (sample === "rust-log" && !existsSync(join(ROOT, "samples/rust-log/target/debug/rust-log"))) {
    return `${name} is not built: cargo build --offline in samples/rust-log`;
  }
  return undefined;
}

const isInstalled = (tool: string): boolean =>
  tool.startsWith("/") ? existsSync(tool) : findOnPath(tool) !== undefined;

/** A new folder with everything a program needs; it has run there once already. */
export class Workplace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "goldentrace-trial-")));
  readonly cwd: string;
  readonly command: readonly string[];

  constructor(
    readonly program: TrialProgram,
    port: number,
  ) {
    this.cwd = join(this.path, program.cwd ?? ".");
    this.command = program.command.map((word) => word.replace("<port>", String(port)));
    mkdirSync(this.cwd, { recursive: true });
    if (program.sample === undefined) {
      cpSync(SOURCES, this.cwd, { recursive: true });
      writeTexts(this.cwd);
    } else {
      const from = join(ROOT, "samples", program.sample);
      const leftOut = new Set(["build", "__pycache__", ".goldentrace", "incremental", "deps"]);
      cpSync(from, this.cwd, {
        recursive: true,
        filter: (path) =>
          !path
            .slice(from.length)
            .split("/")
            .some((part) => leftOut.has(part)),
      });
    }
    makeOld(this.cwd);
    this.prepare();
    // Twice: the second run is the first that finds what the program leaves behind.
    this.run(this.command);
    this.run(this.command);
  }

  /** Runs the commands that prepare the folder. */
  prepare(): void {
    for (const each of this.program.prepare ?? []) this.run(each);
  }

  /**
   * Changes a source, builds what is built from it, and calls `test` with the changed text; then all is as it was.
   * @param file relative to the program's folder
   */
  async edited(file: string, from: string, to: string, test: (text: string) => Promise<void>): Promise<void> {
    const path = join(this.cwd, file);
    const original = readFileSync(path, "utf8");
    if (!original.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
    const changed = original.replace(from, () => to);
    try {
      writeFileSync(path, changed);
      this.prepare();
      await test(changed);
    } finally {
      writeFileSync(path, original);
      this.prepare();
      this.run(this.command);
    }
  }

  /** Writes the targets file that the command line reads. */
  configure(lines: readonly string[] = []): void {
    const [program = "", ...args] = this.command;
    const text = [
      `[targets.${this.program.name}]`,
      `program = ${JSON.stringify(program)}`,
      `args = ${JSON.stringify(args)}`,
      `cwd = ${JSON.stringify(this.program.cwd ?? ".")}`,
      `stacks = ${this.program.stacks === true}`,
      ...lines,
    ];
    writeFileSync(join(this.path, "goldentrace.toml"), `${text.join("\n")}\n`);
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private run([program = "", ...args]: readonly string[]): void {
    const { status, stderr, error } = spawnSync(program, args, { cwd: this.cwd, encoding: "utf8" });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status} in ${this.cwd}: ${stderr}`);
  }
}

function writeTexts(folder: string): void {
  let state = 7;
  const line = (words: number): string =>
    Array.from({ length: words }, () => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return WORDS[(state >> 8) % WORDS.length];
    }).join(" ");
  const text = (lines: number): string => `${Array.from({ length: lines }, () => line(9)).join("\n")}\n`;
  for (const part of ["a", "b", "c", "d"]) {
    mkdirSync(join(folder, "tree", part), { recursive: true });
    for (let i = 1; i <= 5; i++) writeFileSync(join(folder, "tree", part, `${i}.txt`), text(20 * i));
  }
  writeFileSync(join(folder, "large.txt"), text(8000));
  const entries = Array.from({ length: 200 }, (_, id) => ({ id, text: line(4) }));
  writeFileSync(join(folder, "data.json"), JSON.stringify({ entries }));
}

function makeOld(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    utimesSync(join(folder, entry), LONG_AGO, LONG_AGO);
  }
}
