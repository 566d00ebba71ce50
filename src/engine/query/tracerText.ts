// Walking a tracer's argument text: strings, and annotations of descriptors, may hold any of its punctuation.

const QUOTE = 0x22;
const MINUS = 0x2d;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;

/** Index of the quote that closes the string opened at `open`, or the text's length when it was cut off. */
export function endOfString(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) index++;
    else if (code === QUOTE) return index;
  }
  return text.length;
}

/** Whether the `<` at `open` begins a descriptor's annotation: `3</path>` and `AT_FDCWD</dir>` do, `1<<12` and `a < b` do not. */
export function opensAnnotation(text: string, open: number): boolean {
  const after = text[open + 1];
  return /[\dD]/.test(text[open - 1] ?? "") && after !== "<" && after !== " ";
}

/**
 * Index of the `>` that closes the annotation opened at `open`, or the text's length when it was cut off. The arrow of
 * `<TCP:[1.2.3.4:5->6.7.8.9:80]>` does not close; strace escapes `<` and `>` inside paths.
 */
export function endOfAnnotation(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === LESS) depth++;
    else if (code === GREATER && text.charCodeAt(index - 1) !== MINUS && --depth === 0) return index;
  }
  return text.length;
}
