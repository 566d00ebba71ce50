import { applyEdits, type FormattingOptions, type JSONPath, modify, type ParseError, parse } from "jsonc-parser";
import { ExpectedError } from "../../base/errors.ts";

/** A settings file of VS Code as text: JSON with comments and trailing commas. Additions keep everything that is there. */
export class JsoncDocument {
  private current: string;
  private readonly formatting: FormattingOptions;

  /** @param file named in errors */
  constructor(
    private readonly file: string,
    text: string,
  ) {
    this.current = text.trim() === "" ? "{}\n" : text;
    this.formatting = formattingOf(this.current);
    const errors: ParseError[] = [];
    const value: unknown = parse(this.current, errors, { allowTrailingComma: true });
    if (errors.length > 0 || !isObject(value)) {
      const line = this.current.slice(0, errors[0]?.offset ?? 0).split("\n").length;
      throw new ExpectedError(`${file}:${line}: not an object of JSON with comments`, {
        wayOut: "Mend the file, or move it away, and run goldentrace init again.",
      });
    }
  }

  get text(): string {
    return this.current;
  }

  /** Adds a property; one of that name stays as it is, whatever its value. */
  addProperty(path: JSONPath, value: unknown): void {
    if (this.get(path) === undefined) this.set(path, value);
  }

  /** Adds the properties that an object lacks; something else than an object in its place stays as it is. */
  addProperties(path: JSONPath, values: Readonly<Record<string, unknown>>): void {
    const found = this.get(path);
    if (found === undefined) this.set(path, values);
    if (!isObject(found)) return;
    for (const [name, value] of Object.entries(values)) this.addProperty([...path, name], value);
  }

  /** Appends the items of a list that it does not hold, as `isSame` sees it; something else than a list in its place stays. */
  addItems<T>(path: JSONPath, items: readonly T[], isSame: (existing: unknown, item: T) => boolean): void {
    const found = this.get(path);
    if (found === undefined) {
      this.set(path, items);
      return;
    }
    if (!Array.isArray(found)) return;
    for (const item of items) {
      if (found.some((existing) => isSame(existing, item))) continue;
      this.edit([...path, -1], item, true);
    }
  }

  get(path: JSONPath): unknown {
    let value: unknown = parse(this.current, [], { allowTrailingComma: true });
    for (const key of path) {
      if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
      value = value[key];
    }
    return value;
  }

  private set(path: JSONPath, value: unknown): void {
    this.edit(path, value, false);
  }

  private edit(path: JSONPath, value: unknown, isArrayInsertion: boolean): void {
    const edits = modify(this.current, path, value, { formattingOptions: this.formatting, isArrayInsertion });
    this.current = applyEdits(this.current, edits);
    // What is written must be read again, or the user's file would be worse than before.
    const errors: ParseError[] = [];
    parse(this.current, errors, { allowTrailingComma: true });
    if (errors.length > 0) throw new Error(`Adding ${path.join("/")} to ${this.file} broke it`);
  }
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The file's own indentation and line ends. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^(?:(\t)|( +))\S/m.exec(text);
  return {
    insertSpaces: indent?.[1] === undefined,
    tabSize: indent?.[2]?.length ?? 2,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}
