import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOnPath } from "../../src/node/program.ts";

const SOURCES = join(import.meta.dirname, "..", "fixtures", "programs");

/** A temporary directory with copies of fixture sources; removed by `dispose`. */
export class ProgramWorkspace {
  readonly path: string;

  /** @param name part of the directory's name, for names that tools may stumble over */
  constructor(name = "workspace") {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), `goldentrace ${name} `)));
  }

  /** Copies a fixture here and returns its path. */
  source(file: string): string {
    const path = join(this.path, file);
    copyFileSync(join(SOURCES, file), path);
    return path;
  }

  /** Runs a compiler here; returns its success, and fails on anything it says against a program of ours. */
  build(compiler: string, args: readonly string[]): void {
    const { status, stderr, error } = spawnSync(compiler, args, { cwd: this.path, encoding: "utf8" });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${compiler} ${args.join(" ")} failed:\n${stderr}`);
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The 1-based line with the comment `site: NAME`. */
export function markedLine(file: string, name: string): number {
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) => new RegExp(`site: ${name}\\b`).test(line));
  if (index === -1) throw new Error(`${file} has no line marked ${name}`);
  return index + 1;
}

/** The name of a tool when it is not installed, for a test's reason to skip. */
export function missing(...tools: readonly string[]): string | undefined {
  return tools.find((tool) => findOnPath(tool) === undefined);
}
