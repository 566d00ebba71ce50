/**
 * Reads the few things in the metadata of an Arrow IPC message (a FlatBuffer, `Message.fbs` and `Schema.fbs` of the Arrow
 * format) that a decoder believes without looking: counts that would make it allocate or recurse without bound.
 */

/** Field positions in the tables of `Message.fbs` and `Schema.fbs`. */
const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, customMetadata: 4 };
const SCHEMA = { fields: 1, customMetadata: 2, features: 3 };
const FIELD = { children: 5, customMetadata: 6 };
const RECORD_BATCH = { length: 0, nodes: 1, buffers: 2, variadicBufferCounts: 4 };
const DICTIONARY_BATCH = { data: 1 };
const HeaderType = { schema: 1, dictionaryBatch: 2, recordBatch: 3 };

export interface MessageHead {
  /** Bytes of the body that follows the metadata. */
  readonly bodyLength: number;
  /** Rows of a record batch, 0 for other messages. */
  readonly rows: number;
}

/**
 * What a message's metadata says; undefined when it is not that of a table without nested columns, or makes claims that its
 * size belies.
 */
export function readMessageHead(metadata: Uint8Array): MessageHead | undefined {
  const reader = new FlatReader(metadata);
  try {
    const message = reader.follow(0);
    const bodyLength = reader.int64(message, MESSAGE.bodyLength);
    if (!Number.isSafeInteger(bodyLength) || bodyLength < 0) return undefined;
    let rows = 0;
    reader.vector(message, MESSAGE.customMetadata, 4);
    const header = reader.child(message, MESSAGE.header);
    switch (reader.uint8(message, MESSAGE.headerType)) {
      case HeaderType.schema:
        checkSchema(reader, header);
        break;
      case HeaderType.dictionaryBatch:
        checkBatch(reader, reader.child(header, DICTIONARY_BATCH.data));
        break;
      case HeaderType.recordBatch:
        checkBatch(reader, header);
        rows = reader.int64(header, RECORD_BATCH.length);
        break;
      default:
        return undefined;
    }
    return { bodyLength, rows };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function checkSchema(reader: FlatReader, schema: number): void {
  reader.vector(schema, SCHEMA.customMetadata, 4);
  reader.vector(schema, SCHEMA.features, 8);
  const fields = reader.vector(schema, SCHEMA.fields, 4);
  for (let i = 0; i < fields.count; i++) {
    const field = reader.follow(fields.at + 4 * i);
    reader.vector(field, FIELD.customMetadata, 4);
    if (reader.vector(field, FIELD.children, 4).count > 0) throw new RangeError("Nested column");
  }
}

function checkBatch(reader: FlatReader, batch: number): void {
  reader.vector(batch, RECORD_BATCH.nodes, 16);
  reader.vector(batch, RECORD_BATCH.buffers, 16);
  reader.vector(batch, RECORD_BATCH.variadicBufferCounts, 8);
}

/** Bounded access to a FlatBuffer: everything outside of the bytes is a `RangeError`. */
class FlatReader {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the forward offset stored at `at` leads. */
  follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  /** Position of a table's field, -1 when it is absent. */
  private field(table: number, field: number): number {
    const vtable = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * field;
    if (entry + 2 > this.view.getUint16(vtable, true)) return -1;
    const offset = this.view.getUint16(vtable + entry, true);
    return offset === 0 ? -1 : table + offset;
  }

  uint8(table: number, field: number): number {
    const at = this.field(table, field);
    return at === -1 ? 0 : this.view.getUint8(at);
  }

  int64(table: number, field: number): number {
    const at = this.field(table, field);
    return at === -1 ? 0 : Number(this.view.getBigInt64(at, true));
  }

  child(table: number, field: number): number {
    const at = this.field(table, field);
    if (at === -1) throw new RangeError("Absent table");
    return this.follow(at);
  }

  /** A vector that lies whole in the bytes. */
  vector(table: number, field: number, elementSize: number): { at: number; count: number } {
    const found = this.field(table, field);
    if (found === -1) return { at: 0, count: 0 };
    const at = this.follow(found);
    const count = this.view.getUint32(at, true);
    if (at + 4 + count * elementSize > this.view.byteLength) throw new RangeError("Vector beyond the metadata");
    return { at: at + 4, count };
  }
}
