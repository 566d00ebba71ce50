import { type ElfFile, readElf } from "./elf.ts";

/** Which file a module's path named while it was running. */
export interface ModuleIdentity {
  readonly buildId: string;
  readonly inode: number;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Above this, a program that loads modules without end must not make the recorder read files without end. */
const MAX_MODULES = 4096;

/**
 * Remembers the files behind modules' paths when they are first seen in a stack, so that a binary that is rebuilt before it
 * is symbolised is recognised.
 */
export class ModuleIdentities {
  private readonly seen = new Map<string, ModuleIdentity | undefined>();

  /** Call it when a module appears first; reads a few pages of the file. Later calls for the same path cost nothing. */
  note(module: string): void {
    if (!module.startsWith("/") || this.seen.has(module) || this.seen.size >= MAX_MODULES) return;
    this.seen.set(module, readIdentity(module));
  }

  get(module: string): ModuleIdentity | undefined {
    return this.seen.get(module);
  }
}

function readIdentity(module: string): ModuleIdentity | undefined {
  try {
    const elf = readElf(module);
    return elf === undefined ? undefined : identityOf(elf);
  } catch {
    // Gone or unreadable already: symbolising will say so.
    return undefined;
  }
}

export function identityOf(elf: ElfFile): ModuleIdentity {
  return { buildId: elf.buildId, inode: elf.inode, bytes: elf.bytes, modifiedMs: elf.modifiedMs };
}

/** Whether two looks saw the same code: the same build-id or, without one, the same unmodified file. */
export function sameModule(a: ModuleIdentity, b: ModuleIdentity): boolean {
  if (a.buildId !== "" || b.buildId !== "") return a.buildId === b.buildId;
  return a.inode === b.inode && a.bytes === b.bytes && a.modifiedMs === b.modifiedMs;
}
