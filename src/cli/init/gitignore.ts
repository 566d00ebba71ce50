const ENTRY = ".goldentrace/";
const SAME = new Set([
  ".goldentrace",
  ".goldentrace/",
  "/.goldentrace",
  "/.goldentrace/",
  "**/.goldentrace",
  "**/.goldentrace/",
]);

/** The text of a .gitignore (empty when there is none) with recorded runs left out of git. */
export function gitignoreWithRuns(text: string): string {
  if (text.split(/\r?\n/).some((line) => SAME.has(line.trim()))) return text;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text === "" || text.endsWith("\n") ? text : text + eol;
  return `${before}# Recorded runs of Goldentrace${eol}${ENTRY}${eol}`;
}
