import { type Data, Dictionary, type Schema, type Vector } from "apache-arrow";
import { dictionaryData, dictionaryValues } from "../arrowColumns.ts";
import { type ColumnsOf, type TableName, tableSchema } from "../arrowSchema.ts";
import { ArrowStream } from "../arrowStream.ts";

export type Columns<T extends TableName> = Readonly<Record<ColumnsOf<T>, Data>>;

/** One table's stream with its dictionaries. */
export class TableStream<T extends TableName> {
  private readonly schema: Schema;
  private readonly stream: ArrowStream;
  private readonly dictionaries = new Map<string, { type: Dictionary; values: Vector; ids: Map<string, number> }>();

  constructor(
    table: T,
    dictionaries: Readonly<Partial<Record<ColumnsOf<T>, readonly string[]>>>,
    private readonly rowless: (table: TableStream<T>) => void,
  ) {
    this.schema = tableSchema(table);
    this.stream = new ArrowStream(this.schema);
    for (const field of this.schema.fields) {
      if (!(field.type instanceof Dictionary)) continue;
      const names: readonly string[] = dictionaries[field.name as ColumnsOf<T>] ?? [];
      this.dictionaries.set(field.name, {
        type: field.type,
        values: dictionaryValues(names),
        ids: new Map(names.map((name, id) => [name, id])),
      });
    }
  }

  /** Index of a name in a column's dictionary, -1 when it is not there. */
  id(column: ColumnsOf<T>, name: string): number {
    return this.dictionary(column).ids.get(name) ?? -1;
  }

  indexed(column: ColumnsOf<T>, indexes: Int32Array): Data {
    const { type, values } = this.dictionary(column);
    return dictionaryData(type, values, indexes);
  }

  write(columns: Columns<T>, length: number): void {
    this.stream.write(
      this.schema.fields.map((field) => columns[field.name as ColumnsOf<T>]),
      length,
    );
  }

  empty(): void {
    this.rowless(this);
  }

  end(): void {
    this.stream.end();
  }

  take(): Uint8Array {
    return this.stream.take();
  }

  private dictionary(column: ColumnsOf<T>): { type: Dictionary; values: Vector; ids: Map<string, number> } {
    const found = this.dictionaries.get(column);
    if (found === undefined) throw new Error(`Column ${column} has no dictionary`);
    return found;
  }
}
