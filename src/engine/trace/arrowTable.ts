import { type Data, DataType, type RecordBatch, RecordBatchReader } from "apache-arrow";
import { checkedBodyLength } from "./arrowMessage.ts";
import { type ColumnsOf, type TableName, tableSchema } from "./arrowSchema.ts";

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
          if (!fits(table, batch)) {
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
    const only = this.singlePiece(column);
    if (only !== undefined && everyNull(only, (i) => Number.isNaN(only.values[i]))) {
      return (only.values as Float64Array).subarray(0, this.length);
    }
    const values = new Float64Array(this.length);
    for (const { data, row, rows } of this.pieces(column)) {
      values.set((data.values as Float64Array).subarray(0, rows), row);
      everyNull(data, (i) => {
        values[row + i] = Number.NaN;
        return true;
      });
    }
    return values;
  }

  /** A column of integers; nulls become -1. The result may be a view of the file's bytes: do not write to it. */
  int32(column: ColumnsOf<T>): Int32Array {
    const only = this.singlePiece(column);
    if (only !== undefined && everyNull(only, (i) => only.values[i] === -1)) {
      return (only.values as Int32Array).subarray(0, this.length);
    }
    const values = new Int32Array(this.length);
    for (const { data, row, rows } of this.pieces(column)) {
      values.set((data.values as Int32Array).subarray(0, rows), row);
      everyNull(data, (i) => {
        values[row + i] = -1;
        return true;
      });
    }
    return values;
  }

  uint8(column: ColumnsOf<T>): Uint8Array {
    const values = new Uint8Array(this.length);
    for (const { data, row, rows } of this.pieces(column))
      values.set((data.values as Uint8Array).subarray(0, rows), row);
    return values;
  }

  /** 64-bit integers as numbers, inexact beyond 2^53; nulls become `NaN`. */
  int64(column: ColumnsOf<T>): Float64Array {
    const values = new Float64Array(this.length);
    for (const { data, row, rows } of this.pieces(column)) {
      const wide = data.values as BigInt64Array;
      const words = new Int32Array(wide.buffer, wide.byteOffset, rows * 2);
      for (let i = 0; i < rows; i++) {
        values[row + i] = (words[2 * i + 1] as number) * 4294967296 + ((words[2 * i] as number) >>> 0);
      }
      everyNull(data, (i) => {
        values[row + i] = Number.NaN;
        return true;
      });
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
      const indexes = data.values as Int32Array;
      for (let i = 0; i < rows; i++) ids[row + i] = table[indexes[i] as number] ?? absent;
      everyNull(data, (i) => {
        ids[row + i] = absent;
        return true;
      });
    }
    return ids;
  }

  /** All texts of a column; nulls become undefined. */
  texts(column: ColumnsOf<T>): (string | undefined)[] {
    const texts = new Array<string | undefined>(this.length).fill(undefined);
    this.eachText(column, (row, bytes, start, end) => {
      texts[row] = decoder.decode(bytes.subarray(start, end));
    });
    return texts;
  }

  /** Calls back with the bytes of each text that is not null. */
  eachText(column: ColumnsOf<T>, use: (row: number, bytes: Uint8Array, start: number, end: number) => void): void {
    for (const { data, row, rows } of this.pieces(column)) {
      if (data.nullCount === rows) continue;
      const offsets = data.valueOffsets as Int32Array;
      const bytes = data.values as Uint8Array;
      const { nullBitmap, nullCount } = data;
      for (let i = 0; i < rows; i++) {
        if (nullCount > 0 && ((nullBitmap[i >> 3] as number) & (1 << (i & 7))) === 0) continue;
        use(row + i, bytes, offsets[i] as number, offsets[i + 1] as number);
      }
    }
  }

  /** A text column's bytes in one array; row i's are `[offsets[i], offsets[i + 1])`. */
  bytes(column: ColumnsOf<T>): { bytes: Uint8Array; offsets: Float64Array } {
    const only = this.singlePiece(column);
    if (only !== undefined) {
      const text = textBytes(only, this.length);
      const from = only.valueOffsets as Int32Array;
      const first = from[0] as number;
      const offsets = new Float64Array(this.length + 1);
      for (let i = 0; i <= this.length; i++) offsets[i] = (from[i] as number) - first;
      return { bytes: text, offsets };
    }
    let size = 0;
    for (const { data, rows } of this.pieces(column)) size += textBytes(data, rows).length;
    const bytes = new Uint8Array(size);
    const offsets = new Float64Array(this.length + 1);
    let used = 0;
    for (const { data, row, rows } of this.pieces(column)) {
      const text = textBytes(data, rows);
      const from = data.valueOffsets as Int32Array;
      const shift = used - (from[0] as number);
      for (let i = 0; i <= rows; i++) offsets[row + i] = (from[i] as number) + shift;
      bytes.set(text, used);
      used += text.length;
    }
    return { bytes, offsets };
  }
}

const decoder = new TextDecoder();

function textBytes(data: Data, rows: number): Uint8Array {
  const offsets = data.valueOffsets as Int32Array;
  return (data.values as Uint8Array).subarray(offsets[0], offsets[rows]);
}

function dictionaryTexts(data: Data): string[] {
  const texts: string[] = [];
  for (const text of data.dictionary ?? []) texts.push(String(text ?? ""));
  return texts;
}

/** Calls back for every null until the answer is false; tells whether it never was. */
function everyNull(data: Data, check: (i: number) => boolean): boolean {
  if (data.nullCount === 0) return true;
  const { nullBitmap, length } = data;
  for (let at = 0; at < length; at += 8) {
    const bits = nullBitmap[at >> 3] as number;
    if (bits === 0xff) continue;
    for (let bit = 0; bit < 8 && at + bit < length; bit++) {
      if ((bits & (1 << bit)) === 0 && !check(at + bit)) return false;
    }
  }
  return true;
}

const CONTINUATION = -1;

/** How many bytes of a stream are whole messages, and whether the end-of-stream mark follows. */
function wholeMessages(bytes: Uint8Array): { length: number; end: "whole" | "cut" | "damaged" } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    if (view.getInt32(at, true) !== CONTINUATION) return { length: at, end: "damaged" };
    const metadata = view.getInt32(at + 4, true);
    if (metadata === 0) return { length: at, end: "whole" };
    if (metadata < 0) return { length: at, end: "damaged" };
    const bodyAt = at + 8 + metadata;
    if (bodyAt > bytes.length) return { length: at, end: "cut" };
    const body = checkedBodyLength(bytes.subarray(at + 8, bodyAt));
    if (body === undefined) return { length: at, end: "damaged" };
    if (bodyAt + body > bytes.length) return { length: at, end: "cut" };
    at = bodyAt + body;
  }
  return { length: at, end: "cut" };
}

/** Whether a batch has all columns of the table with memory for all its rows. */
function fits(table: TableName, batch: RecordBatch): boolean {
  const rows = batch.numRows;
  return tableSchema(table).fields.every((expected) => {
    const position = batch.schema.fields.findIndex((field) => field.name === expected.name);
    const data = batch.data.children[position] as Data | undefined;
    if (data === undefined || data.length !== rows || data.offset !== 0) return false;
    if (data.nullCount > 0 && data.nullBitmap.length * 8 < rows) return false;
    const { type } = data;
    if (type.typeId !== expected.type.typeId) return false;
    if (DataType.isUtf8(type)) return textFits(data, rows);
    if (DataType.isDictionary(type)) {
      return (
        DataType.isUtf8(type.dictionary) &&
        type.indices.bitWidth === 32 &&
        data.values.length >= rows &&
        dictionaryFits(data)
      );
    }
    if (DataType.isInt(type) && DataType.isInt(expected.type) && type.bitWidth !== expected.type.bitWidth) return false;
    if (DataType.isFloat(type) && DataType.isFloat(expected.type) && type.precision !== expected.type.precision)
      return false;
    return data.values.length >= rows;
  });
}

function dictionaryFits(data: Data): boolean {
  return data.dictionary?.data.every((piece) => textFits(piece, piece.length)) ?? false;
}

function textFits(data: Data, rows: number): boolean {
  const offsets = data.valueOffsets as Int32Array;
  if (offsets.length < rows + 1 || (offsets[0] as number) < 0) return false;
  for (let i = 0; i < rows; i++) if ((offsets[i] as number) > (offsets[i + 1] as number)) return false;
  return (offsets[rows] as number) <= (data.values as Uint8Array).length;
}
