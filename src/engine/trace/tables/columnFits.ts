import { type Data, DataType, type RecordBatch } from "apache-arrow";
import { type TableName, tableSchema } from "../arrowSchema.ts";

/** Whether a batch has all columns of the table, of the expected type and with memory for all its rows. */
export function batchFits(table: TableName, batch: RecordBatch): boolean {
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
    if (DataType.isInt(type) && DataType.isInt(expected.type)) {
      if (type.bitWidth !== expected.type.bitWidth || type.isSigned !== expected.type.isSigned) return false;
    }
    if (DataType.isFloat(type) && DataType.isFloat(expected.type) && type.precision !== expected.type.precision)
      return false;
    return data.values.length >= rows;
  });
}

function dictionaryFits(data: Data): boolean {
  return data.dictionary?.data.every((piece) => textFits(piece, piece.length)) ?? false;
}

/** Offsets must ascend and end within the bytes; those of a column of nulls only are never looked at. */
function textFits(data: Data, rows: number): boolean {
  if (data.nullCount === rows) return true;
  const offsets = data.valueOffsets as Int32Array;
  if (offsets.length < rows + 1) return false;
  let last = 0;
  for (let i = 0; i <= rows; i++) {
    const offset = offsets[i] as number;
    if (offset < last) return false;
    last = offset;
  }
  return last <= (data.values as Uint8Array).length;
}
