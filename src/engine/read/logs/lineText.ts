/**
 * Terminal escapes, ECMA-48: control sequences, strings (OSC, DCS, …) with their terminator, other escapes.
 * A string without terminator loses only its introducer: nothing that was printed may be hidden by an unfinished escape.
 */
const ESCAPES =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b/g;

/** The text as a terminal would show it, without colours, titles and links. */
export function stripEscapes(text: string): string {
  return text.replace(ESCAPES, "");
}

/**
 * The part of a line that a format is looked for in: what stands after the last carriage return, which is what remains
 * visible when a progress bar and a log line share a line.
 */
export function visibleEnd(text: string): string {
  if (!text.includes("\r")) return text;
  const shown = text.trimEnd();
  return shown.slice(shown.lastIndexOf("\r") + 1);
}
