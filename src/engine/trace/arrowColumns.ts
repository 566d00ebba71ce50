import {
  type Data,
  type Dictionary,
  Float64,
  Int32,
  Int64,
  makeData,
  Uint8,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";

/** Column values in Arrow's memory layout; every function covers the rows `[from, to)`. */

const encoder = new TextEncoder();

/** `NaN` is null when `nullable`. */
export function float64Data(values: Float64Array, from: number, to: number, nullable: boolean): Data {
  const nulls = nullable ? nullBitmap(to - from, (i) => Number.isNaN(values[from + i])) : NO_NULLS;
  return makeData({ type: new Float64(), length: to - from, data: values.subarray(from, to), ...nulls });
}

/** Negative numbers are null when `nullable`: indexes of -1 mean "none". */
export function int32Data(values: Int32Array, from: number, to: number, nullable: boolean): Data {
  const nulls = nullable ? nullBitmap(to - from, (i) => (values[from + i] as number) < 0) : NO_NULLS;
  return makeData({ type: new Int32(), length: to - from, data: values.subarray(from, to), ...nulls });
}

export function uint8Data(values: Uint8Array, from: number, to: number): Data {
  return makeData({ type: new Uint8(), length: to - from, data: values.subarray(from, to), ...NO_NULLS });
}

/**
 * Results as 64-bit integers; `NaN` is null.
 * @param exact the integer's value where a double cannot hold it, undefined to take `values`
 */
export function int64Data(
  values: Float64Array,
  from: number,
  to: number,
  exact: (row: number) => bigint | undefined,
): Data {
  const length = to - from;
  const wide = new BigInt64Array(length);
  // Two words written as numbers: conversion to bigint costs twenty times as much.
  const words = new Int32Array(wide.buffer);
  for (let i = 0; i < length; i++) {
    const value = values[from + i] as number;
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      wide[i] = BigInt.asIntN(64, exact(from + i) ?? BigInt(Math.trunc(value)));
    } else if (!Number.isNaN(value)) {
      words[2 * i] = value | 0;
      words[2 * i + 1] = Math.floor(value / 4294967296);
    }
  }
  const nulls = nullBitmap(length, (i) => {
    const value = values[from + i] as number;
    return !Number.isFinite(value);
  });
  return makeData({ type: new Int64(), length, data: wide, ...nulls });
}

/** Texts; undefined is null. */
export function utf8Data(texts: (row: number) => string | undefined, from: number, to: number): Data {
  const length = to - from;
  const offsets = new Int32Array(length + 1);
  let bytes = new Uint8Array(Math.max(64, length * 16));
  let used = 0;
  let hasNull = false;
  for (let i = 0; i < length; i++) {
    const text = texts(from + i);
    if (text === undefined) {
      hasNull = true;
    } else if (text !== "") {
      // A UTF-16 unit is at most three bytes of UTF-8.
      if (used + text.length * 3 > bytes.length) {
        const grown = new Uint8Array((used + text.length * 3) * 2);
        grown.set(bytes.subarray(0, used));
        bytes = grown;
      }
      used += encoder.encodeInto(text, bytes.subarray(used)).written;
    }
    offsets[i + 1] = used;
  }
  const nulls = hasNull ? nullBitmap(length, (i) => texts(from + i) === undefined) : NO_NULLS;
  return makeData({ type: new Utf8(), length, valueOffsets: offsets, data: bytes.subarray(0, used), ...nulls });
}

/** A column of texts that are all null. */
export function noTexts(length: number): Data {
  return makeData({
    type: new Utf8(),
    length,
    valueOffsets: new Int32Array(length + 1),
    data: new Uint8Array(0),
    nullCount: length,
    nullBitmap: new Uint8Array((length + 7) >> 3),
  });
}

/** Texts given as byte ranges. Ranges without gaps are not copied. */
export function utf8SpanData(
  bytes: Uint8Array,
  starts: Float64Array,
  ends: Float64Array,
  from: number,
  to: number,
): Data {
  const length = to - from;
  const offsets = new Int32Array(length + 1);
  let used = 0;
  let contiguous = true;
  for (let i = 0; i < length; i++) {
    const start = starts[from + i] as number;
    if (i > 0 && start !== ends[from + i - 1]) contiguous = false;
    used += (ends[from + i] as number) - start;
    offsets[i + 1] = used;
  }
  let data: Uint8Array;
  if (contiguous) {
    const first = length === 0 ? 0 : (starts[from] as number);
    data = bytes.subarray(first, first + used);
  } else {
    data = new Uint8Array(used);
    for (let i = 0; i < length; i++) data.set(bytes.subarray(starts[from + i], ends[from + i]), offsets[i]);
  }
  return makeData({ type: new Utf8(), length, valueOffsets: offsets, data, ...NO_NULLS });
}

/** Indexes into a dictionary; a negative index is null. */
export function dictionaryData(type: Dictionary, dictionary: Vector, indexes: Int32Array): Data {
  const nulls = nullBitmap(indexes.length, (i) => (indexes[i] as number) < 0);
  const data = nulls.nullCount === 0 ? indexes : indexes.map((index) => Math.max(0, index));
  return makeData({ type, length: indexes.length, data, dictionary, ...nulls });
}

export function dictionaryValues(values: readonly string[]): Vector {
  return vectorFromArray(values.length === 0 ? [""] : values, new Utf8());
}

const NO_NULLS = { nullCount: 0 } as const;

function nullBitmap(length: number, isNull: (i: number) => boolean): { nullCount: number; nullBitmap?: Uint8Array } {
  const bitmap = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    if (isNull(i)) nullCount++;
    else bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  }
  return nullCount === 0 ? NO_NULLS : { nullCount, nullBitmap: bitmap };
}
