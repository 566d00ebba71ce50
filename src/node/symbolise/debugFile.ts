import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../procFiles.ts";
import { type ElfFile, readElf } from "./elf.ts";

const DEBUG_ROOT = "/usr/lib/debug";

/**
 * The file that holds a module's debug information: the module itself, or a separate file found as GDB finds it (by build-id
 * below /usr/lib/debug, by debug link beside the module, in `.debug/` and below /usr/lib/debug). Undefined when there is none.
 * A separate file with another build-id is not taken.
 */
export function findDebugFile(module: string, elf: ElfFile, debugRoot: string = DEBUG_ROOT): string | undefined {
  if (elf.hasDebugInfo) return module;
  const candidates: string[] = [];
  if (elf.buildId.length > 2) {
    candidates.push(join(debugRoot, ".build-id", elf.buildId.slice(0, 2), `${elf.buildId.slice(2)}.debug`));
  }
  if (elf.debugLink !== "" && basename(elf.debugLink) === elf.debugLink) {
    const folder = dirname(module);
    candidates.push(
      join(folder, elf.debugLink),
      join(folder, ".debug", elf.debugLink),
      join(debugRoot, folder, elf.debugLink),
    );
  }
  return candidates.find((candidate) => {
    if (candidate === module || !existsSync(candidate)) return false;
    try {
      const debug = readElf(candidate);
      return debug?.hasDebugInfo === true && debug.buildId === elf.buildId;
    } catch (error) {
      // Unreadable for this user: as good as absent. Anything without a system's code is a bug.
      if (errorCode(error) === "") throw error;
      return false;
    }
  });
}
