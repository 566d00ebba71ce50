import { parse, TomlError } from "smol-toml";
import { type AST, parseTOML } from "toml-eslint-parser";
import type { ConfigProblem } from "./configProblem.ts";

/** Names of tables and keys from the top, and indexes of arrays. */
export type TomlPath = readonly (string | number)[];

/** 1-based line and columns; `endColumn` is just behind the last character on that line. All 0 when not known. */
export interface TomlPlace {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

const NO_PLACE: TomlPlace = { line: 0, column: 0, endColumn: 0 };

/** Configuration is written by hand; what is larger is something else. */
export const MAX_CONFIG_LENGTH = 256 * 1024;

/** Nothing that means anything lies deeper; places below it are not kept. */
const MAX_DEPTH = 32;

/** A TOML text with the places of its keys and values. */
export class TomlDocument {
  private places: Map<string, { key: TomlPlace; value: TomlPlace }> | undefined;

  constructor(
    /** Plain data, as the TOML says. */
    readonly root: Readonly<Record<string, unknown>>,
    private readonly text: string,
  ) {}

  /** Where a key is written; of a key that is missing, where the table (or key) is that should hold it. */
  keyPlace(path: TomlPath): TomlPlace {
    return this.find(path)?.key ?? NO_PLACE;
  }

  /** Where a value is written; that of the key's table where the value is missing. */
  valuePlace(path: TomlPath): TomlPlace {
    const found = this.find(path);
    return (found?.exact === true ? found.value : found?.key) ?? NO_PLACE;
  }

  private find(path: TomlPath): { key: TomlPlace; value: TomlPlace; exact: boolean } | undefined {
    this.places ??= placesIn(this.text);
    for (let length = path.length; length > 0; length--) {
      const found = this.places.get(placeKey(path.slice(0, length)));
      if (found !== undefined) return { ...found, exact: length === path.length };
    }
    return undefined;
  }
}

/** @returns the document, or the one problem that keeps the text from being read */
export function readToml(text: string): { document: TomlDocument } | { problem: ConfigProblem } {
  // Editors may put a byte order mark in front; TOML knows none.
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (source.length > MAX_CONFIG_LENGTH) {
    const message = `longer than ${MAX_CONFIG_LENGTH / 1024} KiB: this is no configuration file`;
    return { problem: { ...NO_PLACE, line: 1, severity: "error", message } };
  }
  try {
    return { document: new TomlDocument(parse(source), source) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    const message = `not valid TOML: ${error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "")}`;
    return { problem: { line, column, endColumn: column + 1, severity: "error", message } };
  }
}

type Places = Map<string, { key: TomlPlace; value: TomlPlace }>;

function placeKey(path: TomlPath): string {
  return JSON.stringify(path);
}

function placesIn(text: string): Places {
  const places: Places = new Map();
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: "1.1" });
  } catch (error) {
    // A text that only the other parser understands, or one too deep for this one: then problems carry no place.
    if (error instanceof SyntaxError || error instanceof RangeError) return places;
    throw error;
  }
  for (const entry of program.body[0].body) {
    if (entry.type === "TOMLKeyValue") addPair(places, [], entry);
    else {
      addHeader(places, entry);
      for (const pair of entry.body) addPair(places, entry.resolvedKey, pair);
    }
  }
  return places;
}

function addPair(places: Places, table: TomlPath, pair: AST.TOMLKeyValue): void {
  const path = addKeys(places, table, pair.key, pair.value);
  addValue(places, path, pair.value);
}

function addValue(places: Places, path: TomlPath, value: AST.TOMLContentNode): void {
  if (value.type === "TOMLArray") {
    for (const [index, element] of value.elements.entries()) {
      const at = [...path, index];
      put(places, at, placeOf(element), placeOf(element));
      addValue(places, at, element);
    }
  } else if (value.type === "TOMLInlineTable") {
    for (const pair of value.body) addPair(places, path, pair);
  }
}

/** Every name of a table's header; an index stands for the name in front of it. */
function addHeader(places: Places, { key, resolvedKey }: AST.TOMLTable): void {
  let name = -1;
  for (const [index, part] of resolvedKey.slice(0, MAX_DEPTH).entries()) {
    if (typeof part === "string") name++;
    const place = placeOf(key.keys[name] ?? key);
    put(places, resolvedKey.slice(0, index + 1), place, place);
  }
}

/** Every name of a dotted key. @returns the whole path */
function addKeys(places: Places, table: TomlPath, key: AST.TOMLKey, value: AST.TOMLNode): TomlPath {
  let path = table;
  for (const part of key.keys) {
    if (path.length >= MAX_DEPTH) break;
    path = [...path, part.type === "TOMLBare" ? part.name : part.value];
    put(places, path, placeOf(part), placeOf(value));
  }
  return path;
}

/** What was written first stays: an array's name is its first table. */
function put(places: Places, path: TomlPath, key: TomlPlace, value: TomlPlace): void {
  if (path.length > MAX_DEPTH) return;
  const name = placeKey(path);
  if (!places.has(name)) places.set(name, { key, value });
}

function placeOf({ loc }: AST.TOMLNode): TomlPlace {
  const column = loc.start.column + 1;
  const endColumn = loc.end.line === loc.start.line ? loc.end.column + 1 : column + 1;
  return { line: loc.start.line, column, endColumn };
}
