import { type Data, makeData, RecordBatch, RecordBatchStreamWriter, type Schema, Struct } from "apache-arrow";

/** Writes one Arrow IPC stream and hands out its bytes as they arise. */
export class ArrowStream {
  private readonly writer = new CollectingWriter();

  constructor(private readonly schema: Schema) {}

  /** Adds a record batch of columns in schema order; the first one also brings the schema and the dictionaries. */
  write(children: Data[], length: number): void {
    const data = makeData({ type: new Struct(this.schema.fields), length, nullCount: 0, children });
    this.writer.write(new RecordBatch(this.schema, data));
  }

  /** Adds the end-of-stream mark. */
  end(): void {
    this.writer.finish();
  }

  /** The bytes written since the last call. */
  take(): Uint8Array {
    return this.writer.take();
  }
}

class CollectingWriter extends RecordBatchStreamWriter {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  constructor() {
    super({ autoDestroy: false });
  }

  take(): Uint8Array {
    const joined = new Uint8Array(this.size);
    let at = 0;
    for (const chunk of this.chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    this.chunks.length = 0;
    this.size = 0;
    // Block positions are needed for the file format only; in a stream they would grow without end.
    this._recordBatchBlocks.length = 0;
    return joined;
  }

  override finish(): this {
    // The base class closes its sink here and would drop the end-of-stream mark.
    this.reset(this._sink, null);
    return this;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (this._started && chunk.byteLength > 0) {
      const bytes = new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
      this.chunks.push(bytes);
      this.size += bytes.length;
      this._position += bytes.length;
    }
    return this;
  }
}
