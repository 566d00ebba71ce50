import { nearest } from "../../base/nearest.ts";
import { type ConfigProblem, sortProblems } from "./configProblem.ts";
import { compilePattern } from "./namePattern.ts";
import type { TomlDocument, TomlPath, TomlPlace } from "./tomlDocument.ts";

/** What a key may hold. */
export type ValueKind =
  | "text"
  | "flag"
  /** Not negative. */
  | "number"
  /** A whole number, not negative. */
  | "count"
  /** 0 to 1. */
  | "share"
  /** 0 to 100. */
  | "percent"
  /** A list of texts; a single text is one of one. */
  | "texts"
  /** A regular expression over a whole name. */
  | "pattern"
  | "choice"
  /** List of choices. */
  | "choices"
  /** Anything: for keys that only other tools read. */
  | "any";

export interface KeySpec {
  readonly kind: ValueKind;
  readonly required?: true;
  /** Of a choice. Letter case does not matter. */
  readonly values?: readonly string[];
}

export type TableSpec = Readonly<Record<string, KeySpec>>;

/** A table whose keys and values were checked. */
export interface CheckedTable {
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  number(key: string): number | undefined;
  texts(key: string): readonly string[] | undefined;
  /** All required keys are there and no value is wrong. */
  readonly valid: boolean;
}

/** Collects the problems of one document. */
export class ProblemList {
  private readonly problems: ConfigProblem[] = [];

  constructor(readonly document: TomlDocument) {}

  error(place: TomlPlace, message: string): void {
    this.problems.push({ ...place, severity: "error", message });
  }

  warning(place: TomlPlace, message: string): void {
    this.problems.push({ ...place, severity: "warning", message });
  }

  remark(place: TomlPlace, message: string): void {
    this.problems.push({ ...place, severity: "remark", message });
  }

  sorted(): readonly ConfigProblem[] {
    return sortProblems(this.problems);
  }

  unknownKey(path: TomlPath, known: readonly string[]): void {
    const key = String(path.at(-1));
    this.error(this.document.keyPlace(path), `unknown key ${JSON.stringify(key)}: ${suggestion(key, known)}`);
  }
}

/** `did you mean X?`, or what there is. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `known are ${known.join(", ")}` : `did you mean ${near}?`;
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * Checks every key of a table against its specification; each unknown key, wrong type and wrong value is a problem at its place.
 * @param belongsTo what a key that is known elsewhere belongs to, for a better message than "unknown"
 */
export function readTable(
  value: unknown,
  path: TomlPath,
  spec: TableSpec,
  problems: ProblemList,
  belongsTo: (key: string) => string | undefined = () => undefined,
): CheckedTable {
  const { document } = problems;
  const values = new Map<string, unknown>();
  let valid = true;
  const wrong = (place: TomlPlace, message: string): void => {
    valid = false;
    problems.error(place, message);
  };
  if (!isTable(value)) {
    wrong(document.valuePlace(path), `"${pathText(path)}" must be a table`);
  } else {
    for (const [key, entry] of Object.entries(value)) {
      const at = [...path, key];
      if (!Object.hasOwn(spec, key)) {
        const owner = belongsTo(key);
        valid = false;
        if (owner === undefined) problems.unknownKey(at, Object.keys(spec));
        else problems.error(document.keyPlace(at), `"${key}" ${owner}`);
        continue;
      }
      const { value: checked, problem } = checkValue(entry, spec[key] as KeySpec);
      if (problem !== undefined) wrong(document.valuePlace(at), `"${key}" ${problem}`);
      else values.set(key, checked);
    }
    for (const [key, { required }] of Object.entries(spec)) {
      if (required !== true || Object.hasOwn(value, key)) continue;
      // A mistyped key was told already.
      if (
        Object.keys(value).some((other) => !Object.hasOwn(spec, other) && nearest(other, Object.keys(spec)) === key)
      ) {
        valid = false;
      } else {
        wrong(document.keyPlace(path), `"${key}" must be given`);
      }
    }
  }
  return {
    text: (key) => values.get(key) as string | undefined,
    flag: (key) => values.get(key) as boolean | undefined,
    number: (key) => values.get(key) as number | undefined,
    texts: (key) => values.get(key) as readonly string[] | undefined,
    valid,
  };
}

type Checked = { readonly value?: unknown; readonly problem?: string };

function checkValue(value: unknown, { kind, values = [] }: KeySpec): Checked {
  switch (kind) {
    case "any":
      return { value };
    case "flag":
      return typeof value === "boolean" ? { value } : { problem: `must be true or false, not ${shown(value)}` };
    case "number":
    case "count":
    case "share":
    case "percent":
      return checkNumber(value, kind);
    case "text":
      return typeof value === "string" ? { value } : { problem: `must be a text in quotes, not ${shown(value)}` };
    case "pattern": {
      if (typeof value !== "string") return { problem: `must be a regular expression in quotes, not ${shown(value)}` };
      const compiled = compilePattern(value);
      return typeof compiled === "string" ? { problem: compiled } : { value };
    }
    case "choice":
      return checkChoice(value, values);
    case "texts": {
      const list = typeof value === "string" ? [value] : value;
      return Array.isArray(list) && list.every((entry) => typeof entry === "string")
        ? { value: list }
        : { problem: `must be a list of texts, not ${shown(value)}` };
    }
    case "choices": {
      if (!Array.isArray(value)) return { problem: `must be a list of ${values.join(", ")}` };
      const checked = value.map((entry) => checkChoice(entry, values));
      return checked.find(({ problem }) => problem !== undefined) ?? { value: checked.map((entry) => entry.value) };
    }
  }
}

function checkNumber(value: unknown, kind: "number" | "count" | "share" | "percent"): Checked {
  if (typeof value !== "number" || Number.isNaN(value)) return { problem: `must be a number, not ${shown(value)}` };
  if (value < 0) return { problem: `must not be negative, as ${value} is` };
  if (!Number.isFinite(value)) return { problem: "must be finite" };
  if (kind === "share" && value > 1) return { problem: `must be between 0 and 1, not ${value}` };
  if (kind === "percent" && value > 100) return { problem: `must be between 0 and 100, not ${value}` };
  if (kind === "count" && !Number.isInteger(value)) return { problem: `must be a whole number, not ${value}` };
  return { value };
}

function checkChoice(value: unknown, values: readonly string[]): Checked {
  if (typeof value !== "string") return { problem: `must be one of ${values.join(", ")}, not ${shown(value)}` };
  const found = values.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  return found === undefined
    ? { problem: `is ${JSON.stringify(value)}, which is not known: ${suggestion(value, values)}` }
    : { value: found };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (isTable(value)) return "a table";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function pathText(path: TomlPath): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : part))
    .join(".")
    .replaceAll(".[", "[");
}
