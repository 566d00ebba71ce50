import type { ArrowTable } from "../arrowTable.ts";
import type { Site } from "../trace.ts";

/** The sites of a trace, each once, found by what the tables say about them. */
export class SiteTable {
  readonly all: Site[] = [];
  private readonly ids = new Map<string, number>();

  id(file: string | undefined, line: number, column: number, name: string): number {
    if (file === undefined) return -1;
    const key = `${line} ${column} ${name.length} ${name}${file}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.all.length;
      this.ids.set(key, id);
      this.all.push({ file, line: Math.max(0, line), column: Math.max(0, column), function: name });
    }
    return id;
  }
}

export function readSites(table: ArrowTable<"stacks"> | ArrowTable<"frames">, sites: SiteTable): Int32Array {
  const source = table as ArrowTable<"stacks">;
  const file = source.texts("file");
  const line = source.int32("line");
  const column = source.int32("column");
  const name = source.texts("function");
  return Int32Array.from(file, (text, row) =>
    sites.id(text, line[row] as number, column[row] as number, name[row] ?? ""),
  );
}
