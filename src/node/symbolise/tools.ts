import { findOnPath } from "../program.ts";
import { runTool } from "../runTool.ts";

/** A program that turns addresses into source positions. */
export interface SymboliserTool {
  readonly kind: "llvm-symbolizer" | "addr2line";
  readonly path: string;
}

/** Distributions install LLVM's tools with their version in the name; newest first. Before 13 there is no JSON output. */
const LLVM_VERSIONS = Array.from({ length: 18 }, (_, index) => 30 - index);

/**
 * Symbolisers found on PATH, best first. llvm-symbolizer knows columns and is faster on large binaries; addr2line reads some
 * things that an old LLVM does not (zstd sections, `dwz` files), and so serves as the second.
 */
export async function findSymbolisers(path?: string): Promise<SymboliserTool[]> {
  const tools: SymboliserTool[] = [];
  for (const name of ["llvm-symbolizer", ...LLVM_VERSIONS.map((version) => `llvm-symbolizer-${version}`)]) {
    const found = findOnPath(name, path);
    if (found === undefined) continue;
    const help = await runTool(found, ["--help"]);
    if (help?.code === 0 && /\bJSON\b/.test(help.stdout)) {
      tools.push({ kind: "llvm-symbolizer", path: found });
      break;
    }
  }
  const addr2line = findOnPath("addr2line", path);
  if (addr2line !== undefined) tools.push({ kind: "addr2line", path: addr2line });
  return tools;
}
