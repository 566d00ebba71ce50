/** Puts colour on text, or leaves it alone where the output is not a terminal or the user does not want colour. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** Leaves every text as it is. */
export const PLAIN_STYLE: Style = {
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  warn: (text) => text,
  bad: (text) => text,
};
