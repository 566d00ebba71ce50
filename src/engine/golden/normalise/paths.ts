import { normalizePosixPath } from "../../trace/sites.ts";
import {
  type Drawn,
  drawnName,
  hashes,
  MAYBE_SIBLING,
  pidsInNames,
  procPaths,
  recordingTimes,
  replaceWord,
  runFolders,
  temporaryName,
  temporarySibling,
  userPlaces,
} from "./names.ts";
import type { RuleId } from "./rules.ts";
import { applyUserRule, type CompiledRule } from "./userRules.ts";

/** What rules on paths and texts need to know; absolute folders. */
export interface PathContext {
  readonly workspace: string;
  readonly home: string;
  readonly user: string;
  readonly hostname: string;
  readonly tempDirs: readonly string[];
  /** Milliseconds since 1970 of the recording; 0 where it is not known. */
  readonly recordedMs: number;
  readonly pids: ReadonlySet<string>;
}

interface Prefix {
  readonly rule: RuleId;
  readonly path: string;
  readonly placeholder: string;
}

/** Absolute paths inside a text: they begin at a slash that no name character precedes. */
const ABSOLUTE = /(?<![\w.>/-])\/[^\s"'`:=,;()[\]{}|&*?<>\\]+/g;
const UNUSUAL = /[\s"'`:=,;()[\]{}|&*?<>\\]/;
const MAX_KNOWN = 200_000;
/** Normalised folders in which names are drawn and not chosen. */
const TEMPORARY_FOLDER = /^(?:<tmp>|\/dev\/shm)(?:\/|$)/;

/** Applies the rules on paths and names. Texts are in the tracer's escaped form; what it made stays as it is. */
export class PathRules {
  private readonly prefixes: readonly Prefix[];
  private readonly knownPaths = new Map<string, string>();
  private readonly knownTexts = new Map<string, string>();
  /** Temporary files that were seen being made, with what stands for them. */
  private readonly temporary = new Map<string, string>();

  constructor(
    private readonly context: PathContext,
    private readonly isOn: (rule: RuleId) => boolean,
    private readonly userRules: readonly CompiledRule[],
    private readonly hit: (rule: string) => void,
  ) {
    this.prefixes = prefixesOf(context).filter(({ rule }) => isOn(rule));
  }

  /** A whole path, absolute or relative, normalised. */
  path(path: string): string {
    const known = this.knownPaths.get(path);
    if (known !== undefined) return known;
    let result = this.prefixed(path);
    result = this.rule("proc", result, procPaths);
    result = this.rule("user", result, (text) => userPlaces(text, this.context.user));
    result = this.rule("temp-names", result, (text) => this.temporaryNames(text));
    result = this.named(result);
    remember(this.knownPaths, path, result);
    return result;
  }

  /** A text that may hold paths: an argument of a program, a message. */
  text(text: string): string {
    if (text.startsWith("/") && !/[\s:=,;]/.test(text)) return this.path(text);
    const known = this.knownTexts.get(text);
    if (known !== undefined) return known;
    // A program that is told a relative name.
    if (this.temporary.has(text)) return this.path(text);
    const result = this.named(this.unusualFolders(text).replace(ABSOLUTE, (path) => this.path(path)));
    remember(this.knownTexts, text, result);
    return result;
  }

  /** Known folders whose names hold what ends a path in a text, such as a space, are found as they are. */
  private unusualFolders(text: string): string {
    let result = text;
    for (const { rule, path, placeholder } of this.prefixes) {
      if (!UNUSUAL.test(path) || !result.includes(path)) continue;
      const parts = result.split(path);
      result = parts.reduce((before, after) => {
        const isWhole = !/[\w.>/-]$/.test(before) && !/^[\w.-]/.test(after);
        if (isWhole) this.hit(rule);
        return before + (isWhole ? placeholder : path) + after;
      });
    }
    return result;
  }

  /**
   * Notes that a temporary file or folder was made, with a name that cannot be guessed.
   * @param path raw, as it is written in the call
   * @param from raw folder that a relative path counts from
   * @param how what the call says where the folder says nothing
   */
  made(path: string, from: string, how: Drawn | undefined): void {
    if (this.temporary.has(path) || !this.isOn("temp-names")) return;
    const whole = resolveFrom(from, path);
    const slash = whole.lastIndexOf("/");
    const name = whole.slice(slash + 1);
    const folder = this.path(whole.slice(0, slash));
    const drawing = TEMPORARY_FOLDER.test(folder) && how !== "library" ? "temporary" : how;
    const drawn = drawing === undefined ? name : drawnName(name, drawing);
    if (drawn === name || !path.endsWith(name)) return;
    this.temporary.set(whole, `${folder}/${drawn}`);
    // Descriptors are printed with the whole path, later calls repeat what was written.
    if (path !== whole) this.temporary.set(path, path.slice(0, -name.length) + drawn);
    this.knownPaths.delete(whole);
    this.knownPaths.delete(path);
    this.knownTexts.clear();
  }

  private prefixed(path: string): string {
    for (let end = path.length; this.temporary.size > 0 && end > 0; end = path.lastIndexOf("/", end - 1)) {
      const drawn = this.temporary.get(path.slice(0, end));
      if (drawn !== undefined) {
        this.hit("temp-names");
        return drawn + path.slice(end);
      }
    }
    if (!path.startsWith("/")) return path;
    for (const { rule, path: prefix, placeholder } of this.prefixes) {
      if (!path.startsWith(prefix)) continue;
      const after = path.charAt(prefix.length);
      if (after !== "" && after !== "/") continue;
      this.hit(rule);
      return placeholder + path.slice(prefix.length);
    }
    return path;
  }

  private temporaryNames(path: string): string {
    const below = path.startsWith("<tmp>/");
    if (path.startsWith("/dev/shm/")) return `/dev/shm/${temporaryName(path.slice("/dev/shm/".length))}`;
    if (!below && !MAYBE_SIBLING.test(path)) return path;
    const parts = path.split("/");
    return parts
      .map((part, index) => (index === 0 && below ? part : below ? temporaryName(part) : temporarySibling(part)))
      .join("/");
  }

  private named(text: string): string {
    let result = this.rule("run-folders", text, runFolders);
    result = this.rule("hashes", result, hashes);
    if (/\d/.test(result)) {
      result = this.rule("times-in-names", result, (value) => recordingTimes(value, this.context.recordedMs));
      result = this.rule("pids-in-names", result, (value) => pidsInNames(value, this.context.pids));
    }
    result = this.rule("host", result, (value) => replaceWord(value, this.context.hostname, "<host>"));
    for (const rule of this.userRules) {
      const replaced = applyUserRule(rule, result);
      if (replaced !== result) this.hit(rule.id);
      result = replaced;
    }
    return result;
  }

  private rule(id: RuleId, text: string, apply: (text: string) => string): string {
    if (!this.isOn(id)) return text;
    const result = apply(text);
    if (result !== text) this.hit(id);
    return result;
  }
}

function remember(known: Map<string, string>, key: string, value: string): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, value);
}

function prefixesOf({ workspace, home, tempDirs }: PathContext): Prefix[] {
  const wanted: Prefix[] = [
    { rule: "workspace", path: workspace, placeholder: "<workspace>" },
    { rule: "home", path: home, placeholder: "<home>" },
    ...tempDirs.map((path): Prefix => ({ rule: "temp-dirs", path, placeholder: "<tmp>" })),
  ];
  const clean = wanted
    .filter(({ path }) => path.startsWith("/"))
    .map((prefix) => ({ ...prefix, path: normalizePosixPath(prefix.path) }))
    .filter(({ path }) => path !== "/");
  // The innermost folder wins; of equal ones the first.
  return clean.sort((a, b) => b.path.length - a.path.length);
}

/** A relative path from a normalised folder; `..` does not climb out of a placeholder. */
export function resolveFrom(folder: string, path: string): string {
  if (path.startsWith("/") || path.startsWith("<") || folder === "") return path;
  const parts = folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const last = parts.at(-1) ?? "";
    if (part === ".." && last !== "" && last !== ".." && !last.startsWith("<")) parts.pop();
    else parts.push(part);
  }
  return parts.join("/") || "/";
}
