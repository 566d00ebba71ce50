import { shown } from "../../base/terminal/shown.ts";
import { problemsOf } from "../view/divergenceProblems.ts";
import type { CheckReport } from "./checkReport.ts";

const WORDS = { error: "error", warning: "warning", information: "info" } as const;

/**
 * `FILE:LINE: error: WHAT`, a line each, as compilers tell: editors read such lines (the problem matcher `$goldentrace` does). What has no
 * place in a source file is left to the other reporters. Files are relative to the workspace, or absolute.
 */
export function linesReport({ entries }: CheckReport): string {
  const lines = entries.flatMap(({ comparison }) =>
    problemsOf(comparison).map(
      ({ file, line, severity, message }) => `${fileText(file)}:${line}: ${WORDS[severity]}: ${shown(message)}\n`,
    ),
  );
  return lines.join("");
}

/** CI systems take lines that begin with colons for commands. */
function fileText(file: string): string {
  return shown(/^\s*:/.test(file) ? `./${file}` : file);
}
