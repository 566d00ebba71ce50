import { styleText } from "node:util";

/** Puts colour on text, or leaves it alone where the output is not a terminal or the user does not want colour. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const none: Style = {
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  warn: (text) => text,
  bad: (text) => text,
};

const coloured: Style = {
  bold: (text) => styleText("bold", text),
  dim: (text) => styleText("dim", text),
  good: (text) => styleText("green", text),
  warn: (text) => styleText("yellow", text),
  bad: (text) => styleText("red", text),
};

export function styleFor(colour: boolean): Style {
  return colour ? coloured : none;
}

/** Colour is for terminals, unless NO_COLOR (no-color.org) or TERM=dumb says no. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
}
