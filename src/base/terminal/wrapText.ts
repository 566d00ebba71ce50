import { cutToWidth, displayWidth } from "./displayWidth.ts";

/**
 * Breaks text at spaces into lines of at most `width` columns; a word that is longer is cut. Lines keep the indentation that the text
 * begins with, and an indented text's further lines are indented by two more, to stand below the words behind a bullet.
 */
export function wrapText(text: string, width: number): string[] {
  const indent = " ".repeat(text.length - text.trimStart().length);
  const hanging = indent === "" ? "" : `${indent}  `;
  const result: string[] = [];
  let line = "";
  for (const whole of text.trim().split(" ")) {
    const word = cutToWidth(whole, Math.max(1, width - hanging.length));
    const candidate = line === "" ? indent + word : `${line} ${word}`;
    if (line !== "" && displayWidth(candidate) > width) {
      result.push(line);
      line = hanging + word;
    } else {
      line = candidate;
    }
  }
  return [...result, line];
}
