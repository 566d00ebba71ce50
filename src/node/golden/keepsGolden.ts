import { createReadStream } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Behaviour } from "../../engine/golden/behaviour.ts";
import { goldenText } from "../../engine/golden/file/goldenText.ts";
import type { Golden } from "../../engine/golden/golden.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { GoldenHeader } from "../../protocol/goldenFile.ts";
import { errorCode } from "../procFiles.ts";

/**
 * Whether the file of a golden can stay as it is when samples are accepted again: all of them are equivalent to it, nothing else was
 * learned from them, the sources and settings are the same, and the file is as it would be written. Calls that are not compared, such as
 * those of waiting threads, differ from run to run and alone are no reason for another file.
 * @param changes each sample compared with the earlier golden
 */
export async function keepsGolden(
  earlier: { readonly golden: Golden; readonly path: string },
  fresh: Golden,
  changes: readonly Comparison[],
): Promise<boolean> {
  const { golden, path } = earlier;
  return (
    golden.origin === "goldentrace" &&
    changes.every(({ verdict }) => verdict === "equivalent") &&
    isDeepStrictEqual(learned(golden.header), learned(fresh.header)) &&
    isDeepStrictEqual(placesOf(golden.behaviour), placesOf(fresh.behaviour)) &&
    (await holds(path, goldenText(golden.header, golden.behaviour)))
  );
}

/** What the header tells besides the threads, which the comparison is about. */
function learned({ threads: _, ...rest }: GoldenHeader): Omit<GoldenHeader, "threads"> {
  return rest;
}

/** The lines that compared calls come from: where they are, equivalent runs may still differ. */
function placesOf({ events, shapes, sites }: Behaviour): Set<string> {
  const used = new Uint8Array(sites.length);
  for (let event = 0; event < events.length; event++) {
    const site = events.site[event] as number;
    if (site < 0 || events.startup[event] === 1) continue;
    if (shapes[events.shape[event] as number]?.observable === true) used[site] = 1;
  }
  const places = sites.map(({ file, line, function: name }) => `${file}\0${line}\0${name}`);
  return new Set(places.filter((_, site) => used[site] === 1));
}

/** Whether a file holds exactly this text. A file that cannot be read does not. */
async function holds(path: string, chunks: Iterable<string>): Promise<boolean> {
  const text = chunks[Symbol.iterator]();
  let wanted = Buffer.alloc(0);
  try {
    for await (const piece of createReadStream(path)) {
      let left = piece as Buffer;
      while (left.length > 0) {
        if (wanted.length === 0) {
          const next = text.next();
          if (next.done === true) return false;
          wanted = Buffer.from(next.value);
          continue;
        }
        const length = Math.min(left.length, wanted.length);
        if (left.compare(wanted, 0, length, 0, length) !== 0) return false;
        left = left.subarray(length);
        wanted = wanted.subarray(length);
      }
    }
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return false;
  }
  return wanted.length === 0 && text.next().done === true;
}
