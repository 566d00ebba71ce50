import type { Data } from "apache-arrow";

type Numbers = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** Whether row `i` of a column with nulls holds a value. */
export function isValid(bitmap: Uint8Array, i: number): boolean {
  return ((bitmap[i >> 3] as number) & (1 << (i & 7))) !== 0;
}

/** Whether the memory under every null holds `value` (possibly `NaN`), so that the column can be used as it lies there. */
export function nullsHold(data: Data, value: number): boolean {
  const { nullCount, nullBitmap, length } = data;
  if (nullCount === 0) return true;
  const values = data.values as Numbers;
  for (let at = 0; at < length; at += 8) {
    const bits = nullBitmap[at >> 3] as number;
    if (bits === 0xff) continue;
    const end = Math.min(at + 8, length);
    for (let i = at; i < end; i++) {
      if ((bits & (1 << (i - at))) === 0 && !Object.is(values[i], value)) return false;
    }
  }
  return true;
}

/** Writes `value` into `values` for every null of a column whose first row is `row`. */
export function fillNulls(data: Data, values: Numbers, row: number, value: number): void {
  const { nullCount, nullBitmap, length } = data;
  if (nullCount === 0) return;
  for (let at = 0; at < length; at += 8) {
    const bits = nullBitmap[at >> 3] as number;
    if (bits === 0xff) continue;
    const end = Math.min(at + 8, length);
    for (let i = at; i < end; i++) if ((bits & (1 << (i - at))) === 0) values[row + i] = value;
  }
}
