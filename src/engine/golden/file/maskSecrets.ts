import type { Behaviour } from "../behaviour.ts";
import { MASK, SECRET_PATTERNS } from "./secretPatterns.ts";
import { shapeOfParts } from "./storedShape.ts";

export interface MaskOptions {
  /** Values that are masked wherever they stand, see `secretValues`. */
  readonly envValues: readonly string[];
}

/** Shorter values are words of ordinary text too often. */
export const MIN_SECRET = 8;
const SECRET_NAME =
  /(?:pass(?:word|wd|phrase|code)|secret|token|credentials?|(?:api|access|private|signing|encryption|session|auth|secret)_?key|(?:^|_)(?:pass|pwd|auth|pat|jwt|dsn))(?:_?\d+)?$/i;
/** Names that end alike and hold no secret. */
const HARMLESS_NAME = /^(?:OLD)?PWD$/i;
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i;

/**
 * Values of environment variables that are secret by their names (`GITHUB_TOKEN`, `DB_PASSWORD`), and passwords in URLs of any variable;
 * only those of at least `MIN_SECRET` characters, longest first.
 */
export function secretValues(env: Readonly<Record<string, string | undefined>>): string[] {
  const values = new Set<string>();
  for (const [name, value = ""] of Object.entries(env)) {
    const password = URL_PASSWORD.exec(value)?.[1];
    if (password !== undefined && password.length >= MIN_SECRET) values.add(password);
    if (value.length >= MIN_SECRET && SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)) values.add(value);
  }
  return [...values].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/**
 * Text with its secrets replaced by `<secret>`: known values first, then whatever looks like a secret (see `SECRET_PATTERNS`). The text
 * may be what a tracer printed: values are found in their escaped form, and where the tracer cut a text inside of one. Masking what was
 * masked changes nothing.
 */
export function maskSecrets(text: string, { envValues }: MaskOptions): string {
  let masked = text;
  for (const value of envValues) {
    if (value.length < MIN_SECRET) continue;
    masked = maskValue(masked, value);
    const printed = value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
    if (printed !== value) masked = maskValue(masked, printed);
  }
  for (const { pattern, replacement } of SECRET_PATTERNS) masked = masked.replace(pattern, replacement);
  return masked;
}

/** Replaces a value, and what is left of it before the `"...` of a text that was cut. */
function maskValue(text: string, value: string): string {
  const start = value.slice(0, MIN_SECRET);
  let found = text.indexOf(start);
  if (found === -1) return text;
  let result = "";
  let at = 0;
  while (found !== -1) {
    let length = start.length;
    while (length < value.length && text[found + length] === value[length]) length++;
    const hit = length === value.length || text.startsWith('"...', found + length);
    const next = hit ? found + length : found + 1;
    result += text.slice(at, hit ? found : next) + (hit ? MASK : "");
    at = next;
    found = text.indexOf(start, at);
  }
  return result + text.slice(at);
}

/**
 * Masks secrets in everything that a behaviour says: arguments, what results stand for, programs. Both sides of a comparison must be
 * masked; equal secrets and different ones look the same then.
 * @param environmentFiles whether the normalisation rule of that name is on
 */
export function maskBehaviour(behaviour: Behaviour, options: MaskOptions, environmentFiles: boolean): Behaviour {
  const mask = (text: string): string => maskSecrets(text, options);
  let changed = false;
  const shapes = behaviour.shapes.map((shape) => {
    const args = shape.args.map(mask);
    const value = mask(shape.value);
    if (value === shape.value && args.every((arg, index) => arg === shape.args[index])) return shape;
    changed = true;
    const { name, result, resultText, errno } = shape;
    return shapeOfParts({ name, args, result, resultText, errno, value }, undefined, environmentFiles);
  });
  const threads = behaviour.threads.map((thread) => ({ ...thread, execs: thread.execs.map(mask) }));
  if (!changed) return { ...behaviour, threads };
  // Shapes that only differed in a secret are one now.
  const ids = new Map<string, number>();
  const distinct: typeof shapes = [];
  const newId = shapes.map((shape) => {
    const { name, args, result, resultText, errno, value } = shape;
    const key = JSON.stringify([name, args, String(result), resultText, errno, value]);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, distinct.length);
    return distinct.push(shape) - 1;
  });
  const { events } = behaviour;
  return {
    ...behaviour,
    threads,
    shapes: distinct,
    events: { ...events, shape: events.shape.map((id) => newId[id] as number) },
  };
}
