import { align } from "./align/align.ts";

/** Lines with less in common than this are different lines, not one line that was edited. */
const LEAST_ALIKE = 0.5;
/** Lines of a changed part that are compared one with another. */
const MAX_EDITED = 200;

/**
 * Follows the lines of a file through an edit.
 * @returns for each line of `before` (index 0 is line 1) its line in `after`, 0 where it is gone. A line that was edited and is still
 * recognisable is the same line.
 */
export function mapLines(before: string, after: string): Int32Array {
  const ids = new Map<string, number>();
  const tokens = (lines: readonly string[]): Int32Array =>
    Int32Array.from(lines, (line) => {
      const text = line.trimEnd();
      const known = ids.get(text);
      if (known !== undefined) return known;
      ids.set(text, ids.size);
      return ids.size - 1;
    });
  const old = before.split("\n");
  const now = after.split("\n");
  const { partner } = align(tokens(old), tokens(now));
  const map = Int32Array.from(partner, (line) => line + 1);
  for (let from = 0; from < old.length; from++) {
    if (map[from] !== 0) continue;
    let to = from;
    while (to < old.length && map[to] === 0) to++;
    const firstNow = from === 0 ? 0 : (map[from - 1] as number);
    const endNow = to === old.length ? now.length : (map[to] as number) - 1;
    matchEdited(old, now, { from, to, firstNow, endNow }, map);
    from = to;
  }
  return map;
}

/** Pairs the lines of a changed part in order: each with the most similar line behind the previous one's. */
function matchEdited(
  old: readonly string[],
  now: readonly string[],
  part: { readonly from: number; readonly to: number; readonly firstNow: number; readonly endNow: number },
  map: Int32Array,
): void {
  let next = part.firstNow;
  const end = Math.min(part.endNow, part.firstNow + MAX_EDITED);
  for (let line = part.from; line < Math.min(part.to, part.from + MAX_EDITED) && next < end; line++) {
    let best = -1;
    let bestAlike = 0;
    for (let candidate = next; candidate < end; candidate++) {
      const alike = likeness(old[line]?.trim() ?? "", now[candidate]?.trim() ?? "");
      if (alike <= bestAlike) continue;
      best = candidate;
      bestAlike = alike;
    }
    if (best === -1 || bestAlike < LEAST_ALIKE) continue;
    map[line] = best + 1;
    next = best + 1;
  }
}

/** Share of the longer line that both begin and end with. */
function likeness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0) return 0;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return (start + end) / Math.max(a.length, b.length);
}
