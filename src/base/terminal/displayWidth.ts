// Wide and fullwidth ranges of Unicode's EastAsianWidth that turn up in file names and logs, and emoji.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{Mn}|\p{Me}/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Columns that text takes in a terminal. Text must hold neither control characters nor colours. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Cuts to at most `columns` columns; an ellipsis stands for what was cut. */
export function cutToWidth(text: string, columns: number): string {
  if (text.length <= columns && ASCII.test(text)) return text;
  if (displayWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** Like `cutToWidth`, leaving out the middle: the end of a path tells more than its beginning. */
export function cutMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 8) return cutToWidth(text, columns);
  const tail = Math.floor((columns - 1) * 0.6);
  const head = cutToWidth(text, columns - tail);
  let end = "";
  let width = 0;
  for (const character of [...text].reverse()) {
    width += characterWidth(character);
    if (width > tail) break;
    end = character + end;
  }
  return head + end;
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

function characterWidth(character: string): number {
  if (WIDE.test(character)) return 2;
  return COMBINING.test(character) ? 0 : 1;
}
