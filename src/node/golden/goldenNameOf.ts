import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ConfigFile } from "../../protocol/launch.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { targetNames } from "../config.ts";
import { goldenPaths, isGoldenName } from "./goldenPaths.ts";

/**
 * The golden that a run is compared with: the one of its name, else that of the target that starts the same program with the same arguments
 * in the same directory, as launch configurations have names of their own. The run's name when there is neither.
 */
export function goldenNameOf(
  { name, command }: RunManifest,
  workspace: string,
  config: ConfigFile,
  dir: string,
): string {
  if (hasGolden(dir, name)) return name;
  const program = resolve(command.cwd, command.program);
  const same = targetNames(config).find((candidate) => {
    const target = config.targets?.[candidate];
    if (target === undefined) return false;
    const cwd = resolve(workspace, target.cwd ?? ".");
    // A name without a slash is found on PATH, whatever the directory.
    const isSame = target.program.includes("/")
      ? resolve(cwd, target.program) === program
      : target.program === command.program;
    const args = target.args ?? [];
    return (
      isSame &&
      cwd === resolve(workspace, command.cwd) &&
      args.length === command.args.length &&
      args.every((arg, index) => arg === command.args[index]) &&
      hasGolden(dir, candidate)
    );
  });
  return same ?? name;
}

/** False for a name that no golden can have. */
export function hasGolden(dir: string, name: string): boolean {
  return isGoldenName(name) && existsSync(goldenPaths(dir, name).golden);
}
