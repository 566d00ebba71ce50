import { type Data, type RecordBatch, RecordBatchReader } from "apache-arrow";
import { type ColumnsOf, type TableName, tableSchema } from "./arrowSchema.ts";
import { batchFits } from "./tables/columnFits.ts";
import { fillNulls, isValid, nullsHold } from "./tables/nulls.ts";
import { TextWindow } from "./tables/textWindow.ts";
import { wholeMessages } from "./tables/wholeMessages.ts";

/** How a table's file ended. */
export type TableEnd =
  /** With its end-of-stream mark: nothing is missing. */
  | "whole"
  /** Somewhere before: batches may be missing, and one may be cut. */
  | "cut"
  /** A part of it cannot be understood. */
  | "damaged"
  | "missing";

/**
 * One table as it was found in a file: the batches that are whole, in which every column has the expected type and memory
 * for its rows. Nothing is believed: files may be cut anywhere or made by somebody else.
 */
export class ArrowTable<T extends TableName> {
  readonly length: number;
  private readonly children: Data[][];
  private readonly positions: ReadonlyMap<string, number>;

  private constructor(
    readonly table: T,
    readonly end: TableEnd,
    batches: readonly RecordBatch[],
  ) {
    const { fields } = tableSchema(table);
    this.positions = new Map(fields.map((field, position) => [field.name, position]));
    this.length = batches.reduce((sum, batch) => sum + batch.numRows, 0);
    this.children = batches.map((batch) =>
      fields.map(
        ({ name }) => batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data,
      ),
    );
  }

  static read<T extends TableName>(table: T, bytes: Uint8Array | undefined): ArrowTable<T> {
    if (bytes === undefined) return new ArrowTable(table, "missing", []);
    const { length, end } = wholeMessages(bytes);
    const batches: RecordBatch[] = [];
    let understood = true;
    try {
      if (length > 0) {
        for (const batch of RecordBatchReader.from(bytes.subarray(0, length))) {
          if (batch.numRows === 0) continue;
          if (!batchFits(table, batch)) {
            understood = false;
            break;
          }
          batches.push(batch);
        }
      }
    } catch {
      // The reader's message names internals; what counts is how far it came.
      understood = false;
    }
    return new ArrowTable(table, understood ? end : "damaged", batches);
  }

  /** The column of a table that came in one batch: its memory can be used as it is. */
  private singlePiece(column: ColumnsOf<T>): Data | undefined {
    return this.children.length === 1 ? this.children[0]?.[this.positions.get(column) ?? -1] : undefined;
  }

  /** The pieces of a column, one for each batch, with the number of its first row. */
  *pieces(column: ColumnsOf<T>): Generator<{ readonly data: Data; readonly row: number; readonly rows: number }> {
    const position = this.positions.get(column) ?? -1;
    let row = 0;
    for (const children of this.children) {
      const data = children[position] as Data;
      yield { data, row, rows: data.length };
      row += data.length;
    }
  }

  /** A column of numbers; nulls become `NaN`. The result may be a view of the file's bytes: do not write to it. */
  float64(column: ColumnsOf<T>): Float64Array {
    return this.numbers(column, Number.NaN, (length) => new Float64Array(length));
  }

  /** A column of integers; nulls become -1. The result may be a view of the file's bytes: do not write to it. */
  int32(column: ColumnsOf<T>): Int32Array {
    return this.numbers(column, -1, (length) => new Int32Array(length));
  }

  /** Nulls become 0. The result may be a view of the file's bytes: do not write to it. */
  uint8(column: ColumnsOf<T>): Uint8Array {
    return this.numbers(column, 0, (length) => new Uint8Array(length));
  }

  private numbers<N extends Float64Array | Int32Array | Uint8Array>(
    column: ColumnsOf<T>,
    absent: number,
    make: (length: number) => N,
  ): N {
    const only = this.singlePiece(column);
    if (only !== undefined && nullsHold(only, absent)) return (only.values as N).subarray(0, this.length) as N;
    const values = make(this.length);
    for (const { data, row, rows } of this.pieces(column)) {
      values.set((data.values as N).subarray(0, rows), row);
      fillNulls(data, values, row, absent);
    }
    return values;
  }

  /** 64-bit integers as numbers, inexact beyond 2^53; nulls become `NaN`. */
  int64(column: ColumnsOf<T>): Float64Array {
    const values = new Float64Array(this.length);
    for (const { data, row, rows } of this.pieces(column)) {
      const wide = data.values as BigInt64Array;
      // As pairs of words: a bigint for every row would cost twenty times as much.
      joinWords(new Int32Array(wide.buffer, wide.byteOffset, rows * 2), values.subarray(row, row + rows));
      fillNulls(data, values, row, Number.NaN);
    }
    return values;
  }

  /** Writes the caller's ids of a dictionary column's values; nulls and impossible indexes get `absent`. */
  dictionary<I extends Uint8Array | Uint16Array | Int32Array>(
    column: ColumnsOf<T>,
    idOf: (text: string) => number,
    absent: number,
    ids: I,
  ): I {
    let known: unknown;
    let table = new Int32Array(0);
    for (const { data, row, rows } of this.pieces(column)) {
      if (data.dictionary !== known) {
        known = data.dictionary;
        table = Int32Array.from(dictionaryTexts(data), (text) => {
          const id = idOf(text);
          return id < 0 ? absent : id;
        });
      }
      if (data.nullCount === rows) {
        ids.fill(absent, row, row + rows);
        continue;
      }
      lookUp(data.values as Int32Array, table, absent, ids.subarray(row, row + rows) as I);
      fillNulls(data, ids, row, absent);
    }
    return ids;
  }

  /** Whether a column has no value in any row. */
  isEmpty(column: ColumnsOf<T>): boolean {
    for (const { data, rows } of this.pieces(column)) if (data.nullCount !== rows) return false;
    return true;
  }

  /** All texts of a column; nulls become undefined. */
  texts(column: ColumnsOf<T>): (string | undefined)[] {
    const texts = new Array<string | undefined>(this.length).fill(undefined);
    for (const { row, rows, bytes, offsets, bitmap } of this.textPieces(column)) {
      const window = new TextWindow(bytes);
      for (let i = 0; i < rows; i++) {
        if (bitmap !== undefined && !isValid(bitmap, i)) continue;
        texts[row + i] = window.slice(offsets[i] as number, offsets[i + 1] as number);
      }
    }
    return texts;
  }

  /** Pieces of a text column that have texts; row `row + i` has the bytes `[offsets[i], offsets[i + 1])`. */
  *textPieces(column: ColumnsOf<T>): Generator<TextPiece> {
    for (const { data, row, rows } of this.pieces(column)) {
      if (data.nullCount === rows) continue;
      const offsets = data.valueOffsets as Int32Array;
      const bytes = (data.values as Uint8Array).subarray(0, offsets[rows]);
      yield { row, rows, bytes, offsets, bitmap: data.nullCount > 0 ? data.nullBitmap : undefined };
    }
  }

  /** A text column's bytes in one array; row i's are `[offsets[i], offsets[i + 1])`. Nulls may have bytes. */
  bytes(column: ColumnsOf<T>): { bytes: Uint8Array; offsets: Float64Array } {
    const offsets = new Float64Array(this.length + 1);
    const pieces: Uint8Array[] = [];
    let used = 0;
    let next = 0;
    for (const { row, rows, bytes, offsets: from } of this.textPieces(column)) {
      offsets.fill(used, next, row);
      const first = from[0] as number;
      const shift = used - first;
      shiftOffsets(from, shift, offsets.subarray(row, row + rows + 1));
      next = row + rows;
      const text = bytes.subarray(first);
      pieces.push(text);
      used += text.length;
    }
    offsets.fill(used, next);
    return { bytes: joined(pieces, used), offsets };
  }
}

/** Texts of some rows, as they lie in the file. */
export interface TextPiece {
  /** Number of the first row. */
  readonly row: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  /** Arrow's validity bitmap where there are nulls. */
  readonly bitmap: Uint8Array | undefined;
}

// The loops over rows are functions of their own: those are compiled well before the first million rows are over.

/** Signed 64-bit integers, given as pairs of words, as numbers. */
function joinWords(words: Int32Array, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = (words[2 * i + 1] as number) * 4294967296 + ((words[2 * i] as number) >>> 0);
  }
}

function lookUp(
  indexes: Int32Array,
  table: Int32Array,
  absent: number,
  into: Uint8Array | Uint16Array | Int32Array,
): void {
  const size = table.length;
  const rows = into.length;
  for (let i = 0; i < rows; i++) {
    // Without a sign, a negative index is beyond every table.
    const index = (indexes[i] as number) >>> 0;
    into[i] = index < size ? (table[index] as number) : absent;
  }
}

function shiftOffsets(offsets: Int32Array, shift: number, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] = (offsets[i] as number) + shift;
}

/** A single piece is not copied. */
function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function dictionaryTexts(data: Data): string[] {
  const texts: string[] = [];
  for (const text of data.dictionary ?? []) texts.push(String(text ?? ""));
  return texts;
}
