import { styleText } from "node:util";
import { PLAIN_STYLE, type Style } from "../../base/terminal/style.ts";

export type { Style } from "../../base/terminal/style.ts";

const coloured: Style = {
  bold: (text) => styleText("bold", text),
  dim: (text) => styleText("dim", text),
  good: (text) => styleText("green", text),
  warn: (text) => styleText("yellow", text),
  bad: (text) => styleText("red", text),
};

export function styleFor(colour: boolean): Style {
  return colour ? coloured : PLAIN_STYLE;
}

/** Colour is for terminals, unless NO_COLOR (no-color.org) or TERM=dumb says no. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
}
