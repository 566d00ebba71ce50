import { mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { TableChunk } from "../../engine/trace/arrowOut.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";

/** Replaces files of a folder by new ones, each in one step, after all of them were written. */
export async function replaceTables(folder: string, chunks: Iterable<TableChunk>): Promise<void> {
  const directory = join(folder, ".new");
  mkdirSync(directory);
  try {
    const written = new Set<TableChunk["file"]>();
    for (const { file, bytes } of chunks) {
      const handle = await open(join(directory, RUN_FILES[file]), "a");
      try {
        await handle.appendFile(bytes);
      } finally {
        await handle.close();
      }
      written.add(file);
    }
    for (const file of written) renameSync(join(directory, RUN_FILES[file]), join(folder, RUN_FILES[file]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
