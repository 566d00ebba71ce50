import type { ArrowTable } from "../arrowTable.ts";
import type { Frame, StackTable } from "../trace.ts";
import type { Repairs } from "./repairs.ts";
import { readSites, type SiteTable } from "./siteTable.ts";

const UNKNOWN_FRAME: Frame = { module: "", address: 0, symbol: "", sites: [] };

export function readFrames(table: ArrowTable<"frames">, sites: SiteTable, repairs: Repairs): Frame[] {
  const frame = table.int32("frame");
  const module = table.texts("module");
  const address = table.float64("address");
  const symbol = table.texts("symbol");
  const site = readSites(table, sites);
  const frames: { module: string; address: number; symbol: string; sites: number[] }[] = [];
  for (let row = 0; row < table.length; row++) {
    const index = frame[row] as number;
    if (index === frames.length) {
      frames.push({
        module: module[row] ?? "",
        address: address[row] as number,
        symbol: symbol[row] ?? "",
        sites: [],
      });
    } else if (index !== frames.length - 1) {
      repairs.add();
      continue;
    }
    if ((site[row] as number) >= 0) frames[index]?.sites.push(site[row] as number);
  }
  return frames;
}

export function readStacks(
  table: ArrowTable<"stacks">,
  frames: Frame[],
  sites: SiteTable,
  repairs: Repairs,
): StackTable {
  const stack = table.int32("stack");
  const parent = table.int32("caller").slice();
  const frame = table.int32("frame").slice();
  const site = readSites(table, sites);
  let length = 0;
  // Callers come before what they call: that also excludes rings.
  while (length < table.length && stack[length] === length && (parent[length] as number) < length) {
    if ((parent[length] as number) < -1) parent[length] = -1;
    length++;
  }
  if (length < table.length) repairs.add();
  let unknown = -1;
  for (let i = 0; i < length; i++) {
    const index = frame[i] as number;
    if (index >= 0 && index < frames.length && index !== unknown) continue;
    if (unknown === -1) unknown = frames.push(UNKNOWN_FRAME) - 1;
    frame[i] = unknown;
    repairs.add();
  }
  return {
    length,
    parent: parent.subarray(0, length),
    frame: frame.subarray(0, length),
    site: site.subarray(0, length),
    frames,
  };
}
