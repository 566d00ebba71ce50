import type { Data } from "apache-arrow";
import { float64Data, int32Data, utf8Data } from "../arrowColumns.ts";
import type { Site, StackTable } from "../trace.ts";
import type { TableStream } from "./tableStream.ts";

export function writeStacks(
  table: TableStream<"stacks">,
  stacks: StackTable,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  always = false,
): void {
  const to = stacks.length;
  if (from === to && !always) return;
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const site = (row: number) => sites[stacks.site[row] as number] as Partial<Site> | undefined;
  table.write(
    {
      stack: int32Data(Int32Array.from(rows), 0, rows.length, false),
      caller: int32Data(stacks.parent, from, to, true),
      frame: int32Data(stacks.frame, from, to, false),
      ...siteColumns(rows.map(site)),
    },
    rows.length,
  );
}

export function writeFrames(
  table: TableStream<"frames">,
  stacks: StackTable,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  always = false,
): void {
  const rows: { frame: number; site: Partial<Site> | undefined }[] = [];
  for (let frame = from; frame < stacks.frames.length; frame++) {
    const found = stacks.frames[frame]?.sites ?? [];
    if (found.length === 0) rows.push({ frame, site: undefined });
    for (const site of found) rows.push({ frame, site: sites[site] });
  }
  const length = rows.length;
  if (length === 0 && !always) return;
  const frame = (i: number) => stacks.frames[rows[i]?.frame ?? -1];
  table.write(
    {
      frame: int32Data(
        Int32Array.from(rows, (row) => row.frame),
        0,
        length,
        false,
      ),
      module: utf8Data((i) => frame(i)?.module ?? "", 0, length),
      address: float64Data(
        Float64Array.from(rows, (_, i) => frame(i)?.address ?? 0),
        0,
        length,
        false,
      ),
      symbol: utf8Data((i) => frame(i)?.symbol ?? "", 0, length),
      ...siteColumns(rows.map((row) => row.site)),
    },
    length,
  );
}

function siteColumns(
  sites: readonly (Partial<Site> | undefined)[],
): Record<"file" | "line" | "column" | "function", Data> {
  const length = sites.length;
  return {
    file: utf8Data((i) => sites[i]?.file, 0, length),
    line: int32Data(
      Int32Array.from(sites, (site) => site?.line ?? -1),
      0,
      length,
      true,
    ),
    column: int32Data(
      Int32Array.from(sites, (site) => site?.column ?? -1),
      0,
      length,
      true,
    ),
    function: utf8Data((i) => sites[i]?.function, 0, length),
  };
}
