// Bidirectional controls and zero-width characters can make shown text lie about its content (CVE-2021-42574).
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text that came from a program, made safe to print: control characters, escapes and bidirectional overrides become
 * visible (`\x1b`, `\u202e`); tab and line feed stay.
 */
export function visibleControls(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Like `visibleControls`, and on one line: line feeds and tabs become `\n` and `\t`. */
export function oneLine(text: string): string {
  return visibleControls(text).replace(/\n/g, "\\n").replace(/\t/g, "\\t");
}

/** Cuts to at most `max` UTF-16 units with an ellipsis, never through a surrogate pair. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const last = cut.charCodeAt(cut.length - 1);
  return `${last >= 0xd800 && last < 0xdc00 ? cut.slice(0, -1) : cut}…`;
}
