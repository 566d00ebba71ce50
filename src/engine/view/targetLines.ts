/** A target of goldentrace.toml and the line of its header. */
export interface TargetLine {
  readonly name: string;
  /** Counts from 0. */
  readonly line: number;
}

const HEADER = /^\s*\[\s*targets\s*\.\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)\s*\]\s*(?:#.*)?$/;

/** The targets whose tables a text has, in order; works while the rest of the file is being edited and is not valid. */
export function targetsOf(text: string): TargetLine[] {
  const targets: TargetLine[] = [];
  for (const [line, content] of text.split("\n").entries()) {
    const written = HEADER.exec(content.trimEnd())?.[1];
    if (written !== undefined) targets.push({ name: unquoted(written), line });
  }
  return targets;
}

function unquoted(written: string): string {
  if (written.startsWith("'")) return written.slice(1, -1);
  if (!written.startsWith('"')) return written;
  try {
    return String(JSON.parse(written));
  } catch (error) {
    // TOML has escapes that JSON has not; then the text as it stands is the best name.
    if (error instanceof SyntaxError) return written.slice(1, -1);
    throw error;
  }
}
